import { decideAttempt } from '../../domain/progress/attempt.ts'
import { joinEnrolments, sameEnrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { sameView } from '../../domain/progress/view.ts'
import type { HistoryImport, HistoryOutcome, HistoryRow } from '../../ports/history.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import { idsOf } from './facts.ts'
import { pageOf } from './page.ts'
import type { MemoryProgressStore } from './progress-store.ts'

/** History in memory: what is done as ever, and not told. Notes are forgotten, like everything here. */
export class MemoryHistory implements HistoryImport {
  readonly #progress: MemoryProgressStore

  constructor(progress: MemoryProgressStore) {
    this.#progress = progress
  }

  record(rows: readonly HistoryRow[]): Promise<readonly HistoryOutcome[]> {
    return Promise.resolve(this.#progress.quietly(() => rows.map((row) => this.#record(row))))
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

  #enrolment({ key, enrolment, completedAt }: Extract<HistoryRow, { kind: 'enrolment' }>): HistoryOutcome {
    const { facts } = this.#progress
    const before = facts.enrolment(key)
    const after = before === undefined ? enrolment : joinEnrolments(before, enrolment)
    const same = sameEnrolment(before, after)
    if (!same) this.#progress.enrolNow(key, before, after)
    const known = facts.completion(key)
    const earlier = completedAt !== undefined && (known === undefined || completedAt < known)
    if (earlier) this.#progress.completeNow(key, completedAt)
    if (before === undefined) return 'NEW'
    return earlier || !same ? 'CHANGED' : 'SAME'
  }

  #views({ writes }: Extract<HistoryRow, { kind: 'views' }>): HistoryOutcome {
    const [first] = writes
    if (first === undefined) return 'SAME'
    const before = this.#progress.facts.view(first.key)
    void this.#progress.recordViews(writes)
    const after = this.#progress.facts.view(first.key)
    if (after === undefined || (before !== undefined && sameView(before, after))) return 'SAME'
    return before === undefined ? 'NEW' : 'CHANGED'
  }

  #attempt({ key, attempt }: Extract<HistoryRow, { kind: 'attempt' }>): HistoryOutcome {
    const before = this.#progress.facts.attemptRows.get(...idsOf(key), key.contentId, attempt.attemptId)
    void this.#progress.submitAttempt(key, attempt)
    if (before === undefined) return 'NEW'
    return decideAttempt(before, attempt).changed ? 'CHANGED' : 'SAME'
  }

  async unsummarised(page: PageRequest): Promise<Page<EnrolmentKey>> {
    return Promise.resolve(pageOf(this.#progress.unsummarised(), page, 3, idsOf, (key) => key))
  }

  countUnsummarised(): Promise<number> {
    return Promise.resolve(this.#progress.unsummarised().length)
  }

  recompute(keys: readonly EnrolmentKey[]): Promise<void> {
    this.#progress.quietly(() => {
      void this.#progress.carry(keys)
      void this.#progress.recompute(keys)
    })
    return Promise.resolve()
  }
}
