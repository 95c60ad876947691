import { WaymarkError } from '../domain/errors.ts'
import type { LogEntry } from '../ports/log.ts'

export interface RetryOptions {
  /** Most entries that are handled together. */
  readonly readMax: number
  /** Most that are handled together after more of them failed; where these fail as well, each is taken alone. */
  readonly batchMax: number
  /** Tries of one entry before it is put aside. Errors of the store itself are waited out, not counted. */
  readonly retries: number
  /** First wait after a failure, doubled each time up to 5 s. */
  readonly backoffMs?: number
}

const BACKOFF_MAX_MS = 5_000
/** An entry that cannot be handled fails in a large batch and in a small one before it is tried alone. */
const TRIES_WITH_OTHERS = 2

/** Refusals come from the store, which is waited for; only a receiver refuses because of what it is told. */
export function isEntryToBlame(error: unknown): boolean {
  if (!(error instanceof WaymarkError)) return true
  return error.code === 'RECEIVER_REFUSED' || error.code === 'RECEIVER_FAILED'
}

/** What failures lead to: waits, smaller batches, and at last that an entry is put aside. */
export class Retries {
  readonly #options: RetryOptions
  /** Failures in a row of whatever kind: how long the next wait is. */
  #failures = 0
  #latest: unknown
  /** Failures of the next entry, taken alone. */
  #tries = 0
  /** Because a batch failed that ended here, up to here no more than so many entries are taken at once. */
  #apart = { until: 0, size: 1 }

  constructor(options: RetryOptions) {
    this.#options = options
  }

  /** How many of the entries after this position may be taken at once. */
  limitAfter(seq: number): number {
    return seq < this.#apart.until ? this.#apart.size : this.#options.readMax
  }

  /** Something went on: an entry was handled or put aside, or there was nothing to do. */
  over(): void {
    this.#failures = this.#tries = 0
  }

  /** Takes note of a failure. */
  note(error: unknown): void {
    this.#failures += 1
    this.#latest = error
  }

  /** Takes note of why entries could not be handled. Answers the entry that has now failed often enough alone. */
  noteOf(entries: readonly LogEntry[], error: unknown): LogEntry | undefined {
    this.note(error)
    const [first, last] = [entries[0], entries.at(-1)]
    if (first === undefined || last === undefined || !isEntryToBlame(error)) return undefined
    const { batchMax, retries } = this.#options
    if (first !== last) {
      this.#apart = { until: last.seq, size: entries.length > batchMax ? batchMax : 1 }
      return undefined
    }
    this.#tries += 1
    return this.#tries >= retries ? first : undefined
  }

  /** How long to wait after so many failures in a row. */
  waitMs(): number {
    return Math.min((this.#options.backoffMs ?? 50) * 2 ** Math.min(this.#failures, 10), BACKOFF_MAX_MS)
  }

  /** The latest failure, where there are more in a row than any one entry could cause: nothing goes on. */
  stuck(): { readonly error: unknown } | undefined {
    return this.#failures > this.#options.retries + TRIES_WITH_OTHERS ? { error: this.#latest } : undefined
  }
}
