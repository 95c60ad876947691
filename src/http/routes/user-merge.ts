import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import type { Merge } from '../../domain/progress/merged-learners.ts'
import { defineRoute } from '../route.ts'
import { closed, FromUserId, IntoUserId } from '../schemas.ts'

const COUNTS = {
  enrolments: Type.Integer(),
  views: Type.Integer(),
  attempts: Type.Integer(),
  renamedAttempts: Type.Integer({
    description: 'Those of the attempts that have another id now, because the learner had given it to another attempt.',
  }),
}

export const userMerge = defineRoute({
  id: 'api.user.merge',
  method: 'POST',
  url: '/v1/user/merge',
  tag: 'Learners',
  summary: 'Merge one learner into another: two accounts turned out to be one person',
  description:
    'Enrolments, views and completions are joined, every attempt is kept, and summaries are made anew, in one commit. Nothing is left under the former account. Merging again brings what came for it since, and changes nothing where nothing came.',
  access: 'learner-merge',
  body: closed({ fromUserId: FromUserId, intoUserId: IntoUserId }),
  result: Type.Object({
    joined: Type.Object(COUNTS, { description: 'What this merge brought; zeros: nothing had come since the last.' }),
    merge: Type.Object(
      {
        fromUserId: Type.String(),
        intoUserId: Type.String(),
        mergedOn: Type.Integer({ description: 'Milliseconds since 1970.' }),
        by: Type.String({ description: 'Whose token asked for it; operator: bin/waymark merge-users.' }),
        ...COUNTS,
      },
      { description: 'The trace of the last merge of the two that brought anything.' },
    ),
  }),
  example: { fromUserId: 'rahul-old', intoUserId: 'rahul' },
  target: () => ({}),
  handle: async ({ store }, call) => {
    const { fromUserId, intoUserId } = call.body
    if (fromUserId === intoUserId) {
      const text = 'A learner cannot be merged into themselves: name two.'
      throw new WaymarkError('INVALID_FIELD', { field: call.nameOf('intoUserId'), text })
    }
    const by = call.principal.userId
    const answer = await store.progress.merge({ fromUserId, intoUserId, at: call.nowMs, by })
    switch (answer.outcome) {
      case 'MERGED':
        return { result: { joined: { ...answer.joined }, merge: mergeAnswer(answer.merge) } }
      case 'MERGED_ELSEWHERE': {
        const { intoUserId: into, mergedAt } = answer.merge
        const at = Temporal.Instant.fromEpochMilliseconds(mergedAt).toString()
        const text = `All that ${fromUserId} had went to ${into} on ${at}: merge that one, where it is right.`
        throw new WaymarkError('LEARNER_MERGED_ELSEWHERE', { field: call.nameOf('fromUserId'), text })
      }
      case 'UNKNOWN':
        throw new WaymarkError('LEARNER_NOT_FOUND', { field: call.nameOf('fromUserId') })
    }
  },
})

function mergeAnswer({ mergedAt, ...rest }: Merge): Record<string, unknown> {
  return { ...rest, mergedOn: mergedAt }
}
