import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { enrolmentRefusal, isActive } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { readClientTime } from '../client-time.ts'
import { EnrolmentAnswer, enrolmentAnswer } from '../enrolment-answer.ts'
import { defineRoute, learnerOf, type Services } from '../route.ts'
import { ClientTime, closed, CollectionId, ContextId, UserId } from '../schemas.ts'

export const enrolmentEnrol = defineRoute({
  id: 'api.enrolment.enrol',
  method: 'POST',
  url: '/v1/enrolment/enrol',
  tag: 'Enrolments',
  summary: 'Enrol a learner',
  description:
    'Enrolling again changes nothing. Without contextId the learner enrols into the collection itself. A service or admin may say with `clientTime` when the learner enrolled.',
  access: 'enrol',
  body: closed({
    userId: Type.Optional(UserId),
    collectionId: CollectionId,
    contextId: Type.Optional(ContextId),
    clientTime: Type.Optional(ClientTime),
  }),
  result: Type.Object({ response: Type.String(), outcome: Type.String(), enrolment: EnrolmentAnswer }),
  example: { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const { collectionId, contextId = collectionId, clientTime } = call.body
    const key = { userId: learnerOf(call), collectionId, contextId }
    const { role } = call.principal
    if (clientTime !== undefined && role !== 'service' && role !== 'admin') {
      throw new WaymarkError('FORBIDDEN', { field: call.nameOf('clientTime') })
    }
    const { CLIENT_TIME_AHEAD_MAX } = services.config
    const field = (): string => call.nameOf('clientTime')
    const at =
      clientTime === undefined ? call.nowMs : readClientTime(clientTime, call.nowMs, CLIENT_TIME_AHEAD_MAX, field)
    await checkOpen(services, key, at, call.nameOf)
    const { outcome, enrolment } = await services.store.progress.enrol(key, at, clientTime !== undefined)
    return { result: { response: 'SUCCESS', outcome, enrolment: enrolmentAnswer({ ...key, enrolment }) } }
  },
})

/** The collection and the context must be known and open; who is enrolled already may say so again at any time. */
async function checkOpen(
  services: Services,
  key: EnrolmentKey,
  at: number,
  nameOf: (path: string) => string,
): Promise<void> {
  const { catalogue, progress } = services.store
  if ((await catalogue.publication(key.collectionId)) === undefined) {
    throw new WaymarkError('COLLECTION_NOT_FOUND', { field: nameOf('collectionId') })
  }
  const known = await progress.enrolment(key)
  if (known !== undefined && isActive(known)) return
  const context = await catalogue.context(key.collectionId, key.contextId)
  if (context === undefined) {
    if (key.contextId === key.collectionId) return
    throw new WaymarkError('CONTEXT_NOT_FOUND', { field: nameOf('contextId') })
  }
  const refusal = enrolmentRefusal(context, at)
  if (refusal !== undefined) throw new WaymarkError(refusal, { field: nameOf('contextId') })
}
