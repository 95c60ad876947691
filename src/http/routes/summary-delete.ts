import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, ContextId, UserId } from '../schemas.ts'

const where = { collectionId: Type.Optional(CollectionId), contextId: Type.Optional(ContextId) }

export const summaryDelete = defineRoute({
  id: 'api.summary.delete',
  method: 'DELETE',
  url: '/v1/summary/delete/:userId',
  tag: 'Summaries',
  summary: 'Delete one enrolment with its progress, or with ?all every one',
  description:
    'Which one is said in the body or, because proxies drop the bodies of DELETE, in the query (collectionId, contextId). Without `?all` never more than one. Progress made outside collections stays; in mode `content`, where all progress belongs to the contents, all of it; in mode `collection` progress goes with the last enrolment in the collection. Deleting again changes nothing.',
  access: 'progress-remove',
  params: closed({ userId: UserId }),
  query: closed({ ...where, all: Type.Optional(Type.Enum(['', 'true', '1', 'false', '0'])) }),
  body: closed({ userId: Type.Optional(UserId), ...where }),
  result: Type.Object({}),
  example: { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' },
  target: (call) => ({ userId: call.params.userId }),
  handle: async (services, call) => {
    const { userId } = call.params
    if (call.body.userId !== undefined && call.body.userId !== userId) {
      throw new WaymarkError('CONFLICTING_FIELDS', { field: call.nameOf('userId') })
    }
    const collectionId = agree(call.body.collectionId, call.query.collectionId, call.nameOf('collectionId'))
    const contextId = agree(call.body.contextId, call.query.contextId, call.nameOf('contextId'))
    const all = call.query.all !== undefined && !['false', '0'].includes(call.query.all)
    if (all && collectionId !== undefined) {
      throw new WaymarkError('CONFLICTING_FIELDS', { field: 'query.all', text: 'Send either all or one collection.' })
    }
    if (all) await services.store.progress.removeAll(userId)
    else if (collectionId === undefined) {
      throw new WaymarkError('MISSING_FIELD', { field: call.nameOf('collectionId') })
    } else await services.store.progress.remove({ userId, collectionId, contextId: contextId ?? collectionId })
    return { result: {} }
  },
})

/** The same thing said in body and query must be the same thing. */
function agree(body: string | undefined, query: string | undefined, field: string): string | undefined {
  if (body !== undefined && query !== undefined && body !== query)
    throw new WaymarkError('CONFLICTING_FIELDS', { field })
  return body ?? query
}
