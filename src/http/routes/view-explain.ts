import { fillKey } from '../../domain/progress/key.ts'
import { MODE_TABLE } from '../../domain/progress/mode.ts'
import { inEnglish } from '../../domain/progress/tell-explanation.ts'
import { ViewExplanationAnswer, viewExplanationAnswer, withMerges } from '../explain-answer.ts'
import { explainTo, mergesTo } from '../explain-view.ts'
import { readsWithin, refuseForeign } from '../read-key.ts'
import { defineRoute, learnerOf } from '../route.ts'
import { closed, viewKey } from '../schemas.ts'

export const viewExplain = defineRoute({
  id: 'api.view.explain',
  method: 'POST',
  url: '/v1/view/explain',
  tag: 'Views',
  summary: 'Why a content is complete, in progress or not started',
  description:
    'Names the row that answers, how it came to be, and where it is not started every other row of the content with the ' +
    'reason why it does not count. An instructor is told only of rows in collections of the token.',
  access: 'progress-read',
  body: closed(viewKey),
  result: ViewExplanationAnswer,
  example: {
    userId: 'rahul',
    contentId: 'single-digit-addition',
    collectionId: 'class-1-maths',
    contextId: 'batch-1',
  },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const { principal, body } = call
    const asked = fillKey({ ...body, userId: learnerOf(call) })
    // Where rows belong to contents, naming a collection must not open every row of the learner.
    if (MODE_TABLE[services.mode].viewInCollection === 'content' && readsWithin(principal, asked.userId)) {
      const published = await services.store.catalogue.publication(asked.collectionId)
      refuseForeign(published?.structure, [asked.contentId], call.nameOf('contentId'))
    }
    const explanation = await explainTo(services, principal, asked)
    const telling = inEnglish(services.config.TIME_ZONE)
    const merges = await mergesTo(services, principal, asked.userId)
    return { result: withMerges(viewExplanationAnswer(explanation, telling), merges, telling) }
  },
})
