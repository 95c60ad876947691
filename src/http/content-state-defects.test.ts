/**
 * What goes wrong with the jobs that aggregate the content state today, one test each: here it is done right. Others stand
 * with their subject: optional contents and publications in collection.test.ts and republish.test.ts, what requests lose in
 * content-state.test.ts, syncs in enrolment-sync.test.ts.
 */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { items, leaf, openSchool, OPTIONAL, unit, type Node, type School } from '../../test/support/school.ts'
import type { Json } from '../../test/support/app.ts'

const PLACE = { collectionId: 'course', contextId: 'batch' }

async function opened(t: TestContext, children: readonly Node[]): Promise<School> {
  const school = await openSchool(t)
  await school.publish('course', children)
  for (const batch of ['batch', 'second']) {
    await school.call('PUT', `/v1/context/course/${batch}`, { kind: 'batch', name: batch })
  }
  await school.ok('/v1/enrolment/enrol', { userId: 'asha', ...PLACE })
  return school
}

/** Sends the states of some contents, as clients of this API do. */
async function send(school: School, states: Readonly<Record<string, number>>, batchId = 'batch'): Promise<void> {
  const contents = Object.entries(states).map(([contentId, status]) => ({
    contentId,
    courseId: 'course',
    batchId,
    status,
  }))
  const request = { userId: 'asha', contents }
  assert.equal((await school.call('PATCH', '/v1/content/state/update', { request })).status, 200)
}

async function listed(school: School, batchId = 'batch'): Promise<Json> {
  const courses = items((await school.get('/v1/user/courses/list/asha'))['courses'])
  return courses.find((course) => String(course['batchId']) === batchId) ?? assert.fail()
}

test('of several contents that come together each one counts, not the first alone', async (t) => {
  const school = await opened(
    t,
    ['a', 'b', 'c', 'd'].map((id) => leaf(id)),
  )
  await send(school, { a: 2, b: 2, c: 2 })
  await Promise.all([send(school, { d: 1 }), send(school, { d: 2 }), send(school, { a: 1 })])
  const { progress, status, contentStatus } = await listed(school)
  assert.deepEqual([progress, status, contentStatus], [4, 2, { a: 2, b: 2, c: 2, d: 2 }])
})

test('a course is in progress from the first content that was begun', async (t) => {
  const school = await opened(t, [leaf('a'), leaf('b')])
  assert.equal((await listed(school))['status'], 0)
  await send(school, { a: 1 })
  assert.deepEqual([(await listed(school))['status'], (await listed(school))['progress']], [1, 0])
})

test('a course that is not published holds nobody up, and what was done in it counts once it is', async (t) => {
  const school = await opened(t, [leaf('a'), leaf('b')])
  const elsewhere = { userId: 'asha', collectionId: 'unpublished', contextId: 'unpublished', contentId: 'x' }
  await school.ok('/v1/view/start', elsewhere)
  await school.ok('/v1/view/end', elsewhere)
  await send(school, { a: 2 })
  await school.waymark.idle()
  assert.equal((await listed(school))['progress'], 1)
  await school.publish('unpublished', [leaf('x')])
  await school.waymark.idle()
  const summary = await school.summary({ userId: 'asha', collectionId: 'unpublished' })
  assert.deepEqual([summary['progress'], summary['status']], [1, 2])
})

test('a unit whose last optional content is gone needs all of them', async (t) => {
  const units = (optional: object): Node[] => [unit('unit', [leaf('a'), leaf('b', optional)])]
  const school = await opened(t, units(OPTIONAL))
  await send(school, { a: 2 })
  assert.equal((await listed(school))['status'], 2, 'b is optional')
  await school.publish('course', units({}))
  await school.waymark.idle()
  const { progress, units: told } = await school.summary({ userId: 'asha', ...PLACE })
  const [first] = items(told)
  assert.deepEqual([progress, first?.['progress'], first?.['status']], [1, 1, 1])
  assert.equal((await listed(school))['status'], 2, 'who was complete stays so')
})

test('a unit that is optional takes all its contents with it', async (t) => {
  const school = await opened(t, [leaf('a'), unit('extra', [leaf('b'), leaf('c')], OPTIONAL)])
  await send(school, { a: 2 })
  assert.deepEqual([(await listed(school))['status'], (await listed(school))['completionPercentage']], [2, 100])
})

test('a course in which nothing is required is not complete, whatever was done', async (t) => {
  const school = await opened(t, [leaf('a', OPTIONAL)])
  assert.equal((await listed(school))['status'], 0)
  await send(school, { a: 2 })
  assert.deepEqual([(await listed(school))['status'], (await listed(school))['completionPercentage']], [1, 0])
})

test('two batches of one course are two enrolments, each with its own progress', async (t) => {
  const school = await opened(t, [leaf('a'), leaf('b')])
  await school.ok('/v1/enrolment/enrol', { userId: 'asha', ...PLACE, contextId: 'second' })
  await send(school, { a: 2, b: 2 })
  await send(school, { a: 2 }, 'second')
  assert.deepEqual([(await listed(school))['status'], (await listed(school, 'second'))['progress']], [2, 1])
})

test('a course is completed once and told of once, however often its contents are sent and its batch is synced', async (t) => {
  const school = await opened(t, [leaf('a'), leaf('b')])
  for (let time = 0; time < 3; time += 1) {
    await send(school, { a: 2, b: 2 })
    school.clock.advance({ hours: 1 })
    const request = { userId: 'asha', courseId: 'course', batchId: 'batch' }
    assert.equal((await school.call('PATCH', '/v1/content/state/update', { request })).status, 200)
    await school.waymark.idle()
  }
  assert.equal((await school.logged('collection-completed')).length, 1)
  const { progress, completedOn } = await listed(school)
  assert.equal(progress, 2)
  assert.equal(completedOn, school.clock.nowMs() - 3 * 3_600_000, 'its time is that of the first completion')
})
