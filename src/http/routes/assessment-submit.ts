import Type from 'typebox'
import { defineRoute, learnerOf } from '../route.ts'
import { Assessments, AttemptId, ClientTime, closed, ContentId, viewKey } from '../schemas.ts'
import { submitAttempts } from '../submit-attempts.ts'

export const assessmentSubmit = defineRoute({
  id: 'api.view.assess',
  method: 'POST',
  url: '/v1/assessment/submit',
  tag: 'Assessments',
  summary: 'Submit an attempt',
  description:
    'Takes ASSESS events, or submissions that wrap them. Of several answers to one question the latest counts; an attempt that is submitted again is replaced only by a newer submission. All attempts are kept; which one counts is the attempt policy of the collection.',
  access: 'progress-write',
  body: closed({
    ...viewKey,
    contentId: Type.Optional(ContentId),
    attemptId: Type.Optional(AttemptId),
    assessmentTs: Type.Optional(ClientTime),
    assessments: Assessments,
  }),
  result: Type.Object({ attempts: Type.Array(Type.Object({})) }, { additionalProperties: Type.Unknown() }),
  example: {
    userId: 'rahul',
    contentId: 'quiz-1',
    attemptId: 'attempt-1',
    assessments: [{ eid: 'ASSESS', ets: 1735725600000, edata: { item: { id: 'q1', maxscore: 3 }, score: 1.33 } }],
  },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const submitter = { userId: learnerOf(call), nowMs: call.nowMs, nameOf: call.nameOf }
    const result = await submitAttempts(services, submitter, call.body)
    return { result }
  },
})
