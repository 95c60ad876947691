import type { Attempt, AttemptDecision } from '../domain/progress/attempt.ts'
import type { Enrolment } from '../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../domain/progress/key.ts'
import type { Occurrence } from '../domain/outbox.ts'
import type { ContentHistory } from '../domain/progress/copying.ts'
import type { RowAccount } from '../domain/progress/explanation.ts'
import type { Merge, MergeCounts } from '../domain/progress/merged-learners.ts'
import type { Summary } from '../domain/progress/summary.ts'
import type { Status, ViewFact, ViewOutcome, ViewRow } from '../domain/progress/view.ts'
import type { Page, PageRequest } from './page.ts'

/** One view to be recorded: which row, and what happened. */
export interface ViewWrite {
  readonly key: ViewKey
  readonly fact: ViewFact
}

/** Where a write counts, if not where it was reported: that context's progress has moved (progress modes, rule 5). */
export interface Redirected {
  readonly countedIn?: string | undefined
}

/** What a view request did, and the row after it as it is shown (undefined: there is none). */
export interface ViewRecorded extends Redirected {
  readonly outcome: ViewOutcome
  readonly row: ViewRow | undefined
}

export type AttemptRecorded = Pick<AttemptDecision, 'outcome' | 'attempt'> & Redirected

/** A row as it is stored, with how it came to be. */
export interface KeyedRow extends RowAccount {
  readonly key: ViewKey
  /** The status that the row holds; that of a tombstone is no longer shown. */
  readonly status: Status
}

/** What an explanation is made from: a learner's rows of one content, and all that bears on carrying it over. */
export interface ContentAccount {
  readonly rows: readonly KeyedRow[]
  readonly history: ContentHistory
}

export interface EnrolmentRecorded {
  readonly outcome: 'ENROLLED' | 'ALREADY_ENROLLED' | 'UNENROLLED' | 'ALREADY_UNENROLLED'
  readonly enrolment: Enrolment
}

export interface Enrolled extends EnrolmentKey {
  readonly enrolment: Enrolment
}

/** Undefined is what there is not. */
export interface EnrolmentSummary {
  readonly enrolment: Enrolment | undefined
  readonly summary: Summary | undefined
}

/** What a removal took away. */
export interface Removed {
  readonly enrolments: number
  readonly views: number
  readonly attempts: number
}

/** Two accounts that are one learner: what `fromUserId` did is to be what `intoUserId` did. */
export interface MergeRequest {
  readonly fromUserId: string
  readonly intoUserId: string
  /** UTC milliseconds. */
  readonly at: number
  /** Who wants it. */
  readonly by: string
}

/** What became of a merge. */
export type MergeAnswer =
  | {
      readonly outcome: 'MERGED'
      /** What this time brought: nothing where nothing had come since the last. */
      readonly joined: MergeCounts
      /** The trace of the last time that brought anything. */
      readonly merge: Merge
    }
  /** There is nothing left to merge, and what there was went to another learner, the one whom this names. */
  | { readonly outcome: 'MERGED_ELSEWHERE'; readonly merge: Merge }
  /** Nobody of that name has or had anything. */
  | { readonly outcome: 'UNKNOWN' }

/** How far a consumer of the log has come, committed together with the effects of what it read. */
export interface ConsumerPosition {
  readonly consumer: string
  readonly seq: number
}

/**
 * Raw rows of progress and the summaries derived from them.
 *
 * Every write is durable when its promise resolves, and the log entries that tell of it are in the same commit. Writes
 * merge (DESIGN decision 1): they may be repeated and may come in any order. A write that fails changes nothing and
 * harms no write that shares its commit. Rejections: WaymarkError OVERLOADED, STORE_FULL, STORE_UNAVAILABLE, STOPPING.
 */
export interface ProgressStore {
  recordView(key: ViewKey, fact: ViewFact): Promise<ViewRecorded>
  /**
   * The same for many, in the order given and in one commit: all are recorded or, where the store fails, none. What each
   * did comes back in the same order.
   */
  recordViews(writes: readonly ViewWrite[]): Promise<readonly ViewRecorded[]>
  submitAttempt(key: ViewKey, attempt: Attempt): Promise<AttemptRecorded>
  /** @param timed whether the client said when it happened; otherwise it happens now. */
  enrol(key: EnrolmentKey, at: number, timed?: boolean): Promise<EnrolmentRecorded>
  /** Undefined where there never was an enrolment. */
  unenrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded | undefined>
  /**
   * Removes one enrolment: its rows, attempts, summary and completion, in one commit, leaving a trace in the log. Rows
   * that other enrolments count stay (decision 0013).
   */
  remove(key: EnrolmentKey): Promise<Removed>
  /**
   * The same for everything that the learner did inside collections; organic views stay. The traces of merges that name
   * the learner go too.
   */
  removeAll(userId: string): Promise<Removed>
  /**
   * Makes what one learner did another's, in one commit that leaves a trace: rows are joined, every attempt is kept, and
   * what follows from them is made anew. Nothing is left under the former name; what comes for it later is merged by
   * merging again. The two must differ.
   */
  merge(request: MergeRequest): Promise<MergeAnswer>
  /** The merges that brought something to a learner, as they were made. */
  mergesInto(userId: string): Promise<readonly Merge[]>

  /**
   * The learner's view rows under one key as they are shown, by content id: those asked for, or all. The key itself is
   * taken as it is: it is for the caller to map it as the mode has it (`targetRow`).
   */
  views(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, ViewRow>>
  /** Likewise attempts. */
  attempts(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>>
  enrolment(key: EnrolmentKey): Promise<Enrolment | undefined>
  enrolmentsOf(userId: string, page: PageRequest): Promise<Page<Enrolled>>
  enrolmentsIn(collectionId: string, contextId: string, page: PageRequest): Promise<Page<Enrolled>>
  /** Every enrolment, ended ones included, by learner, collection and context. */
  allEnrolments(page: PageRequest): Promise<Page<EnrolmentKey>>
  /**
   * The summary of one enrolment, never behind an answered write (DESIGN decision 4). Undefined where the collection is
   * not published or the learner has neither enrolment nor progress there.
   */
  summary(key: EnrolmentKey): Promise<Summary | undefined>
  /** The enrolment and the summary in one look, as each alone would be answered. */
  enrolmentSummary(key: EnrolmentKey): Promise<EnrolmentSummary>

  /** All rows of one content that a learner has, wherever they lie. */
  contentAccount(userId: string, contentId: string): Promise<ContentAccount>

  /**
   * Carries over what enrolling there brings in the modes that copy or move, in commits of so many leaves at most, of one
   * enrolment or several. Nothing changes where that is done already. Readers see the same before and after.
   */
  carry(keys: readonly EnrolmentKey[], leavesMax: number): Promise<void>
  /**
   * The context of these keys changed: decides anew what is copied to other places from what was done there, a commit for
   * each key.
   */
  carryOn(keys: readonly EnrolmentKey[]): Promise<void>
  /** The enrolments whose summaries these occurrences make stale, each once, as the mode has it. */
  staleEnrolments(occurrences: readonly Occurrence[]): Promise<readonly EnrolmentKey[]>
  /**
   * Asks in one commit for the summaries of these enrolments to be recomputed, by the worker that recomputes all others
   * (enrolment-sync seed). Read, they are right at once.
   */
  requestSync(keys: readonly EnrolmentKey[]): Promise<void>
  /** Recomputes and stores summaries, with their log entries and the consumer's position, in one commit. */
  recompute(keys: readonly EnrolmentKey[], position?: ConsumerPosition): Promise<void>
  /** The same keys in the order in which their rows are kept: who recomputes many in it writes neighbours together. */
  inOrder(keys: readonly EnrolmentKey[]): Promise<readonly EnrolmentKey[]>
  /** Everyone who is enrolled or has progress in a collection: what a new publication concerns. */
  participants(collectionId: string, page: PageRequest): Promise<Page<EnrolmentKey>>
}
