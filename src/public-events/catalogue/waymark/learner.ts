import { definePublicEvent } from '../../kernel/define.ts'
import { long } from '../../kernel/scalar.ts'
import { field, record } from '../../kernel/shape.ts'
import { PRODUCER, SINCE, UserId } from './place.ts'

export const LearnerMerged = definePublicEvent({
  type: 'org.waymark.learning.learner.merged.v1',
  minor: 0,
  description:
    'Two accounts turned out to be one learner: what was told of the former account holds of the learner now, and is ' +
    'not told again. What changed by counting it together, a completion that only the former account had among it, is ' +
    'told as the learner’s own.',
  producer: PRODUCER,
  key: 'merge.user_id',
  topics: ['learning-learner-lifecycle'],
  data: {
    merge: record('LearnerMergedData', 'Who became whom, and what came with it.', {
      user_id: field(UserId, 'the learner from now on', { pii: 'identifier' }),
      from_user_id: field(UserId, 'the former account: nothing is left under it', { pii: 'identifier' }),
      enrolments: field(long, 'enrolments that the former account had'),
      views: field(long, 'rows of views that it had'),
      attempts: field(long, 'attempts that it had'),
      renamed_attempts: field(long, 'those of them that have another id now, because the learner had used it as well'),
    }),
  },
  since: SINCE,
})

export const LEARNER = [LearnerMerged]
