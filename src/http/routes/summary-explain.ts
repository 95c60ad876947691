import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { explainSummary, type SummaryExplanation } from '../../domain/progress/explanation.ts'
import { inEnglish, tellSummary, type Telling } from '../../domain/progress/tell-explanation.ts'
import { NOT_STARTED } from '../../domain/progress/view.ts'
import {
  type ExplanationAnswer,
  LeafExplanationAnswer,
  MERGED_FROM,
  Sentences,
  viewExplanationAnswer,
  withMerges,
} from '../explain-answer.ts'
import { explainTo, mergesTo } from '../explain-view.ts'
import { cursorAnswer, pageOfIds, pageRequest } from '../paging.ts'
import { defineRoute, learnerOf } from '../route.ts'
import { closed, CollectionId, ContextId, nextCursor, pageQuery, UserId } from '../schemas.ts'

/** The figures of an enrolment in a collection that is not published. */
const NO_FIGURES: Parameters<typeof explainSummary>[2] = {
  progress: 0,
  required: 0,
  status: NOT_STARTED,
  completedAt: undefined,
}

export const summaryExplain = defineRoute({
  id: 'api.summary.explain',
  method: 'POST',
  url: '/v1/summary/explain',
  tag: 'Summaries',
  summary: 'Why a collection has its percentage, content by content',
  description:
    'The figures of summary/read, the rows that they count, and the explanation of each content in the order of the ' +
    'collection, page by page. An instructor is told only of rows in collections of the token.',
  access: 'progress-read',
  body: closed({ userId: Type.Optional(UserId), collectionId: CollectionId, contextId: Type.Optional(ContextId) }),
  query: closed(pageQuery),
  result: Type.Object({
    userId: Type.String(),
    collectionId: Type.String(),
    contextId: Type.String(),
    mode: Type.String(),
    rows: Type.String({ description: 'Which row of each content counts: that of the context, collection or content.' }),
    status: Type.Integer({ description: '0 not started, 1 in progress, 2 complete.' }),
    progress: Type.Integer({ description: 'Required contents completed.' }),
    required: Type.Integer({ description: 'Contents that are required.' }),
    completionPercentage: Type.Integer(),
    completedOn: Type.Union([Type.Integer(), Type.Null()]),
    sentences: Sentences,
    ...MERGED_FROM,
    contents: Type.Array(LeafExplanationAnswer),
    nextCursor,
  }),
  example: { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const { collectionId, contextId = collectionId } = call.body
    const key = { userId: learnerOf(call), collectionId, contextId }
    const request = pageRequest(services.config, call.query)
    const { progress, catalogue } = services.store
    const [{ enrolment, summary }, publication] = await Promise.all([
      progress.enrolmentSummary(key),
      catalogue.publication(collectionId),
    ])
    if (enrolment === undefined && summary === undefined) {
      throw new WaymarkError('SUMMARY_NOT_FOUND', { field: call.nameOf('collectionId') })
    }
    const { leaves = [], required = [] } = publication?.structure.root ?? {}
    const page = pageOfIds(leaves, request)
    const explained = await Promise.all(
      page.items.map((contentId) => explainTo(services, call.principal, { ...key, contentId })),
    )
    const explanation = explainSummary(services.mode, key, summary ?? NO_FIGURES, explained)
    const telling = inEnglish(services.config.TIME_ZONE)
    const merges = await mergesTo(services, call.principal, key.userId)
    const answer = withMerges(summaryExplanationAnswer(explanation, required, telling), merges, telling)
    return { result: { ...answer, ...cursorAnswer(page.next) } }
  },
})

function summaryExplanationAnswer(
  explanation: SummaryExplanation,
  required: readonly string[],
  telling: Telling,
): ExplanationAnswer {
  const { key, mode, rows, status, progress, percentage, completedAt, leaves } = explanation
  const needed = new Set(required)
  return {
    ...key,
    mode,
    rows,
    status,
    progress,
    required: explanation.required,
    completionPercentage: percentage,
    completedOn: completedAt,
    sentences: tellSummary(explanation, telling),
    contents: leaves.map((leaf) => ({
      ...viewExplanationAnswer(leaf, telling),
      required: needed.has(leaf.asked.contentId),
    })),
  }
}
