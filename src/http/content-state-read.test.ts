/** Reading the content state and the list of courses: fields and forms of today, and what is done right here. */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { fault, items, leaf, openSchool, type School } from '../../test/support/school.ts'

const READ = '/v1/content/state/read'
const BATCH = { courseId: 'course', batchId: 'batch' }
const PLACE = { userId: 'asha', collectionId: 'course', contextId: 'batch' }
const AT = '2026-02-10 08:30:00:250+0000'
const AT_MS = Date.UTC(2026, 1, 10, 8, 30, 0, 250)

async function opened(t: TestContext, settings = {}): Promise<School> {
  const school = await openSchool(t, settings)
  await school.publish('course', [leaf('c1'), leaf('c2')], { name: 'Course', appIcon: 'https://example.org/i.png' })
  await school.call('PUT', '/v1/context/course/batch', { kind: 'batch', name: 'Batch', startDate: '2026-01-01' })
  await school.ok('/v1/enrolment/enrol', PLACE)
  return school
}

async function update(school: School, more: object): Promise<void> {
  const request = { userId: 'asha', ...more }
  assert.equal((await school.call('PATCH', '/v1/content/state/update', { request })).status, 200)
}

function attempt(number: number): object {
  const at = AT_MS + number
  const events = [{ eid: 'ASSESS', ets: at, edata: { item: { id: 'q1', maxscore: 100 }, score: number } }]
  return { userId: 'asha', contentId: 'c2', ...BATCH, attemptId: `a${String(number)}`, assessmentTs: at, events }
}

test('a content has the fields and forms of today, and what was not started is left out', async (t) => {
  const school = await opened(t)
  const sent = { contentId: 'c1', ...BATCH, status: 2, lastAccessTime: AT, progressdetails: { page: 3 } }
  await update(school, { contents: [sent] })
  const expected = {
    contentId: 'c1',
    batchId: 'batch',
    courseId: 'course',
    collectionId: 'course',
    status: 2,
    progress: 100,
    lastAccessTime: AT,
    lastCompletedTime: AT,
    progressdetails: { page: 3 },
  }
  const asked = { userId: 'asha', ...BATCH }
  const { batchId } = BATCH
  for (const request of [
    asked,
    { ...asked, contentIds: ['c1', 'c2'] },
    { userId: 'asha', batchId, courseIds: ['course'] },
  ]) {
    assert.deepEqual(await school.ok(READ, request), { contentList: [expected] })
  }
  assert.deepEqual(await school.ok('/private/v1/content/state/read', asked), { contentList: [expected] })
  assert.deepEqual(await school.ok(READ, { ...asked, contentIds: ['c2'] }), { contentList: [] })
  const own = { as: await school.token('asha') }
  assert.deepEqual(await school.ok(READ, BATCH, own), { contentList: [expected] })
  assert.equal((await school.post(READ, { ...asked, userId: 'rahul' }, own)).status, 403)
})

test('attempts come where they are asked for, the latest 25', async (t) => {
  const school = await opened(t)
  await update(school, { assessments: Array.from({ length: 26 }, (_, number) => attempt(number)) })
  const { contentList } = await school.ok(READ, { userId: 'asha', ...BATCH, fields: ['score'] })
  const [content] = items(contentList)
  const score = items(content?.['score'])
  assert.deepEqual([score.length, score[0]?.['attemptId']], [25, 'a1'])
  assert.deepEqual(score.at(-1), { attemptId: 'a25', lastAttemptedOn: AT_MS + 25, totalMaxScore: 100, totalScore: 25 })
  assert.equal(content?.['lastCompletedTime'], AT)
})

test('what is missing or of a wrong type is refused in the words of today', async (t) => {
  const school = await opened(t)
  const refused = async (request: object): Promise<readonly unknown[]> => {
    const answer = await school.post(READ, request)
    return [fault(answer), answer.body.params.errmsg, answer.body.responseCode]
  }
  assert.deepEqual(await refused({ userId: 'asha', batchId: 'batch' }), [
    '400 MANDATORY_PARAMETER_MISSING request.collectionId',
    'Mandatory parameter courseId is missing.',
    'CLIENT_ERROR',
  ])
  assert.deepEqual(await refused({ userId: 'asha', courseId: 'course' }), [
    '400 MANDATORY_PARAMETER_MISSING request.contextId',
    'Mandatory parameter batchId is missing.',
    'CLIENT_ERROR',
  ])
  assert.deepEqual(await refused({ userId: 'asha', ...BATCH, contentIds: 'c1' }), [
    '400 DATA_TYPE_ERROR request.contentIds',
    'Data type of contentIds should be List.',
    'CLIENT_ERROR',
  ])
  const answer = await school.post(READ, { userId: 'asha', ...BATCH, contentIds: ['c1', 5] })
  assert.equal(fault(answer), '400 INVALID_ID request.contentIds[1]')
})

test('a course is listed with its progress, last content, batch and dates, at every address', async (t) => {
  const school = await opened(t)
  await update(school, { contents: [{ contentId: 'c1', ...BATCH, status: 2, lastAccessTime: AT }] })
  const enrolledDate = '2026-03-01 08:00:00:000+0000'
  for (const url of ['/v1/user/courses/list/asha', '/v1/user/enrollment/list/asha?orgdetails=orgName&cache=false']) {
    const [course, ...others] = items((await school.get(url))['courses'])
    assert.deepEqual(others, [])
    const { content, batch, ...told } = course ?? {}
    assert.deepEqual(told, {
      userId: 'asha',
      courseId: 'course',
      collectionId: 'course',
      contentId: 'course',
      batchId: 'batch',
      active: true,
      status: 1,
      completionPercentage: 50,
      progress: 1,
      leafNodesCount: 2,
      contentStatus: { c1: 2 },
      courseName: 'Course',
      description: '',
      courseLogoUrl: 'https://example.org/i.png',
      enrolledDate,
      completedOn: null,
      certificates: [],
      issuedCertificates: [],
      lastReadContentId: 'c1',
      lastReadContentStatus: 2,
      lastContentAccessTime: AT_MS,
    })
    assert.deepEqual([content?.['name'], batch?.['batchId'], batch?.['status']], ['Course', 'batch', 1])
  }
  const byGet = await school.get('/v1/user/courses/list/asha')
  assert.deepEqual(await school.get('/private/v1/user/courses/list/asha'), byGet)
  for (const url of ['/v2/user/courses/list', '/private/v2/user/courses/list']) {
    const asha = await school.token('asha')
    assert.deepEqual((await school.call('POST', url, { request: {} }, { as: asha })).body.result, byGet)
    const named = await school.call('POST', url, { request: { userId: 'asha' } })
    assert.deepEqual(named.body.result, byGet)
    assert.equal(fault(await school.call('POST', url, { request: {} })), '400 MISSING_FIELD request.userId')
    const foreign = await school.call('POST', url, { request: { userId: 'rahul' } }, { as: asha })
    assert.equal(foreign.body.params.err, 'FORBIDDEN')
  }
  const other = await school.call('GET', '/v1/user/courses/list/asha', undefined, { as: await school.token('rahul') })
  assert.deepEqual([other.status, other.body.params.err, other.body.responseCode], [403, 'FORBIDDEN', 'CLIENT_ERROR'])
})

for (const mode of ['strict', 'content', 'collection', 'copy-content', 'move']) {
  test(`in mode ${mode} a finished course stays in the list, complete, also when contents are added; one that was left does not`, async (t) => {
    const school = await opened(t, { MODE: mode })
    await school.publish('other', [leaf('o1')])
    await school.ok('/v1/enrolment/enrol', { userId: 'asha', collectionId: 'other' })
    await school.complete(PLACE, 'c1', 'c2')
    await school.publish('course', [leaf('c1'), leaf('c2'), leaf('c3')])
    const courses = items((await school.get('/v1/user/courses/list/asha'))['courses'])
    assert.equal(courses.length, 2)
    const course = courses.find(({ courseId }) => String(courseId) === 'course')
    const { status, completionPercentage, completedOn, progress, leafNodesCount } = course ?? {}
    assert.deepEqual(
      { status, completionPercentage, completedOn, progress, leafNodesCount },
      {
        status: 2,
        completionPercentage: 100,
        completedOn: school.clock.nowMs(),
        progress: 2,
        leafNodesCount: 3,
      },
    )
    assert.ok(['c1', 'c2'].includes(String(course?.['lastReadContentId'])))
    await school.ok('/v1/enrolment/unenrol', PLACE)
    const left = items((await school.get('/v1/user/enrollment/list/asha'))['courses'])
    assert.deepEqual(
      left.map(({ courseId }) => courseId),
      ['other'],
    )
  })
}

test('the course that was used last comes first, and a learner without courses has an empty list', async (t) => {
  const school = await opened(t)
  await school.publish('other', [leaf('o1')])
  await school.ok('/v1/enrolment/enrol', { userId: 'asha', collectionId: 'other' })
  school.clock.advance({ minutes: 5 })
  await school.complete({ userId: 'asha', collectionId: 'other', contextId: 'other' }, 'o1')
  school.clock.advance({ minutes: 5 })
  const order = async (): Promise<readonly unknown[]> =>
    items((await school.get('/v1/user/courses/list/asha'))['courses']).map(({ courseId }) => courseId)
  assert.deepEqual(await order(), ['other', 'course'])
  await school.complete(PLACE, 'c1')
  assert.deepEqual(await order(), ['course', 'other'])
  assert.deepEqual(await school.get('/v1/user/courses/list/nobody'), { courses: [] })
})
