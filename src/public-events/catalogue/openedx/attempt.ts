import { definePublicEvent } from '../../kernel/define.ts'
import { datetime, long, string } from '../../kernel/scalar.ts'
import { field, list, map, opt, record } from '../../kernel/shape.ts'
import { CourseKey, SINCE, UsageKey, UserData } from './people.ts'

const ExamAttemptData = record('ExamAttemptData', 'An attempt of a user at a special exam.', {
  student_user: field(UserData, 'whose'),
  course_key: field(CourseKey, 'course run of the exam'),
  usage_key: field(UsageKey, 'block of the exam'),
  exam_type: field(string, 'such as proctored or timed'),
  requesting_user: opt(UserData, 'who asked for the change, where it was somebody else'),
})

const exam = {
  minor: 0,
  producer: 'exams',
  key: 'exam_attempt.course_key',
  topics: ['learning-exam-attempt-lifecycle'],
  data: { exam_attempt: ExamAttemptData },
  since: SINCE,
} as const

export const ExamAttemptSubmitted = definePublicEvent({
  ...exam,
  type: 'org.openedx.learning.exam.attempt.submitted.v1',
  description: 'A user handed in an attempt at an exam.',
})

export const ExamAttemptRejected = definePublicEvent({
  ...exam,
  type: 'org.openedx.learning.exam.attempt.rejected.v1',
  description: 'An attempt at an exam was rejected, because rules of the exam were broken.',
})

export const ExamAttemptVerified = definePublicEvent({
  ...exam,
  type: 'org.openedx.learning.exam.attempt.verified.v1',
  description: 'An attempt at an exam was found to follow the rules.',
})

export const ExamAttemptErrored = definePublicEvent({
  ...exam,
  type: 'org.openedx.learning.exam.attempt.errored.v1',
  description: 'An attempt at an exam ended with a technical error.',
})

export const ExamAttemptReset = definePublicEvent({
  ...exam,
  type: 'org.openedx.learning.exam.attempt.reset.v1',
  description: 'An attempt at an exam was set back, so that the user may try again.',
})

const VerificationAttemptData = record('VerificationAttemptData', "An attempt to verify a user's identity.", {
  attempt_id: field(long, 'number of the attempt'),
  user: field(UserData, 'whose'),
  status: field(string, 'status of the attempt'),
  name: opt(string, 'name that was verified', { pii: 'identifier' }),
  expiration_date: opt(datetime, 'how long the verification is good for'),
})

const verification = {
  minor: 0,
  producer: 'lms',
  key: 'idv_attempt.user.pii.username',
  topics: ['learning-idv-attempt-lifecycle'],
  data: { idv_attempt: VerificationAttemptData },
  since: SINCE,
} as const

export const IdvAttemptCreated = definePublicEvent({
  ...verification,
  type: 'org.openedx.learning.idv_attempt.created.v1',
  description: 'A user began to have the identity verified.',
})

export const IdvAttemptPending = definePublicEvent({
  ...verification,
  type: 'org.openedx.learning.idv_attempt.pending.v1',
  description: 'A verification of identity waits for a decision.',
})

export const IdvAttemptApproved = definePublicEvent({
  ...verification,
  type: 'org.openedx.learning.idv_attempt.approved.v1',
  description: "A user's identity was verified.",
})

export const IdvAttemptDenied = definePublicEvent({
  ...verification,
  type: 'org.openedx.learning.idv_attempt.denied.v1',
  description: "A user's identity could not be verified.",
})

const ORASubmissionAnswer = record('ORASubmissionAnswer', 'What was handed in.', {
  parts: field(list(map(string)), 'texts of the answer, one for each question', { pii: 'free-text' }),
  file_keys: field(list(string), 'keys of the files'),
  file_descriptions: field(list(string), 'what the user says of each file', { pii: 'free-text' }),
  file_names: field(list(string), 'names of the files'),
  file_sizes: field(list(long), 'sizes of the files in bytes'),
  file_urls: field(list(string), 'addresses of the files'),
})

const ORASubmissionData = record('ORASubmissionData', 'A submission to an open response assessment.', {
  uuid: field(string, 'id of the submission'),
  anonymous_user_id: field(string, 'whose, without naming the user', { pii: 'identifier' }),
  location: field(string, 'key of the block'),
  attempt_number: field(long, 'which attempt, from 1'),
  created_at: field(datetime, 'when it was begun'),
  submitted_at: field(datetime, 'when it was handed in'),
  answer: field(ORASubmissionAnswer, 'what was handed in'),
})

export const OraSubmissionCreated = definePublicEvent({
  type: 'org.openedx.learning.ora.submission.created.v1',
  minor: 0,
  description: 'A user handed in an open response.',
  producer: 'lms',
  key: 'submission.location',
  topics: ['learning-ora-submission-lifecycle'],
  data: { submission: ORASubmissionData },
  since: SINCE,
})

const ExternalGraderScoreData = record('ExternalGraderScoreData', 'A score that an external grader gave.', {
  points_possible: field(long, 'most points'),
  points_earned: field(long, 'points given'),
  course_id: field(string, 'course run'),
  score_msg: field(string, "the grader's words", { pii: 'free-text' }),
  submission_id: field(long, 'number of the submission'),
  user_id: field(string, 'whose', { pii: 'identifier' }),
  module_id: field(string, 'key of the block'),
  queue_key: field(string, "key of the submission in the grader's queue"),
  queue_name: field(string, "name of the grader's queue"),
})

export const ExternalGraderScoreSubmitted = definePublicEvent({
  type: 'org.openedx.learning.external_grader.score.submitted.v1',
  minor: 0,
  description: 'An external grader gave a score.',
  producer: 'lms',
  key: 'score.submission_id',
  topics: ['learning-external-grader-score-lifecycle'],
  data: { score: ExternalGraderScoreData },
  since: SINCE,
})

export const ATTEMPT = [
  ExamAttemptSubmitted,
  ExamAttemptRejected,
  ExamAttemptVerified,
  ExamAttemptErrored,
  ExamAttemptReset,
  IdvAttemptCreated,
  IdvAttemptPending,
  IdvAttemptApproved,
  IdvAttemptDenied,
  OraSubmissionCreated,
  ExternalGraderScoreSubmitted,
]
