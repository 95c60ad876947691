import Type from 'typebox'
import { updateContentState } from '../content-state-update.ts'
import { syncEnrolments } from '../enrolment-sync.ts'
import { defineRoute, learnerOf, type Route } from '../route.ts'
import { closed, CollectionId, ContextId, UserId } from '../schemas.ts'

/** Two addresses of one operation. */
function contentState(id: string, url: string): Route {
  return defineRoute({
    id,
    method: 'PATCH',
    url,
    tag: 'Content state',
    summary: 'Record contents and assessments, or recompute an enrolment',
    description:
      'For clients of the content-state API. With `contents` or `assessments` each element is recorded by itself; where any was refused, `items` says of each how it fared, and HTTP is 207 unless all fared alike. With neither, the summaries of the enrolled learners are recomputed (enrolment sync). Fields of elements that are not used here are not looked at.',
    access: 'progress-write',
    offline: true,
    body: closed({
      userId: Type.Optional(UserId),
      userIds: Type.Optional(Type.Array(UserId, { minItems: 1, description: 'Enrolment sync of several learners.' })),
      collectionId: Type.Optional(CollectionId),
      contextId: Type.Optional(ContextId),
      contents: Type.Optional(
        Type.Array(Type.Unknown(), {
          description:
            'Each {contentId, courseId, batchId, status, progress?, lastAccessTime?, lastCompletedTime?, progressdetails?}; times as 2021-03-04 05:58:04:382+0000.',
        }),
      ),
      assessments: Type.Optional(
        Type.Array(Type.Unknown(), {
          description: 'Each {userId, contentId, courseId, batchId, attemptId, assessmentTs, events: [ASSESS …]}.',
        }),
      ),
    }),
    result: Type.Object(
      {
        response: Type.Optional(Type.String({ description: 'Enrolment sync: `Success`, or who is not enrolled.' })),
        items: Type.Optional(Type.Array(Type.Object({ index: Type.Integer(), status: Type.Integer() }))),
        NOT_A_ON_GOING_BATCH: Type.Optional(Type.Array(Type.String())),
        BATCH_NOT_EXISTS: Type.Optional(Type.Array(Type.String())),
      },
      { additionalProperties: Type.Unknown(), description: 'SUCCESS under the id of every content that was recorded.' },
    ),
    example: {
      userId: 'rahul',
      contents: [
        { contentId: 'single-digit-addition', courseId: 'class-1-maths', batchId: 'batch-1', status: 2, progress: 100 },
      ],
    },
    // Each element names its own learner and is authorised by itself.
    target: () => undefined,
    handle: (services, call) => {
      const { userId, userIds, collectionId, contextId, contents, assessments } = call.body
      const { principal, expiredAt, nowMs, nameOf } = call
      const sender = { principal, expiredAt, userId, nowMs, nameOf }
      if (contents !== undefined || assessments !== undefined) {
        return updateContentState(services, sender, { contents: contents ?? [], assessments: assessments ?? [] })
      }
      const named = userId === undefined && userIds !== undefined ? [] : [learnerOf(call)]
      return syncEnrolments(services, sender, { userIds: [...named, ...(userIds ?? [])], collectionId, contextId })
    },
  })
}

export const contentStateUpdate = contentState('api.content.state.update', '/v1/content/state/update')
export const userContentState = contentState('api.user.content.state', '/v1/user/content/state')
