import Type from 'typebox'
import { EnrolmentAnswer, enrolmentAnswer } from '../enrolment-answer.ts'
import { cursorAnswer, pageRequest } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { closed, nextCursor, pageQuery, UserId } from '../schemas.ts'

export const enrolmentList = defineRoute({
  id: 'api.enrolment.list',
  method: 'GET',
  url: '/v1/enrolment/list/:userId',
  tag: 'Enrolments',
  summary: "A learner's enrolments",
  access: 'progress-read',
  params: closed({ userId: UserId }),
  query: closed(pageQuery),
  result: Type.Object({ enrolments: Type.Array(EnrolmentAnswer), nextCursor }),
  target: (call) => ({ userId: call.params.userId }),
  handle: async (services, call) => {
    const page = await services.store.progress.enrolmentsOf(
      call.params.userId,
      pageRequest(services.config, call.query),
    )
    return { result: { enrolments: page.items.map(enrolmentAnswer), ...cursorAnswer(page.next) } }
  },
})
