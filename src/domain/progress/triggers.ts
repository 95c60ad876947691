/** What has summaries recomputed. */
import type { Occurrence } from '../outbox.ts'
import type { EnrolmentKey } from './key.ts'

/** The consumer that recomputes summaries: a store answers from the raw rows what it has not yet read. */
export const AGGREGATE_CONSUMER = 'aggregate'

/** Types that change raw rows, or ask for it: each names an enrolment whose summary is to be recomputed. */
export const TRIGGERS: readonly Occurrence['type'][] = [
  'view-started',
  'view-ended',
  'view-corrected',
  'view-copied',
  'attempt-submitted',
  'enrolment-created',
  'enrolment-changed',
  'progress-moved',
  'move-undone',
  'sync-requested',
]
const TRIGGER_SET: ReadonlySet<Occurrence['type']> = new Set(TRIGGERS)

/** The enrolment whose summary an occurrence makes stale; undefined where it changes none. */
export function staleEnrolment(occurrence: Occurrence): EnrolmentKey | undefined {
  if (!TRIGGER_SET.has(occurrence.type) || !('contextId' in occurrence)) return undefined
  if (!('userId' in occurrence)) return undefined
  return { userId: occurrence.userId, collectionId: occurrence.collectionId, contextId: occurrence.contextId }
}
