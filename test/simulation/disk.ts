/** A disk that keeps what was synced, and of the rest as much as chance wants. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MODES, type Mode } from '../../src/domain/progress/mode.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { START } from './world.ts'

const MEMORY = '/dev/shm'
const DATABASE = 'waymark.db'
const WAL = 'waymark.db-wal'

export const LIMITS = { queueMax: 10_000, commitMax: 1000, retryAfterSeconds: 1 }
/** Small, so that histories fold often. */
export const FOLD = { factsMax: 6, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 2 }

/** Makes a folder in memory where the system has that, with an empty database of each mode for histories to begin with. */
export async function makeGround(): Promise<string> {
  const ground = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'waymark-simulation-'))
  for (const mode of MODES) {
    const store = await openSqliteStore({
      folder: emptyIn(ground, mode),
      mode,
      timeZone: 'UTC',
      clock: { nowMs: () => START },
      limits: LIMITS,
      fold: FOLD,
    })
    await store.close()
  }
  return ground
}

/** The data folder of one history, a new one after each loss of power. */
export class Disk {
  readonly #ground: string
  #number = 0
  /** Length of the write-ahead log up to which everything was synced. */
  #synced = 0

  constructor(ground: string, mode: Mode) {
    this.#ground = ground
    mkdirSync(this.folder, { recursive: true })
    copyFileSync(join(emptyIn(ground, mode), DATABASE), join(this.folder, DATABASE))
  }

  get folder(): string {
    return join(this.#ground, `life-${String(this.#number)}`)
  }

  /** What was written is synced: a commit returned, and the store says that its commits are durable. */
  synced(): void {
    this.#synced = this.#written()
  }

  /**
   * Cuts the power: a new folder holds what was synced and of the rest the part `kept`, 0 to 1.
   * @returns whether everything that was written is there.
   */
  lose(kept: number): boolean {
    const written = this.#written()
    const length = Math.min(written, this.#synced) + Math.floor(Math.max(0, written - this.#synced) * kept)
    const before = this.folder
    this.#number += 1
    mkdirSync(this.folder)
    copyFileSync(join(before, DATABASE), join(this.folder, DATABASE))
    if (length > 0) {
      copyFileSync(join(before, WAL), join(this.folder, WAL))
      truncateSync(join(this.folder, WAL), length)
    }
    this.#synced = length
    return length === written
  }

  /** Removes the folder of the life before. */
  forget(): void {
    rmSync(join(this.#ground, `life-${String(this.#number - 1)}`), { recursive: true, force: true })
  }

  remove(): void {
    for (let number = 0; number <= this.#number; number += 1) {
      rmSync(join(this.#ground, `life-${String(number)}`), { recursive: true, force: true })
    }
  }

  #written(): number {
    return statSync(join(this.folder, WAL), { throwIfNoEntry: false })?.size ?? 0
  }
}

function emptyIn(ground: string, mode: Mode): string {
  return join(ground, `empty-${mode}`)
}
