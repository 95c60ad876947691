import type { ViewFact } from '../domain/progress/view.ts'
import { readView, viewAnswer } from './record-view.ts'
import { defineRoute, learnerOf, type Route } from './route.ts'
import { closed, viewFields, viewKey, ViewResult } from './schemas.ts'

/** The three view operations differ in what they record and in nothing else. */
export function viewRoute(kind: ViewFact['kind'], summary: string, description: string): Route {
  return defineRoute({
    id: `api.view.${kind}`,
    method: 'POST',
    url: `/v1/view/${kind}`,
    tag: 'Views',
    summary,
    description,
    access: 'progress-write',
    body: closed({ ...viewKey, ...viewFields }),
    result: ViewResult,
    example: {
      userId: 'rahul',
      collectionId: 'class-1-maths',
      contextId: 'batch-1',
      contentId: 'single-digit-addition',
    },
    target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
    handle: async (services, call) => {
      const when = { kind, at: call.nowMs, timed: false }
      const write = readView(services, learnerOf(call), call.body, when, call.nameOf)
      const recorded = await services.store.progress.recordView(write.key, write.fact)
      return { result: viewAnswer(services, write, recorded, call.nameOf).result }
    },
  })
}
