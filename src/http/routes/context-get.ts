import { WaymarkError } from '../../domain/errors.ts'
import { ContextAnswer, contextAnswer } from '../context-answer.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, ContextId } from '../schemas.ts'

export const contextGet = defineRoute({
  id: 'api.context.read',
  method: 'GET',
  url: '/v1/context/:collectionId/:contextId',
  tag: 'Contexts',
  summary: 'One context',
  access: 'collection-read',
  params: closed({ collectionId: CollectionId, contextId: ContextId }),
  result: ContextAnswer,
  target: (call) => ({ collectionId: call.params.collectionId }),
  handle: async (services, call) => {
    const context = await services.store.catalogue.context(call.params.collectionId, call.params.contextId)
    if (context === undefined) throw new WaymarkError('CONTEXT_NOT_FOUND', { field: 'path.contextId' })
    return { result: contextAnswer(context, call.nowMs) }
  },
})
