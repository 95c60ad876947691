import Type from 'typebox'
import { courseList } from '../course-list.ts'
import { defineRoute, learnerOf, type Route } from '../route.ts'
import { closed, UserId } from '../schemas.ts'

const Courses = Type.Object({
  courses: Type.Array(
    Type.Object({
      userId: Type.String(),
      courseId: Type.String(),
      collectionId: Type.String(),
      batchId: Type.String(),
      active: Type.Boolean(),
      status: Type.Integer(),
      completionPercentage: Type.Integer(),
      progress: Type.Integer({ description: 'Required contents completed.' }),
      leafNodesCount: Type.Integer(),
      contentStatus: Type.Object({}),
      enrolledDate: Type.String({ description: '2021-03-04 05:58:04:382+0000' }),
      completedOn: Type.Union([Type.Integer(), Type.Null()], { description: 'Milliseconds since 1970.' }),
      certificates: Type.Array(Type.Object({})),
      issuedCertificates: Type.Array(Type.Object({})),
      lastReadContentId: Type.Union([Type.String(), Type.Null()]),
      lastReadContentStatus: Type.Union([Type.Integer(), Type.Null()]),
      content: Type.Object({}),
      batch: Type.Object({}),
    }),
  ),
})

const about = {
  tag: 'Content state',
  summary: "A learner's courses with their progress",
  description:
    'For clients of the content-state API: enrolments in force, the last used first, 1000 at most. A course that is complete or no longer published stays in the list. What the query asks to be left out or added is not looked at.',
  access: 'progress-read',
  query: Type.Object({}),
  result: Courses,
} as const

/** Addresses of one operation, the learner in the path. */
function coursesList(id: string, url: string): Route {
  return defineRoute({
    ...about,
    id,
    method: 'GET',
    url,
    params: closed({ userId: UserId }),
    target: (call) => ({ userId: call.params.userId }),
    handle: async (services, call) => ({ result: { courses: await courseList(services, call.params.userId) } }),
  })
}

/** The same with the learner in the body, or in the token. */
function coursesListOf(id: string, url: string): Route {
  return defineRoute({
    ...about,
    id,
    method: 'POST',
    url,
    body: closed({ userId: Type.Optional(UserId) }),
    example: { userId: 'rahul' },
    target: (call) => ({ userId: learnerOf(call) }),
    handle: async (services, call) => ({ result: { courses: await courseList(services, learnerOf(call)) } }),
  })
}

export const userCoursesList = coursesList('api.user.courses.list', '/v1/user/courses/list/:userId')
export const userEnrollmentList = coursesList('api.user.enrollment.list', '/v1/user/enrollment/list/:userId')
export const privateUserCoursesList = coursesList(
  'api.private.user.courses.list',
  '/private/v1/user/courses/list/:userId',
)
export const coursesListV2 = coursesListOf('api.user.courses.list.v2', '/v2/user/courses/list')
export const privateCoursesListV2 = coursesListOf('api.private.user.courses.list.v2', '/private/v2/user/courses/list')
