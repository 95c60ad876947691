import { definePublicEvent } from '../../kernel/define.ts'
import { boolean, datetime, double, long, string } from '../../kernel/scalar.ts'
import { field, list, opt, record } from '../../kernel/shape.ts'
import { CcxKey, CourseData, CourseKey, SINCE, UsageKey, UserData } from './people.ts'

const PersistentCourseGradeData = record('PersistentCourseGradeData', 'The grade of a user in a course run.', {
  user_id: field(long, 'whose', { pii: 'identifier' }),
  course: field(CourseData, 'where'),
  course_edited_timestamp: field(datetime, 'when the graded course was last edited'),
  course_version: field(string, 'version of the graded course'),
  grading_policy_hash: field(string, 'hash of the grading policy'),
  percent_grade: field(double, 'grade, 0 to 1'),
  letter_grade: field(string, 'grade as a letter; may be empty'),
  passed_timestamp: field(datetime, 'when the user first passed'),
})

export const PersistentGradeSummaryChanged = definePublicEvent({
  type: 'org.openedx.learning.course.persistent_grade_summary.changed.v1',
  minor: 0,
  description: 'The grade of a user in a course run was computed anew.',
  producer: 'lms',
  key: 'grade.course.course_key',
  topics: ['learning-grade-lifecycle'],
  data: { grade: PersistentCourseGradeData },
  since: SINCE,
})

const passing = { minor: 0, producer: 'lms', topics: ['learning-badges-lifecycle'], since: SINCE } as const

const CoursePassingStatusData = record('CoursePassingStatusData', 'Whether a user passes a course run.', {
  is_passing: field(boolean, 'whether the grade is enough now'),
  course: field(CourseData, 'where'),
  user: field(UserData, 'who'),
})

export const CoursePassingStatusUpdated = definePublicEvent({
  ...passing,
  type: 'org.openedx.learning.course.passing.status.updated.v1',
  description: 'A user began or ceased to pass a course run.',
  key: 'course_passing_status.course.course_key',
  data: { course_passing_status: CoursePassingStatusData },
})

const CcxCourseData = record('CcxCourseData', 'A run of a course by a coach of its own.', {
  ccx_course_key: field(CcxKey, 'key of the run'),
  master_course_key: field(CourseKey, 'key of the course that it is a run of'),
  display_name: field(string, 'title; may be empty'),
  coach_email: field(string, 'e-mail address of the coach; may be empty', { pii: 'contact' }),
  start: opt(string, 'when it begins, as the coach wrote it'),
  end: opt(string, 'when it ends, as the coach wrote it'),
  max_students_allowed: opt(long, 'most learners that may enrol'),
})

const CcxCoursePassingStatusData = record('CcxCoursePassingStatusData', 'Whether a user passes a run of a coach.', {
  is_passing: field(boolean, 'whether the grade is enough now'),
  user: field(UserData, 'who'),
  course: field(CcxCourseData, 'where'),
})

export const CcxCoursePassingStatusUpdated = definePublicEvent({
  ...passing,
  type: 'org.openedx.learning.ccx.course.passing.status.updated.v1',
  description: "A user began or ceased to pass a coach's run of a course.",
  key: 'course_passing_status.course.ccx_course_key',
  data: { course_passing_status: CcxCoursePassingStatusData },
})

const BadgeTemplateData = record('BadgeTemplateData', 'What a badge is.', {
  uuid: field(string, 'id of the template'),
  origin: field(string, 'service that gives it'),
  name: opt(string, 'name'),
  description: opt(string, 'what it is given for'),
  image_url: opt(string, 'address of its image'),
})

const BadgeData = record('BadgeData', 'A badge of a user.', {
  uuid: field(string, 'id of the badge'),
  user: field(UserData, 'whose'),
  template: field(BadgeTemplateData, 'which'),
})

const badge = {
  minor: 0,
  producer: 'credentials',
  key: 'badge.uuid',
  topics: ['learning-badges-lifecycle'],
  data: { badge: BadgeData },
  since: SINCE,
} as const

export const BadgeAwarded = definePublicEvent({
  ...badge,
  type: 'org.openedx.learning.badge.awarded.v1',
  description: 'A user was given a badge.',
})

export const BadgeRevoked = definePublicEvent({
  ...badge,
  type: 'org.openedx.learning.badge.revoked.v1',
  description: 'A badge was taken back.',
})

const XBlockSkillVerificationData = record('XBlockSkillVerificationData', "What a user said of a block's skills.", {
  usage_key: field(UsageKey, 'key of the block'),
  verified_skills: field(list(long), 'numbers of the skills that it teaches'),
  ignored_skills: field(list(long), 'numbers of the skills that it does not'),
})

export const XBlockSkillVerified = definePublicEvent({
  type: 'org.openedx.learning.xblock.skill.verified.v1',
  minor: 0,
  description: 'A user said which skills a block teaches.',
  producer: 'lms',
  key: 'xblock_info.usage_key',
  topics: ['learning-xblock-skill-lifecycle'],
  data: { xblock_info: XBlockSkillVerificationData },
  since: SINCE,
})

export const GRADE = [
  PersistentGradeSummaryChanged,
  CoursePassingStatusUpdated,
  CcxCoursePassingStatusUpdated,
  BadgeAwarded,
  BadgeRevoked,
  XBlockSkillVerified,
]
