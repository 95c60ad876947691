import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { cursorAnswer, pageRequest } from '../paging.ts'
import { DifferenceAnswer, differenceAnswer } from '../repair-answer.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, ContextId, nextCursor, pageQuery } from '../schemas.ts'

export const summaryRepair = defineRoute({
  id: 'api.summary.repair',
  method: 'POST',
  url: '/v1/summary/repair',
  tag: 'Summaries',
  summary: 'Find stored summaries that are not what the views and attempts say, and recompute them',
  description:
    'One page of all learners of a context, or without one of the whole installation. Without `cursor` it goes on where an earlier call ended that was not followed to the last page. Doing it again changes nothing.',
  access: 'summary-repair',
  body: closed({
    collectionId: Type.Optional(CollectionId),
    contextId: Type.Optional(ContextId),
    dryRun: Type.Optional(Type.Boolean({ description: 'Only look: nothing is recomputed.' })),
    anew: Type.Optional(Type.Boolean({ description: 'Begin with the first page, whatever an earlier call has done.' })),
  }),
  query: closed(pageQuery),
  result: Type.Object({
    looked: Type.Integer({ description: 'Enrolments looked at so far, by the pages before too.' }),
    differed: Type.Integer({ description: 'Those of them whose summary was not right.' }),
    page: Type.Integer({ description: 'Enrolments looked at on this page.' }),
    total: Type.Optional(Type.Integer({ description: 'Enrolments in all; told where no cursor was sent.' })),
    differences: Type.Array(DifferenceAnswer),
    nextCursor,
  }),
  example: { collectionId: 'class-1-maths', contextId: 'batch-1', dryRun: true },
  target: () => ({}),
  handle: async ({ config, repair }, call) => {
    const { collectionId, contextId, dryRun = false, anew = false } = call.body
    if (collectionId === undefined && contextId !== undefined) {
      throw new WaymarkError('MISSING_FIELD', { field: call.nameOf('collectionId') })
    }
    const place = collectionId === undefined ? undefined : { collectionId, contextId: contextId ?? collectionId }
    const page = pageRequest(config, call.query)
    const came = await repair.page({ place, dryRun, anew, by: 'operator', page })
    return {
      result: {
        looked: came.lookedSoFar,
        differed: came.differedSoFar,
        page: came.looked,
        ...(came.total === undefined ? {} : { total: came.total }),
        differences: came.differences.map(differenceAnswer),
        ...cursorAnswer(came.next),
      },
    }
  },
})
