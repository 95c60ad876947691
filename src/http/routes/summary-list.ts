import Type from 'typebox'
import { cursorAnswer, pageRequest } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { closed, nextCursor, pageQuery, UserId } from '../schemas.ts'
import { SummaryAnswer, summaryAnswer, summaryParts } from '../summary-answer.ts'

export const summaryList = defineRoute({
  id: 'api.summary.list',
  method: 'GET',
  url: '/v1/summary/list/:userId',
  tag: 'Summaries',
  summary: "All of a learner's enrolments with their progress",
  access: 'progress-read',
  params: closed({ userId: UserId }),
  query: closed(pageQuery),
  result: Type.Object({ summary: Type.Array(SummaryAnswer), nextCursor }),
  target: (call) => ({ userId: call.params.userId }),
  handle: async (services, call) => {
    const page = await services.store.progress.enrolmentsOf(
      call.params.userId,
      pageRequest(services.config, call.query),
    )
    const parts = await Promise.all(page.items.map((enrolled) => summaryParts(services, enrolled)))
    return { result: { summary: parts.map(summaryAnswer), ...cursorAnswer(page.next) } }
  },
})
