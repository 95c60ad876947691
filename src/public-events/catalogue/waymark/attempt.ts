import { definePublicEvent } from '../../kernel/define.ts'
import { double, opaqueKey } from '../../kernel/scalar.ts'
import { field, record } from '../../kernel/shape.ts'
import { OF_CONTENT, PRODUCER, SINCE } from './place.ts'

export const AttemptId = opaqueKey('AttemptId')

const OF_ATTEMPT = { ...OF_CONTENT, attempt_id: field(AttemptId, 'attempt, unique within the view') } as const

const about = {
  minor: 0,
  producer: PRODUCER,
  key: 'attempt.user_id',
  topics: ['learning-assessment-attempt-lifecycle'],
  since: SINCE,
} as const

export const AssessmentAttemptSubmitted = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.assessment.attempt.submitted.v1',
  description: 'A learner handed in an attempt at an assessment, or more answers of one.',
  data: { attempt: record('AttemptSubmittedData', 'The attempt that was handed in.', OF_ATTEMPT) },
})

export const AssessmentAttemptScored = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.assessment.attempt.scored.v1',
  description: 'An attempt at an assessment was given a score, for the first time or another one.',
  data: {
    attempt: record('AttemptScoredData', 'The attempt with its score.', {
      ...OF_ATTEMPT,
      score: field(double, 'points reached'),
      max_score: field(double, 'most points that could be reached'),
    }),
  },
})

export const ATTEMPT = [AssessmentAttemptSubmitted, AssessmentAttemptScored]
