import { WaymarkError } from '../../domain/errors.ts'
import Type from 'typebox'
import { defineRoute, learnerOf } from '../route.ts'
import { closed, CollectionId, ContextId, UserId } from '../schemas.ts'
import { SummaryAnswer, summaryAnswer } from '../summary-answer.ts'

export const summaryRead = defineRoute({
  id: 'api.summary.read',
  method: 'POST',
  url: '/v1/summary/read',
  tag: 'Summaries',
  summary: 'The progress of one enrolment',
  description: 'Shows every write that was answered before, of this and every other client.',
  access: 'progress-read',
  body: closed({ userId: Type.Optional(UserId), collectionId: CollectionId, contextId: Type.Optional(ContextId) }),
  result: SummaryAnswer,
  example: { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const { collectionId, contextId = collectionId } = call.body
    const key = { userId: learnerOf(call), collectionId, contextId }
    const { progress, catalogue } = services.store
    const [{ enrolment, summary }, publication] = await Promise.all([
      progress.enrolmentSummary(key),
      catalogue.publication(collectionId),
    ])
    if (enrolment === undefined && summary === undefined) {
      throw new WaymarkError('SUMMARY_NOT_FOUND', { field: call.nameOf('collectionId') })
    }
    return { result: summaryAnswer({ key, enrolment, summary, publication }) }
  },
})
