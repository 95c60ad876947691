/**
 * What the outbox holds: everything that happened, in the commit of the rows that it tells of (DESIGN decision 3). Our own
 * workers act on it, and the relay makes public events of it (decision 16).
 */
import type { Emission } from './emission.ts'
import type { EnrolmentKey, ViewKey } from './progress/key.ts'
import type { MergeCounts } from './progress/merged-learners.ts'
import type { Mode } from './progress/mode.ts'
import type { Status } from './progress/view.ts'

export type Occurrence =
  | ({ readonly type: 'view-started' } & ViewKey)
  | ({ readonly type: 'view-ended'; readonly completedAt: number } & ViewKey)
  /** A late message moved the completion of an ended view to an earlier time. */
  | ({ readonly type: 'view-corrected'; readonly completedAt: number } & ViewKey)
  /** A completion was copied into this row, or another than before. */
  | ({
      readonly type: 'view-copied'
      readonly completedAt: number
      readonly fromCollectionId: string
      readonly fromContextId: string
      readonly ruleId: string
    } & ViewKey)
  | ({
      readonly type: 'attempt-submitted'
      readonly attemptId: string
      readonly score: number
      readonly maxScore: number
    } & ViewKey)
  | ({ readonly type: 'enrolment-created' } & EnrolmentKey)
  | ({ readonly type: 'enrolment-changed'; readonly active: boolean } & EnrolmentKey)
  /** The collection's progress in this context is now in another. */
  | ({
      readonly type: 'progress-moved'
      readonly toContextId: string
      readonly ruleId: string
      readonly movedAt: number
    } & EnrolmentKey)
  /** What was told of late, or another rule, took that back: its progress is in this context again. */
  | ({ readonly type: 'move-undone'; readonly toContextId: string } & EnrolmentKey)
  /** Somebody asked for the summary to be recomputed: nothing else happened. */
  | ({ readonly type: 'sync-requested' } & EnrolmentKey)
  | ({ readonly type: 'progress-removed'; readonly views: number; readonly attempts: number } & EnrolmentKey)
  | ({
      readonly type: 'collection-progress-changed'
      readonly progress: number
      readonly required: number
      readonly status: Status
    } & EnrolmentKey)
  | ({ readonly type: 'collection-completed'; readonly completedAt: number } & EnrolmentKey)
  | { readonly type: 'collection-published'; readonly collectionId: string; readonly publication: number }
  /** Dates, status or rules of a context that was known are others now. */
  | { readonly type: 'context-changed'; readonly collectionId: string; readonly contextId: string }
  /** A rule of the instance is new, another one, or gone. */
  | { readonly type: 'rules-changed'; readonly ruleId: string }
  /**
   * What another account did is this learner's now: summaries were made anew in the same commit. Nothing is told of the
   * single rows.
   */
  | ({ readonly type: 'learner-merged'; readonly userId: string; readonly fromUserId: string } & MergeCounts)
  /** The instance is in another mode now, and everything was carried over and recomputed in it. */
  | { readonly type: 'mode-changed'; readonly from: Mode; readonly to: Mode }
  /** A public event that was made before: nothing to work on, only to publish. */
  | Emission
  /** Text in the log that is none of these: never written, only found. Workers put it aside. */
  | { readonly type: 'unreadable'; readonly text: string; readonly reason: string }

/** What the log is keyed by: the learner, so that one worker handles one learner in order (DESIGN decision 5). */
export function logKey(occurrence: Occurrence): string {
  if (occurrence.type === 'emitted') return occurrence.key
  return 'userId' in occurrence ? occurrence.userId : ''
}
