import type { Occurrence } from '../../domain/outbox.ts'
import type { LogEntry } from '../../ports/log.ts'
import type { Journal } from './journal.ts'

/** Entries kept: a worker that is further behind reads the table. */
const ENTRIES_MAX = 10_000

/**
 * The newest entries of the log in memory: a worker that keeps up reads what this process appended a moment ago, and need
 * not have it written out by SQLite and parsed again.
 */
export class LogTail {
  readonly #journal: Journal
  /** Committed, oldest first, none missing in between. */
  #entries: LogEntry[] = []
  /** Appended by the transaction under way. */
  #fresh: LogEntry[] = []

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** Adds an entry of the transaction under way. */
  append(entry: LogEntry): void {
    const { length } = this.#fresh
    this.#fresh.push(entry)
    this.#journal.note(() => {
      this.#fresh.length = length
    })
  }

  /** The transaction holds. */
  committed(): void {
    if (this.#fresh.length === 0) return
    for (const entry of this.#fresh) this.#entries.push(entry)
    this.#fresh = []
    if (this.#entries.length > 2 * ENTRIES_MAX) this.#entries = this.#entries.slice(-ENTRIES_MAX)
  }

  /** Entries after a position, oldest first; undefined where they begin before what is kept. */
  after(seq: number, limit: number, types: readonly Occurrence['type'][] | undefined): readonly LogEntry[] | undefined {
    const [first] = this.#entries
    if (first === undefined || first.seq > seq + 1) return undefined
    const found: LogEntry[] = []
    for (let index = this.#firstAfter(seq); index < this.#entries.length && found.length < limit; index += 1) {
      const entry = this.#entries[index]
      if (entry !== undefined && types?.includes(entry.occurrence.type) !== false) found.push(entry)
    }
    return found
  }

  /** Where the entries after a position begin. */
  #firstAfter(seq: number): number {
    let [from, to] = [0, this.#entries.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if ((this.#entries[middle]?.seq ?? 0) <= seq) from = middle + 1
      else to = middle
    }
    return from
  }
}
