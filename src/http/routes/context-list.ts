import Type from 'typebox'
import { ContextAnswer, contextAnswer } from '../context-answer.ts'
import { cursorAnswer, pageRequest } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, nextCursor, pageQuery } from '../schemas.ts'

export const contextList = defineRoute({
  id: 'api.context.list',
  method: 'GET',
  url: '/v1/context/:collectionId',
  tag: 'Contexts',
  summary: 'The contexts of a collection',
  access: 'collection-read',
  params: closed({ collectionId: CollectionId }),
  query: closed(pageQuery),
  result: Type.Object({ contexts: Type.Array(ContextAnswer), nextCursor }),
  target: (call) => ({ collectionId: call.params.collectionId }),
  handle: async (services, call) => {
    const page = await services.store.catalogue.contexts(
      call.params.collectionId,
      pageRequest(services.config, call.query),
    )
    const contexts = page.items.map((context) => contextAnswer(context, call.nowMs))
    return { result: { contexts, ...cursorAnswer(page.next) } }
  },
})
