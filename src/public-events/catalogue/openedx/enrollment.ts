import { definePublicEvent } from '../../kernel/define.ts'
import { boolean, datetime, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'
import { CourseData, SINCE, UserData } from './people.ts'

const CourseEnrollmentData = record('CourseEnrollmentData', 'An enrolment of a user in a course run.', {
  user: field(UserData, 'who'),
  course: field(CourseData, 'where'),
  mode: field(string, 'course mode, such as audit or verified'),
  is_active: field(boolean, 'whether the enrolment counts'),
  creation_date: field(datetime, 'when it was made'),
  created_by: opt(UserData, 'who enrolled the user, where it was somebody else'),
})

const about = {
  minor: 0,
  producer: 'lms',
  key: 'enrollment.course.course_key',
  topics: ['learning-enrollment-lifecycle'],
  data: { enrollment: CourseEnrollmentData },
  since: SINCE,
} as const

export const CourseEnrollmentCreated = definePublicEvent({
  ...about,
  type: 'org.openedx.learning.course.enrollment.created.v1',
  description: 'A user was enrolled in a course run. It may be told again for an enrolment that was there.',
})

export const CourseEnrollmentChanged = definePublicEvent({
  ...about,
  type: 'org.openedx.learning.course.enrollment.changed.v1',
  description: 'The mode of an enrolment, or whether it counts, changed.',
})

export const CourseUnenrollmentCompleted = definePublicEvent({
  ...about,
  type: 'org.openedx.learning.course.unenrollment.completed.v1',
  description: 'A user left a course run.',
})

export const ENROLLMENT = [CourseEnrollmentCreated, CourseEnrollmentChanged, CourseUnenrollmentCompleted]
