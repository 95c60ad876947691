import { compareKeys, joinIds, type EnrolmentKey } from '../../domain/progress/key.ts'
import { staleEnrolment } from '../../domain/progress/occurrence.ts'
import { hasProgress, summarise, type RawProgress, type Summary } from '../../domain/progress/summary.ts'
import type { LogEntry } from '../../ports/log.ts'
import { decodeSummary, encodeSummary } from '../codec.ts'
import type { SqliteCatalogue } from './catalogue.ts'
import type { Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import type { RawRows } from './raw-rows.ts'

/**
 * Table `summary`, and which of its rows are behind the raw rows. A summary that is behind is computed from the raw
 * rows when it is read, so a reader never sees it lag (DESIGN decision 4).
 */
export class Summaries {
  readonly #statements: Statements
  readonly #raw: RawRows
  readonly #catalogue: SqliteCatalogue
  readonly #log: SqliteLog
  readonly #stale = new Map<string, EnrolmentKey>()

  constructor(statements: Statements, raw: RawRows, catalogue: SqliteCatalogue, log: SqliteLog) {
    this.#statements = statements
    this.#raw = raw
    this.#catalogue = catalogue
    this.#log = log
  }

  get behind(): number {
    return this.#stale.size
  }

  /** A raw row of this enrolment changed. Said inside the transaction: too often is harmless, too late is not. */
  markStale(key: EnrolmentKey): void {
    this.#stale.set(nameOf(key), key)
  }

  /** Every summary is up to date. */
  clearStale(): void {
    this.#stale.clear()
  }

  /**
   * Stores what is behind of a collection that is about to be published anew: who is complete now stays complete, also
   * where a clock that went back would hide it from the new publication. Inside the transaction of the publication.
   */
  settle(collectionId: string): void {
    const behind = [...this.#stale.values()].filter((key) => key.collectionId === collectionId)
    for (const key of behind.sort(compareKeys)) this.recompute(key)
  }

  /** What was logged but not yet recomputed when the process last ended. */
  markLogged(entries: readonly LogEntry[]): void {
    for (const { occurrence } of entries) {
      const key = staleEnrolment(occurrence)
      if (key !== undefined) this.markStale(key)
    }
  }

  read(key: EnrolmentKey): Summary | undefined {
    const published = this.#catalogue.publicationNow(key.collectionId)
    if (published === undefined) return undefined
    if (!this.#stale.has(nameOf(key))) {
      const stored = this.#stored(key)
      if (stored?.publication === published.publication) return stored
    }
    const raw = this.#raw.raw(key)
    return this.#isDue(key, raw) ? summarise(published.structure, published.publication, raw) : undefined
  }

  /** Whether a learner has a summary there at all: by progress or by enrolment. */
  #isDue(key: EnrolmentKey, raw: RawProgress): boolean {
    return hasProgress(raw) || this.#raw.enrolment(key) !== undefined
  }

  /** Recomputes one summary and stores it with its log entries, inside the transaction of the caller. */
  recompute(key: EnrolmentKey): void {
    this.#stale.delete(nameOf(key))
    const published = this.#catalogue.publicationNow(key.collectionId)
    if (published === undefined) return
    const raw = this.#raw.raw(key)
    if (!this.#isDue(key, raw)) return this.#drop(key)
    const summary = summarise(published.structure, published.publication, raw)
    const before = this.#row(key)
    const data = encodeSummary(summary)
    // What is stored already need not cost a page.
    if (before?.data !== data) this.#store(key, summary, data)
    this.#announce(key, before, summary, raw)
  }

  /** Whether the stored summary is not what the raw rows say. */
  differs(key: EnrolmentKey): boolean {
    const published = this.#catalogue.publicationNow(key.collectionId)
    if (published === undefined) return false
    const stored = this.#row(key)
    const raw = this.#raw.raw(key)
    const due = this.#isDue(key, raw)
    if (stored === undefined || !due) return due !== (stored !== undefined)
    const wanted = summarise(published.structure, published.publication, raw)
    return stored.data !== encodeSummary(wanted) || changes(stored, wanted) || wanted.completedAt !== raw.completedAt
  }

  #announce(key: EnrolmentKey, before: SummaryRow | undefined, after: Summary, raw: RawProgress): void {
    const { progress, required, status, completedAt } = after
    if (before === undefined || changes(before, after)) {
      this.#log.append({ type: 'collection-progress-changed', ...key, progress, required, status })
    }
    if (completedAt === undefined || completedAt === raw.completedAt) return
    this.#raw.mergeCompletion(key, completedAt)
    // Said once for an enrolment: a completion that only moves earlier is no second one.
    if (raw.completedAt === undefined) {
      this.#log.append({ type: 'collection-completed', ...key, completedAt })
    }
  }

  #stored(key: EnrolmentKey): Summary | undefined {
    const row = this.#row(key)
    return row === undefined ? undefined : decodeSummary(row.data, this.#raw.completedAt(key))
  }

  #row(key: EnrolmentKey): SummaryRow | undefined {
    const row = this.#statements
      .of(
        'SELECT progress, required, status, data FROM summary WHERE user_id = ? AND collection_id = ? AND context_id = ?',
      )
      .get(key.userId, key.collectionId, key.contextId)
    if (row === undefined) return undefined
    return {
      progress: Number(row['progress']),
      required: Number(row['required']),
      status: Number(row['status']),
      data: String(row['data']),
    }
  }

  #drop(key: EnrolmentKey): void {
    this.#statements
      .of('DELETE FROM summary WHERE user_id = ? AND collection_id = ? AND context_id = ?')
      .run(key.userId, key.collectionId, key.contextId)
  }

  #store(key: EnrolmentKey, summary: Summary, data: string): void {
    this.#statements
      .of(
        `INSERT INTO summary (user_id, collection_id, context_id, publication, progress, required, status, data)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET publication = excluded.publication, progress = excluded.progress,
           required = excluded.required, status = excluded.status, data = excluded.data`,
      )
      .run(
        key.userId,
        key.collectionId,
        key.contextId,
        summary.publication,
        summary.progress,
        summary.required,
        summary.status,
        data,
      )
  }
}

/** What others are told of: a change of these is a change of progress. */
interface Figures {
  readonly progress: number
  readonly required: number
  readonly status: number
}

interface SummaryRow extends Figures {
  readonly data: string
}

function changes(before: Figures, after: Figures): boolean {
  return before.progress !== after.progress || before.required !== after.required || before.status !== after.status
}

function nameOf(key: EnrolmentKey): string {
  return joinIds(key.userId, key.collectionId, key.contextId)
}
