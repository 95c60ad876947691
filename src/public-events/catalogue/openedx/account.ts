import { definePublicEvent } from '../../kernel/define.ts'
import { string } from '../../kernel/scalar.ts'
import { field, record } from '../../kernel/shape.ts'
import { CourseData, CourseKey, SINCE, UserData } from './people.ts'

const user = {
  minor: 0,
  producer: 'lms',
  key: 'user.pii.username',
  topics: ['learning-user-lifecycle'],
  data: { user: UserData },
  since: SINCE,
} as const

export const StudentRegistrationCompleted = definePublicEvent({
  ...user,
  type: 'org.openedx.learning.student.registration.completed.v1',
  description: 'Somebody registered as a user.',
})

export const SessionLoginCompleted = definePublicEvent({
  ...user,
  type: 'org.openedx.learning.auth.session.login.completed.v1',
  description: 'A user logged in.',
})

const CourseAccessRoleData = record('CourseAccessRoleData', 'A role of a user in a course run.', {
  user: field(UserData, 'who'),
  org_key: field(string, 'organisation of the course'),
  course_key: field(CourseKey, 'where the role holds'),
  role: field(string, 'name of the role, such as staff or instructor'),
})

const role = {
  minor: 0,
  producer: 'lms',
  key: 'course_access_role_data.course_key',
  topics: ['learning-course-access-role-lifecycle'],
  data: { course_access_role_data: CourseAccessRoleData },
  since: SINCE,
} as const

export const CourseAccessRoleAdded = definePublicEvent({
  ...role,
  type: 'org.openedx.learning.user.course_access_role.added.v1',
  description: 'A user was given a role in a course run.',
})

export const CourseAccessRoleRemoved = definePublicEvent({
  ...role,
  type: 'org.openedx.learning.user.course_access_role.removed.v1',
  description: 'A role of a user in a course run was taken away.',
})

const CohortData = record('CohortData', 'A cohort of a course run with one of its members.', {
  user: field(UserData, 'the member'),
  course: field(CourseData, 'where the cohort is'),
  name: field(string, 'name of the cohort'),
})

export const CohortMembershipChanged = definePublicEvent({
  type: 'org.openedx.learning.cohort_membership.changed.v1',
  minor: 0,
  description: 'A user came into a cohort.',
  producer: 'lms',
  key: 'cohort.course.course_key',
  topics: ['learning-cohort-lifecycle'],
  data: { cohort: CohortData },
  since: SINCE,
})

export const ACCOUNT = [
  StudentRegistrationCompleted,
  SessionLoginCompleted,
  CourseAccessRoleAdded,
  CourseAccessRoleRemoved,
  CohortMembershipChanged,
]
