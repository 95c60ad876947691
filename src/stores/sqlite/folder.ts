import type { Clock, Every } from '../../ports/clock.ts'
import type { Reach } from '../../ports/crash-points.ts'
import type { Views } from './views.ts'
import type { Writer } from './writer.ts'

export interface FoldLimits {
  /** A fold begins when so many facts wait: more take longer to read back after a crash. */
  readonly factsMax: number
  /** A fold begins when the oldest fact waits so long, milliseconds. */
  readonly afterMs: number
  /** Rows folded in one commit at least: so few that a request which comes meanwhile hardly notices. */
  readonly rowsMin: number
}

export interface FolderParts {
  readonly clock: Clock
  readonly every: Every
  readonly reach: Reach
  /** Called with the rows of each commit of a fold. */
  readonly onFolded: (rows: number) => void
  /** Called where a fold failed; the next look tries again. */
  readonly onError: (error: unknown) => void
}

const LOOK_MS = 100

/**
 * Decides when facts are folded into their table, and does it a few rows per commit, so that no request waits for the
 * whole. The more requests a commit holds, the more rows it folds: folding always outruns what arrives.
 */
export class Folder {
  readonly #views: Views
  readonly #writer: Writer
  readonly #limits: FoldLimits
  readonly #parts: FolderParts
  readonly #stopLooking: () => void
  #running = false
  #stopped = false
  /** Facts of commits since the last step of a fold. */
  #arrived = 0
  #factsSeen = 0
  #waitingSince: number | undefined

  constructor(views: Views, writer: Writer, limits: FoldLimits, parts: FolderParts) {
    this.#views = views
    this.#writer = writer
    this.#limits = limits
    this.#parts = parts
    this.#stopLooking = parts.every(LOOK_MS, () => {
      this.#look()
    })
  }

  /** A commit with so many facts holds. */
  committed(facts: number): void {
    this.#arrived += facts
    if (this.#views.facts >= this.#limits.factsMax) this.#begin()
  }

  /** Begins nothing more: what is left is folded by whoever closes the store. */
  stop(): void {
    this.#stopped = true
    this.#stopLooking()
  }

  /** Folds everything that was acknowledged. For those who read the tables themselves. */
  async all(): Promise<void> {
    while (this.#views.folding || this.#views.facts > 0) {
      this.#views.beginFold()
      await this.#step(Number.MAX_SAFE_INTEGER)
    }
  }

  /** The same at once, inside the transaction of the caller: the last thing before the store closes. */
  allNow(): void {
    while (this.#views.folding || this.#views.facts > 0) {
      this.#views.beginFold()
      this.#views.fold(Number.MAX_SAFE_INTEGER)()
    }
  }

  /** Where it is quiet, or facts have waited long enough, a fold begins. */
  #look(): void {
    const { facts } = this.#views
    const now = this.#parts.clock.nowMs()
    const quiet = facts === this.#factsSeen
    this.#factsSeen = facts
    if (facts === 0 && !this.#views.folding) {
      this.#waitingSince = undefined
      return
    }
    this.#waitingSince ??= now
    if (!quiet && now - this.#waitingSince < this.#limits.afterMs) return
    this.#waitingSince = undefined
    this.#begin()
  }

  #begin(): void {
    if (this.#running || this.#stopped) return
    this.#running = true
    this.#arrived = 0
    void this.#run().finally(() => {
      this.#running = false
    })
  }

  async #run(): Promise<void> {
    this.#views.beginFold()
    try {
      let over = !this.#views.folding
      while (!over && !this.#stopped) {
        over = await this.#step(Math.max(this.#limits.rowsMin, 2 * this.#arrived))
        this.#parts.reach(over ? 'fold-done' : 'fold-step')
      }
    } catch (error) {
      this.#parts.onError(error)
    }
  }

  async #step(rowsMax: number): Promise<boolean> {
    this.#arrived = 0
    const settle = await this.#writer.submit(() => this.#views.fold(rowsMax), 'own')
    const { rows, over } = settle()
    this.#parts.onFolded(rows)
    return over
  }
}
