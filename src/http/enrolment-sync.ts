/** The enrolment sync of existing clients: has the summaries of learners in a batch recomputed (enrolment-sync seed). */
import { WaymarkError } from '../domain/errors.ts'
import type { EnrolmentKey } from '../domain/progress/key.ts'
import { authorise } from './access.ts'
import type { Sender } from './batch-item.ts'
import { failure, SUCCESS } from './envelope.ts'
import type { Answer, Services } from './route.ts'

export interface SyncFields {
  readonly userIds: readonly string[]
  readonly collectionId: string | undefined
  readonly contextId: string | undefined
}

/**
 * Has the summaries of whoever of these is or was enrolled recomputed. Reads are right once it is answered, and the worker
 * stores what they show; doing it again changes nothing. Who never was enrolled is named; where nobody is, nothing is done.
 * @throws WaymarkError COURSE_ID_REQUIRED_ERROR, COURSE_BATCH_ID_MISSING, FORBIDDEN, TOKEN_EXPIRED, BATCH_TOO_LARGE
 */
export async function syncEnrolments(services: Services, sender: Sender, fields: SyncFields): Promise<Answer> {
  const { principal, expiredAt, nameOf } = sender
  // There is nothing of a past time to hand in.
  if (expiredAt !== undefined) throw new WaymarkError('TOKEN_EXPIRED')
  for (const userId of fields.userIds) authorise('progress-write', principal, { userId })
  const { collectionId, contextId } = fields
  if (collectionId === undefined) throw new WaymarkError('COURSE_ID_REQUIRED_ERROR', { field: nameOf('collectionId') })
  if (contextId === undefined) throw new WaymarkError('COURSE_BATCH_ID_MISSING', { field: nameOf('contextId') })
  const userIds = [...new Set(fields.userIds)]
  if (userIds.length > services.config.BATCH_ITEMS_MAX) {
    throw new WaymarkError('BATCH_TOO_LARGE', { field: nameOf('userIds') })
  }
  const { progress } = services.store
  const learners = await Promise.all(
    userIds.map(async (userId) => {
      const key = { userId, collectionId, contextId }
      return { key, enrolled: (await progress.enrolment(key)) !== undefined }
    }),
  )
  const enrolled = learners.flatMap((learner) => (learner.enrolled ? [learner.key] : []))
  const missing = learners.flatMap((learner) => (learner.enrolled ? [] : [learner.key.userId]))
  if (enrolled.length === 0) return notEnrolled(missing, { collectionId, contextId })
  await progress.requestSync(enrolled)
  if (missing.length === 0) return { result: { response: 'Success' } }
  return { status: 207, result: { response: 'Success', items: learners.map(itemAnswer) } }
}

/** The seed's answer, word for word. */
function notEnrolled(userIds: readonly string[], { collectionId, contextId }: Omit<EnrolmentKey, 'userId'>): Answer {
  const users = userIds.map((userId) => `'${userId}'`).join(', ')
  const response = `Could not find any enrollments for userId [${users}], batchId '${contextId}' and courseId '${collectionId}'`
  const refusal = new WaymarkError('CLIENT_ERROR')
  return { status: refusal.status, result: { response }, outcome: failure(refusal) }
}

function itemAnswer({ key, enrolled }: { key: EnrolmentKey; enrolled: boolean }, index: number): unknown {
  const { userId } = key
  const refusal = new WaymarkError('ENROLMENT_NOT_FOUND')
  return enrolled
    ? { index, id: userId, status: 200, params: SUCCESS, result: {} }
    : { index, id: userId, status: refusal.status, params: failure(refusal), result: {} }
}
