import Type from 'typebox'
import { chooseAttempt, compareAttempts, type Attempt } from '../../domain/progress/attempt.ts'
import type { AttemptPolicy } from '../../domain/progress/hierarchy.ts'
import { ReadBody, readResult, wantedRows, type Wanted } from '../read-key.ts'
import { defineRoute, learnerOf, type Services } from '../route.ts'

const score = { score: Type.Number(), max_score: Type.Number() }

export const assessmentRead = defineRoute({
  id: 'api.assessment.read',
  method: 'POST',
  url: '/v1/assessment/read',
  tag: 'Assessments',
  summary: 'Read scores and attempts',
  description:
    'Per content the score that counts, and all attempts behind it. Contents without an attempt are left out.',
  access: 'progress-read',
  body: ReadBody,
  result: Type.Object({
    userId: Type.String(),
    collectionId: Type.Optional(Type.String()),
    contextId: Type.Optional(Type.String()),
    contents: Type.Array(
      Type.Object({
        identifier: Type.String(),
        ...score,
        attemptPolicy: Type.String(),
        attempts: Type.Array(Type.Object({ attemptId: Type.String(), ...score, lastAttemptedOn: Type.Integer() })),
      }),
    ),
  }),
  example: { userId: 'rahul', contentId: ['quiz-1'] },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const userId = learnerOf(call)
    const { principal, nameOf } = call
    const wanted = await wantedRows(services, { principal, userId, fields: call.body, nameOf })
    const contents = await Promise.all(wanted.map((rows) => readScores(services, rows)))
    return { result: readResult(userId, call.body, contents.flat()) }
  },
})

async function readScores(services: Services, { key, contentIds, collectionId }: Wanted): Promise<readonly unknown[]> {
  const attempts = await services.store.progress.attempts(key, contentIds)
  const published = await services.store.catalogue.publication(collectionId)
  const policy = published?.structure.attemptPolicy ?? 'best'
  return [...attempts].map(([identifier, all]) => scoreAnswer(identifier, policy, all))
}

function scoreAnswer(identifier: string, policy: AttemptPolicy, attempts: readonly Attempt[]): unknown {
  const chosen = chooseAttempt(policy, attempts)
  return {
    identifier,
    score: chosen?.score,
    max_score: chosen?.maxScore,
    attemptPolicy: policy,
    attempts: [...attempts].sort(compareAttempts).map((attempt) => ({
      attemptId: attempt.attemptId,
      score: attempt.score,
      max_score: attempt.maxScore,
      lastAttemptedOn: attempt.submittedAt,
    })),
  }
}
