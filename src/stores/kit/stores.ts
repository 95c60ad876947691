/** Opens the implementations that the kit holds to the same answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Store } from '../../ports/store.ts'
import { openMemoryStore } from '../memory/store.ts'
import { openSqliteStore, type SqliteStore } from '../sqlite/store.ts'
import type { Finding } from '../sqlite/verify.ts'

export interface OpenedStore {
  readonly store: Store
  readonly clock: SimulatedClock
  /** Compares what is stored with what it was derived from, where the store can. */
  readonly verify?: () => Promise<readonly Finding[]>
  close(): Promise<void>
}

export interface Implementation {
  readonly name: string
  readonly mode: Mode
  /** @param timeZone IANA name, UTC where it is left out. */
  readonly open: (timeZone?: string) => Promise<OpenedStore>
}

export const LIMITS = { queueMax: 10_000, commitMax: 1000, retryAfterSeconds: 1 }

function memoryIn(mode: Mode): Implementation {
  const open = (timeZone?: string): Promise<OpenedStore> => {
    const clock = new SimulatedClock()
    const store = openMemoryStore(clock, mode, timeZone)
    return Promise.resolve({ store, clock, close: () => store.close() })
  }
  return { name: named('memory', mode), mode, open }
}

/** @param factsMax facts that wait before they are folded into their table: a reader must not notice. */
function sqliteIn(mode: Mode, name: string, factsMax: number): Implementation {
  const open = async (timeZone = 'UTC'): Promise<OpenedStore> => {
    const clock = new SimulatedClock()
    const folder = mkdtempSync(join(tmpdir(), 'waymark-kit-'))
    const fold = { factsMax, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
    const options = { folder, mode, timeZone, clock, limits: LIMITS, fold }
    // The test runner holds on to what tests leave to be closed: the store must not stay in memory with it.
    let opened: SqliteStore | undefined = await openSqliteStore(options)
    return {
      store: opened,
      clock,
      verify: async () => (await opened?.verify(() => undefined))?.findings ?? [],
      close: async () => {
        await opened?.close()
        opened = undefined
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  return { name: named(name, mode), mode, open }
}

/** The default mode goes without saying. */
function named(store: string, mode: Mode): string {
  return mode === 'strict' ? store : `${store}, mode ${mode}`
}

/** Every implementation in one mode; the reference first. */
export function implementationsIn(mode: Mode): readonly [Implementation, ...Implementation[]] {
  return [memoryIn(mode), sqliteIn(mode, 'sqlite', 100_000), sqliteIn(mode, 'sqlite, folding after each third fact', 3)]
}

export const IMPLEMENTATIONS: readonly Implementation[] = implementationsIn('strict')
