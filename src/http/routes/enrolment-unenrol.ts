import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { EnrolmentAnswer, enrolmentAnswer } from '../enrolment-answer.ts'
import { defineRoute, learnerOf } from '../route.ts'
import { closed, CollectionId, ContextId, UserId } from '../schemas.ts'

export const enrolmentUnenrol = defineRoute({
  id: 'api.enrolment.unenrol',
  method: 'POST',
  url: '/v1/enrolment/unenrol',
  tag: 'Enrolments',
  summary: 'End an enrolment',
  description: 'Progress is kept and counts again when the learner comes back. Unenrolling again changes nothing.',
  access: 'enrol',
  body: closed({ userId: Type.Optional(UserId), collectionId: CollectionId, contextId: Type.Optional(ContextId) }),
  result: Type.Object({ response: Type.String(), outcome: Type.String(), enrolment: EnrolmentAnswer }),
  example: { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const { collectionId, contextId = collectionId } = call.body
    const key = { userId: learnerOf(call), collectionId, contextId }
    const recorded = await services.store.progress.unenrol(key, call.nowMs)
    if (recorded === undefined) throw new WaymarkError('ENROLMENT_NOT_FOUND', { field: call.nameOf('collectionId') })
    const { outcome, enrolment } = recorded
    return { result: { response: 'SUCCESS', outcome, enrolment: enrolmentAnswer({ ...key, enrolment }) } }
  },
})
