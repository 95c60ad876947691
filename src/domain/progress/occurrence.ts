/**
 * What happened in the progress core, as written to the log in the same commit as the rows (DESIGN decision 3). These
 * drive the workers today; their typed, versioned public definitions replace this file when they come.
 */
import type { EnrolmentKey, ViewKey } from './key.ts'
import type { Status } from './view.ts'

export type Occurrence =
  | ({ readonly type: 'view-started' } & ViewKey)
  | ({ readonly type: 'view-ended'; readonly completedAt: number } & ViewKey)
  /** A late message moved the completion of an ended view to an earlier time. */
  | ({ readonly type: 'view-corrected'; readonly completedAt: number } & ViewKey)
  | ({
      readonly type: 'attempt-submitted'
      readonly attemptId: string
      readonly score: number
      readonly maxScore: number
    } & ViewKey)
  | ({ readonly type: 'enrolment-created' } & EnrolmentKey)
  | ({ readonly type: 'enrolment-changed'; readonly active: boolean } & EnrolmentKey)
  | ({ readonly type: 'progress-removed'; readonly views: number; readonly attempts: number } & EnrolmentKey)
  | ({
      readonly type: 'collection-progress-changed'
      readonly progress: number
      readonly required: number
      readonly status: Status
    } & EnrolmentKey)
  | ({ readonly type: 'collection-completed'; readonly completedAt: number } & EnrolmentKey)
  | { readonly type: 'collection-published'; readonly collectionId: string; readonly publication: number }

/** Types that change raw rows: each names an enrolment whose summary is to be recomputed. */
const TRIGGERS: ReadonlySet<Occurrence['type']> = new Set([
  'view-started',
  'view-ended',
  'view-corrected',
  'attempt-submitted',
  'enrolment-created',
  'enrolment-changed',
])

/** The enrolment whose summary an occurrence makes stale; undefined where it changes none. */
export function staleEnrolment(occurrence: Occurrence): EnrolmentKey | undefined {
  if (!TRIGGERS.has(occurrence.type) || !('userId' in occurrence)) return undefined
  return { userId: occurrence.userId, collectionId: occurrence.collectionId, contextId: occurrence.contextId }
}

/** What the log is keyed by: the learner, so that one worker handles one learner in order (DESIGN decision 5). */
export function logKey(occurrence: Occurrence): string {
  return 'userId' in occurrence ? occurrence.userId : ''
}

/** The consumer that recomputes summaries: a store answers from the raw rows what it has not yet read. */
export const AGGREGATE_CONSUMER = 'aggregate'
