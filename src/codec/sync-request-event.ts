import type { EnrolmentKey } from '../domain/progress/key.ts'

/** Where requests to recompute an enrolment go (enrolment-sync seed, "Sync Event"). */
export const SYNC_REQUEST_TOPIC = 'batch.enrolment.sync.request'

export interface SyncRequestMessage {
  readonly topic: string
  /** The learner: requests of one learner stay in order. */
  readonly key: string
  /** JSON. */
  readonly value: string
}

/**
 * The request to recompute one enrolment, as jobs of today's installations read it.
 * @param ets when it is asked for, UTC milliseconds
 * @param id UUID of the message
 */
export function syncRequestEvent(key: EnrolmentKey, ets: number, id: string): SyncRequestMessage {
  const { userId, collectionId: courseId, contextId: batchId } = key
  const event = {
    eid: 'BE_JOB_REQUEST',
    ets,
    mid: `LP.${String(ets)}.${id}`,
    actor: { type: 'System', id: 'Course Batch Updater' },
    context: { pdata: { ver: '1.0', id: 'org.sunbird.platform' } },
    object: { type: 'CourseBatchEnrolment', id: `${batchId}_${userId}` },
    edata: { action: 'user-enrolment-sync', iteration: 1, batchId, userId, courseId },
  }
  return { topic: SYNC_REQUEST_TOPIC, key: userId, value: JSON.stringify(event) }
}
