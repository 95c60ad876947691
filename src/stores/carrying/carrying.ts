/**
 * Progress that counts elsewhere than where it was made, in the modes that copy or move (decision 0012). A store that
 * runs in one of them asks here what its rows show, and tells here what became of them.
 */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Redirect } from '../../domain/progress/move.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { CountedRows } from '../../domain/progress/shared-rows.ts'
import type { ViewRow } from '../../domain/progress/view.ts'
import type { ContentAccount } from '../../ports/progress-store.ts'

/** What removing an enrolment takes away beside what lies under its own key. */
export interface Leaving {
  readonly occurrences: readonly Occurrence[]
  /** `rows`: its rows go with it. `enrolment`: they count elsewhere, so it goes alone. */
  readonly own: 'rows' | 'enrolment'
  /** Keys whose rows go too, while their enrolments stay. */
  readonly rowsOf: readonly EnrolmentKey[]
  /** Keys that show other attempts than before, of which no occurrence tells. */
  readonly changed: readonly EnrolmentKey[]
  /** What is to be decided anew once the rows are gone. */
  readonly contents: readonly string[]
}

/** Where to go on with an enrolment that is carried over leaf by leaf. */
export interface CarryCursor {
  readonly leaf: number
  /** The state of the catalogue under which the leaves before it were carried over. */
  readonly revision: number
}

/** How far carrying over one enrolment has come. */
export interface Carried {
  readonly occurrences: readonly Occurrence[]
  /** Whether it was behind: then its summary may have been stored of what was derived for its readers. */
  readonly wasBehind: boolean
  /** How many leaves were looked at. */
  readonly leaves: number
  /** Undefined: it is done. */
  readonly next: CarryCursor | undefined
}

export interface Carrying {
  /** Where a write counts, and the moves on its way. */
  place(key: ViewKey): Redirect
  /** A row as it is shown. */
  view(key: ViewKey): ViewRow | undefined
  /** All rows that are shown under one key, by content. */
  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow>
  /** Attempts that count under one key: all, or those of one content. */
  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]>
  /** All that counts under one key, views and attempts, at the cost of one of them. */
  counted(key: EnrolmentKey): CountedRows
  /** The completion on record that counts under a key. */
  completion(key: EnrolmentKey): number | undefined
  /** Called before the learner's own facts of a row change. What was shown of them is stored first: it must not fall. */
  viewing(key: ViewKey, before: ViewRow | undefined, after: ViewRow): readonly Occurrence[]
  /** The learner's own facts of a row changed: derives what follows. */
  viewed(key: ViewKey, before: ViewRow | undefined, after: ViewRow): readonly Occurrence[]
  /** Called before an enrolment changes. */
  enrolling(key: EnrolmentKey): readonly Occurrence[]
  /** The enrolment changed: derives what follows, or notes that it is to be carried over. */
  enrolled(key: EnrolmentKey): readonly Occurrence[]
  /** Whether an enrolment has yet to be carried over: until then its rows are derived when they are read. */
  isBehind(key: EnrolmentKey): boolean
  /** Carries over so many leaves of an enrolment more. Nothing is to be done where it is not behind. */
  carry(key: EnrolmentKey, from: CarryCursor | undefined, leavesMax: number): Carried
  /** The context of a key changed: decides anew what is copied from what was done there. */
  carryOn(key: EnrolmentKey): readonly Occurrence[]
  /** Enrolments whose summaries an occurrence makes stale beside the one that it names. */
  alsoStale(occurrence: Occurrence): readonly EnrolmentKey[]
  /**
   * Called before the rows under a key become another learner's: what was copied there goes with them, because readers have
   * seen it. What follows from the rows is derived by `enrolled` and `carry` once they are there.
   */
  handOver(key: EnrolmentKey, userId: string): void
  /** Called before an enrolment is removed; its rows are there yet. */
  leaving(key: EnrolmentKey): Leaving
  /** Called when its rows are gone, with the contents that `leaving` named. */
  left(key: EnrolmentKey, contentIds: readonly string[]): readonly Occurrence[]
  /** All rows of one content that a learner has, and what bears on them. */
  account(userId: string, contentId: string): ContentAccount
}
