import { decideAttempt } from '../../domain/progress/attempt.ts'
import { joinEnrolments, sameEnrolment } from '../../domain/progress/enrolment.ts'
import { compareKeys, enrolmentId, type EnrolmentKey } from '../../domain/progress/key.ts'
import { sameView } from '../../domain/progress/view.ts'
import type { HistoryImport, HistoryNote, HistoryOutcome, HistoryRow } from '../../ports/history.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { Statements } from './database.ts'
import type { EnrolmentPages } from './enrolment-pages.ts'
import { Recording, type RecordingParts } from './recording.ts'
import type { Writer } from './writer.ts'

export interface HistoryParts extends RecordingParts {
  readonly statements: Statements
  readonly writer: Writer
  readonly pages: EnrolmentPages
}

const NOTE = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'

/** History over SQLite: written by the code that writes everything else, and not told. Notes stand in table `meta`. */
export class SqliteHistory implements HistoryImport {
  readonly #parts: HistoryParts
  readonly #recording: Recording
  /** Whose summaries were taken away by the job under way. */
  readonly #dropped = new Map<string, EnrolmentKey>()

  constructor(parts: HistoryParts) {
    this.#parts = parts
    this.#recording = new Recording(parts, {
      tell: () => undefined,
      stale: (key) => {
        this.#drop(key)
      },
    })
  }

  record(
    rows: readonly HistoryRow[],
    noteOf?: (outcomes: readonly HistoryOutcome[]) => HistoryNote,
  ): Promise<readonly HistoryOutcome[]> {
    return this.#submit(() => {
      const outcomes = rows.map((row) => this.#record(row))
      const note = noteOf?.(outcomes)
      if (note !== undefined) this.#parts.statements.of(NOTE).run(note.name, note.text)
      return outcomes
    }, rows.length)
  }

  #record(row: HistoryRow): HistoryOutcome {
    switch (row.kind) {
      case 'enrolment':
        return this.#enrolment(row)
      case 'views':
        return this.#views(row)
      case 'attempt':
        return this.#attempt(row)
    }
  }

  /** All that is known of it at once: what is carried over depends on when the learner left as well. */
  #enrolment({ key, enrolment, completedAt }: Extract<HistoryRow, { kind: 'enrolment' }>): HistoryOutcome {
    const before = this.#parts.raw.enrolment(key)
    const after = before === undefined ? enrolment : joinEnrolments(before, enrolment)
    const same = sameEnrolment(before, after)
    if (!same) {
      this.#recording.enrol(key, before, after)
      this.#drop(key)
    }
    const completed = this.#complete(key, completedAt)
    if (before === undefined) return 'NEW'
    return completed || !same ? 'CHANGED' : 'SAME'
  }

  /** Notes a completion; answers whether it was not known, or known as a later one. */
  #complete(key: EnrolmentKey, completedAt: number | undefined): boolean {
    const { raw } = this.#parts
    const known = raw.completion(key)
    const participation = raw.participation(key)
    if (completedAt === undefined || participation === undefined) return false
    if (known !== undefined && known <= completedAt) return false
    raw.mergeCompletion(participation, completedAt)
    // Where progress moves, the completion shows in the context that it moved to.
    for (const other of raw.enrolmentsOf(key.userId, key.collectionId)) this.#drop(other)
    return true
  }

  #views({ writes }: Extract<HistoryRow, { kind: 'views' }>): HistoryOutcome {
    const { raw } = this.#parts
    const [first] = writes
    if (first === undefined) return 'SAME'
    const before = raw.view(first.key)
    for (const { key, fact } of writes) this.#recording.view(key, fact)
    const after = raw.view(first.key)
    if (after === undefined || (before !== undefined && sameView(before, after))) return 'SAME'
    return before === undefined ? 'NEW' : 'CHANGED'
  }

  #attempt({ key, attempt }: Extract<HistoryRow, { kind: 'attempt' }>): HistoryOutcome {
    const before = this.#parts.raw.attempt(key, attempt.attemptId)
    this.#recording.attempt(key, attempt)
    if (before === undefined) return 'NEW'
    return decideAttempt(before, attempt).changed ? 'CHANGED' : 'SAME'
  }

  async unsummarised(page: PageRequest): Promise<Page<EnrolmentKey>> {
    return Promise.resolve(this.#parts.pages.unsummarised(page))
  }

  countUnsummarised(): Promise<number> {
    return Promise.resolve(this.#parts.pages.countUnsummarised())
  }

  async recompute(keys: readonly EnrolmentKey[]): Promise<void> {
    const { carrying, summaries } = this.#parts
    await this.#submit(() => {
      for (const key of keys) {
        const carried = carrying?.carry(key, undefined, Number.MAX_SAFE_INTEGER)
        this.#recording.appendAll(carried?.occurrences ?? [])
      }
      // What was carried over concerns others as well.
      const named = new Set(keys.map(enrolmentId))
      const others = [...this.#dropped.values()].filter((key) => !named.has(enrolmentId(key)))
      for (const key of [...keys, ...others.sort(compareKeys)]) summaries.recompute(key, () => undefined)
    }, keys.length)
  }

  #submit<T>(work: () => T, writes: number): Promise<T> {
    const begin = (): T => {
      this.#dropped.clear()
      return work()
    }
    return this.#parts.writer.submit(begin, 'own', writes)
  }

  #drop(key: EnrolmentKey): void {
    this.#parts.summaries.drop(key)
    this.#dropped.set(enrolmentId(key), key)
  }
}
