import Type from 'typebox'
import { askedCourse, contentList } from '../content-state-list.ts'
import { defineRoute, learnerOf, type Route } from '../route.ts'
import { closed, CollectionId, ContextId, UserId } from '../schemas.ts'

const list = (description: string): Type.TOptional<Type.TUnknown> => Type.Optional(Type.Unknown({ description }))

/** Two addresses of one operation: the second is that of services within the walls. */
function contentStateReadAt(id: string, url: string): Route {
  return defineRoute({
    id,
    method: 'POST',
    url,
    tag: 'Content state',
    summary: "Read a learner's contents in a batch",
    description: 'For clients of the content-state API. Contents that were not started are left out.',
    access: 'progress-read',
    body: closed({
      userId: Type.Optional(UserId),
      collectionId: Type.Optional(CollectionId),
      courseIds: list('The first one counts, where courseId is left out.'),
      contextId: Type.Optional(ContextId),
      contentIds: list('These contents only.'),
      fields: list('`score`: with the attempts at each content, 25 at most.'),
    }),
    result: Type.Object({
      contentList: Type.Array(
        Type.Object({
          contentId: Type.String(),
          batchId: Type.String(),
          courseId: Type.String(),
          collectionId: Type.String(),
          status: Type.Integer(),
          progress: Type.Number(),
          lastAccessTime: Type.String({ description: '2021-03-04 05:58:04:382+0000' }),
          lastCompletedTime: Type.Union([Type.String(), Type.Null()]),
          progressdetails: Type.Object({}),
          score: Type.Optional(Type.Array(Type.Object({ attemptId: Type.String(), totalScore: Type.Number() }))),
        }),
      ),
    }),
    example: {
      userId: 'rahul',
      collectionId: 'class-1-maths',
      contextId: 'batch-1',
      contentIds: ['single-digit-addition'],
    },
    target: (call) => ({ userId: learnerOf(call), collectionId: askedCourse(call.body, call.nameOf) }),
    handle: async (services, call) => ({ result: { contentList: await contentList(services, call) } }),
  })
}

export const contentStateRead = contentStateReadAt('api.content.state.read', '/v1/content/state/read')
export const privateContentStateRead = contentStateReadAt(
  'api.private.content.state.read',
  '/private/v1/content/state/read',
)
