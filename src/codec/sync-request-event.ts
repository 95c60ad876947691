/**
 * A request to recompute an enrolment, as jobs of today's installations read it from its topic (enrolment-sync seed, "Sync
 * Event"): JSON, keyed by the learner, so that requests of one learner stay in order.
 */
import type { EnrolmentKey } from '../domain/progress/key.ts'
import { EnrolmentSyncRequested, SYNC_REQUESTS } from '../public-events/catalogue/waymark/enrolment.ts'
import type { Payload } from '../public-events/kernel/public-event.ts'

/** A public event as far as its form on a topic is concerned. */
interface OnTopic {
  readonly topic?: string | undefined
  readonly type: string
  /** UUID. */
  readonly id: string
  /** When it was asked for, microseconds since 1970, UTC. */
  readonly timeUs: number
}

/** The job request that an event is on the topic of sync requests; undefined of any other event, and on any other topic. */
export function syncRequestOf(
  { topic, type, id, timeUs }: OnTopic,
  payload: unknown,
): Readonly<Record<string, unknown>> | undefined {
  if (topic !== SYNC_REQUESTS || type !== EnrolmentSyncRequested.type) return undefined
  // A payload of this type was checked, or decoded, by its definition.
  const { enrolment } = payload as Payload<typeof EnrolmentSyncRequested>
  const { user_id: userId, collection_id: collectionId, context_id: contextId } = enrolment
  return syncRequest({ userId, collectionId, contextId }, Math.floor(timeUs / 1000), id)
}

/**
 * The seed's event, fields in its order.
 * @param ets when it is asked for, UTC milliseconds
 * @param id UUID of the message
 */
export function syncRequest(key: EnrolmentKey, ets: number, id: string): Readonly<Record<string, unknown>> {
  const { userId, collectionId: courseId, contextId: batchId } = key
  return {
    eid: 'BE_JOB_REQUEST',
    ets,
    mid: `LP.${String(ets)}.${id}`,
    actor: { type: 'System', id: 'Course Batch Updater' },
    context: { pdata: { ver: '1.0', id: 'org.sunbird.platform' } },
    object: { type: 'CourseBatchEnrolment', id: `${batchId}_${userId}` },
    edata: { action: 'user-enrolment-sync', iteration: 1, batchId, userId, courseId },
  }
}
