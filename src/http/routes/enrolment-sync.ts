import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { DifferenceAnswer, differenceAnswer } from '../repair-answer.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, ContextId, UserId } from '../schemas.ts'

export const enrolmentSync = defineRoute({
  id: 'api.enrolment.sync',
  method: 'POST',
  url: '/v1/enrolment/sync',
  tag: 'Enrolments',
  summary: 'Recompute the summaries of some learners in a context',
  description:
    'What it leaves is what was shown before wherever that was right. For all learners of a context: POST /v1/summary/repair.',
  access: 'summary-repair',
  body: closed({
    collectionId: CollectionId,
    contextId: Type.Optional(ContextId),
    userIds: Type.Array(UserId, { minItems: 1, description: 'The learners.' }),
    dryRun: Type.Optional(Type.Boolean({ description: 'Only look: nothing is recomputed.' })),
  }),
  result: Type.Object({
    looked: Type.Integer({ description: 'Enrolments looked at.' }),
    differences: Type.Array(DifferenceAnswer),
    notEnrolled: Type.Array(Type.String(), { description: 'Learners who are not enrolled there.' }),
  }),
  example: { collectionId: 'class-1-maths', contextId: 'batch-1', userIds: ['rahul'], dryRun: true },
  target: () => ({}),
  handle: async ({ config, repair, store }, call) => {
    const { collectionId, contextId = collectionId, userIds, dryRun = false } = call.body
    if (userIds.length > config.PAGE_ITEMS_MAX) {
      throw new WaymarkError('BATCH_TOO_LARGE', { field: call.nameOf('userIds') })
    }
    const keys = [...new Set(userIds)].map((userId) => ({ userId, collectionId, contextId }))
    const enrolments = await Promise.all(keys.map((key) => store.progress.enrolment(key)))
    const enrolled = keys.filter((_, index) => enrolments[index] !== undefined)
    const notEnrolled = keys.filter((_, index) => enrolments[index] === undefined).map(({ userId }) => userId)
    const differences = await repair.these(enrolled, dryRun)
    return { result: { looked: enrolled.length, differences: differences.map(differenceAnswer), notEnrolled } }
  },
})
