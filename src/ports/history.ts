/** What was done elsewhere, before this installation knew of it: kept like everything else, and told to nobody. */
import type { Attempt } from '../domain/progress/attempt.ts'
import type { Enrolment } from '../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../domain/progress/key.ts'
import type { Page, PageRequest } from './page.ts'
import type { ViewWrite } from './progress-store.ts'

/** One row of a history. Rows are facts that merge: they may come in any order and any number of times. */
export type HistoryRow =
  | {
      readonly kind: 'enrolment'
      readonly key: EnrolmentKey
      readonly enrolment: Enrolment
      /** When the learner once was complete there, UTC milliseconds: a fact that stays (decision 0007). */
      readonly completedAt?: number | undefined
    }
  /** What happened in one view. */
  | { readonly kind: 'views'; readonly writes: readonly ViewWrite[] }
  | { readonly kind: 'attempt'; readonly key: ViewKey; readonly attempt: Attempt }

/** What a row did; SAME: all of it was known. */
export type HistoryOutcome = 'NEW' | 'CHANGED' | 'SAME'

/** Something to be noted in the commit of rows: how far whoever reads them has come. */
export interface HistoryNote {
  readonly name: string
  readonly text: string
}

/**
 * Records history (decision 0017). It is decided as ever what a row does, and carried over likewise, but neither the log
 * nor anybody who reads it is told. A summary that a row makes stale is taken away in the commit of the row: until it is
 * computed again, whoever reads it has it computed from the raw rows.
 */
export interface HistoryImport {
  /**
   * Records rows in one commit; answers what each did, in their order. Keys are taken as they are: it is for the caller to
   * map them as the mode has it (`targetRow`).
   * @param noteOf what is noted in that commit, told by what the rows did. It may be asked twice.
   */
  record(
    rows: readonly HistoryRow[],
    noteOf?: (outcomes: readonly HistoryOutcome[]) => HistoryNote,
  ): Promise<readonly HistoryOutcome[]>
  /** Everyone who takes part anywhere and has no stored summary, by learner, collection and context. */
  unsummarised(page: PageRequest): Promise<Page<EnrolmentKey>>
  /** How many `unsummarised` lists in all. */
  countUnsummarised(): Promise<number>
  /** Carries over, recomputes and stores summaries, in one commit. */
  recompute(keys: readonly EnrolmentKey[]): Promise<void>
}
