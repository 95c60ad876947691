import Type from 'typebox'
import { EnrolmentAnswer, enrolmentAnswer } from '../enrolment-answer.ts'
import { cursorAnswer, pageRequest } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, ContextId, nextCursor, pageQuery } from '../schemas.ts'

export const enrolmentRoster = defineRoute({
  id: 'api.enrolment.roster',
  method: 'GET',
  url: '/v1/enrolment/context/:collectionId/:contextId',
  tag: 'Enrolments',
  summary: 'Who is enrolled in a context',
  access: 'roster-read',
  params: closed({ collectionId: CollectionId, contextId: ContextId }),
  query: closed(pageQuery),
  result: Type.Object({ enrolments: Type.Array(EnrolmentAnswer), nextCursor }),
  target: (call) => ({ collectionId: call.params.collectionId }),
  handle: async (services, call) => {
    const { collectionId, contextId } = call.params
    const page = await services.store.progress.enrolmentsIn(
      collectionId,
      contextId,
      pageRequest(services.config, call.query),
    )
    return { result: { enrolments: page.items.map(enrolmentAnswer), ...cursorAnswer(page.next) } }
  },
})
