/** Progress that counts elsewhere than where it was made, as clients of the copy and move modes meet it. */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'

const userId = 'asha'
const BATCH_1 = { userId, collectionId: 'maths', contextId: 'batch-1' }
const BATCH_2 = { userId, collectionId: 'maths', contextId: 'batch-2' }
const ARTS = { userId, collectionId: 'arts', contextId: 'arts' }

async function open(t: TestContext, mode: string, rule: object = { always: true }): Promise<School> {
  const school = await openSchool(t, { MODE: mode })
  await school.call('POST', '/v1/rules', { request: { id: 'rule', any: [rule], default: true } })
  await school.publish('maths', [leaf('a'), leaf('b')])
  await school.publish('arts', [leaf('b'), leaf('c')])
  for (const contextId of ['batch-1', 'batch-2']) {
    await school.call('PUT', `/v1/context/maths/${contextId}`, { request: { kind: 'batch' } })
  }
  return school
}

async function enrol(school: School, where: typeof BATCH_1): Promise<void> {
  await school.ok('/v1/enrolment/enrol', where)
  tick(school)
}

/** What happens at one moment has no order: let some time pass. */
function tick(school: School): void {
  school.clock.advance({ minutes: 1 })
}

async function score(school: School, where: typeof BATCH_1, attemptId: string, points: number): Promise<string> {
  const event = {
    eid: 'ASSESS',
    ets: school.clock.nowMs(),
    edata: { item: { id: 'q', maxscore: 10 }, score: points, duration: 1 },
  }
  const sent = { ...where, contentId: 'b', attemptId, assessments: [event] }
  const { attempts } = await school.ok('/v1/assessment/submit', sent)
  return String(items(attempts)[0]?.['countedIn'])
}

/** Status and score of content b, as the two reads and the summary say alike. */
async function shown(school: School, where: typeof BATCH_1): Promise<readonly unknown[]> {
  const read = await school.read({ ...where, contentId: 'b' })
  const summary = await school.summary(where)
  assert.equal(summary['contentStatus']?.['b'] ?? 0, read['status'])
  assert.equal(summary['assessmentStatus']?.['b']?.['score'] ?? null, read['score'])
  return [read['status'], read['score']]
}

test('a copy is complete with the time of its original, and later views of it change nothing but the last access', async (t) => {
  const school = await open(t, 'copy-content')
  await school.complete({ userId }, 'b')
  const completedOn = school.clock.nowMs()
  tick(school)
  await enrol(school, BATCH_1)
  const copy = await school.read({ ...BATCH_1, contentId: 'b' })
  assert.deepEqual([copy['status'], copy['progress'], copy['completedOn']], [2, 100, completedOn])
  for (const [op, outcome] of [
    ['start', 'ALREADY_STARTED'],
    ['update', 'ALREADY_ENDED'],
    ['end', 'ALREADY_ENDED'],
  ]) {
    // prettier-ignore
    tick(school)
    const { view } = await school.ok(`/v1/view/${String(op)}`, { ...BATCH_1, contentId: 'b' })
    assert.deepEqual([view?.['outcome'], view?.['status'], view?.['progress']], [outcome, 2, 100])
  }
  const later = await school.read({ ...BATCH_1, contentId: 'b' })
  assert.deepEqual([later['completedOn'], later['lastAccessTime']], [completedOn, school.clock.nowMs()])
})

test('what enrolling made waits with status 0: it is to be started like any other', async (t) => {
  const school = await open(t, 'copy-content')
  await enrol(school, BATCH_1)
  await school.waymark.idle()
  assert.equal(refusal(await school.post('/v1/view/end', { ...BATCH_1, contentId: 'a' })), '404 VIEW_NOT_STARTED')
  const { view } = await school.ok('/v1/view/start', { ...BATCH_1, contentId: 'a' })
  assert.equal(view?.['outcome'], 'STARTED')
})

test('attempts travel with the copy, those before it and those after', async (t) => {
  const school = await open(t, 'copy-content')
  await score(school, { ...BATCH_1, collectionId: 'b', contextId: 'b' }, 'first', 4)
  await school.complete({ userId }, 'b')
  tick(school)
  await enrol(school, BATCH_1)
  assert.deepEqual(await shown(school, BATCH_1), [2, 4])
  await school.waymark.idle()
  assert.deepEqual(await shown(school, BATCH_1), [2, 4])
  await score(school, { ...BATCH_1, collectionId: 'b', contextId: 'b' }, 'second', 9)
  assert.deepEqual(await shown(school, BATCH_1), [2, 9])
  await school.waymark.idle()
  assert.deepEqual(await shown(school, BATCH_1), [2, 9])
})

test('a copy outlives its source, with the score that it brought', async (t) => {
  const school = await open(t, 'copy-collection')
  await enrol(school, BATCH_1)
  await score(school, BATCH_1, 'first', 7)
  await school.complete(BATCH_1, 'b')
  tick(school)
  await enrol(school, ARTS)
  // Not carried over yet, and carried over: what was shown must stay.
  const removed = await school.call('DELETE', '/v1/summary/delete/asha?collectionId=maths&contextId=batch-1')
  assert.equal(removed.status, 200)
  assert.deepEqual(await shown(school, ARTS), [2, 7])
  await school.waymark.idle()
  assert.deepEqual(await shown(school, ARTS), [2, 7])
})

test('the first completion stays, also where its source is removed and the learner completes the copy again', async (t) => {
  const school = await open(t, 'copy-collection')
  await enrol(school, BATCH_1)
  await school.complete(BATCH_1, 'b')
  const completedOn = school.clock.nowMs()
  tick(school)
  await enrol(school, ARTS)
  await school.call('DELETE', '/v1/summary/delete/asha?collectionId=maths&contextId=batch-1')
  tick(school)
  await school.complete(ARTS, 'b')
  await school.waymark.idle()
  // Something else of that content happens: it is decided anew.
  tick(school)
  await school.complete({ userId }, 'b')
  assert.equal((await school.read({ ...ARTS, contentId: 'b' }))['completedOn'], completedOn)
})

test('a completion is copied on to every enrolment that contains it, and completes the collections there', async (t) => {
  const school = await open(t, 'copy-collection')
  for (const where of [BATCH_1, BATCH_2, ARTS]) await enrol(school, where)
  await school.complete(ARTS, 'b')
  assert.deepEqual(await shown(school, BATCH_1), [2, null])
  await school.complete({ userId }, 'a')
  for (const where of [BATCH_1, BATCH_2]) assert.equal((await school.summary(where))['status'], 2)
  const copied = await school.logged('view-copied')
  assert.equal(copied.length, 4)
  const completed = await school.logged('collection-completed')
  assert.deepEqual(completed.map(({ contextId }) => contextId).sort(), ['batch-1', 'batch-2'])
})

test('a new rule, and a new content of the collection, are looked at for those who are enrolled already', async (t) => {
  const school = await open(t, 'copy-content', { completedWithin: 'P1D' })
  await school.complete({ userId }, 'a', 'd')
  school.clock.advance({ days: 10 })
  await enrol(school, BATCH_1)
  await school.waymark.idle()
  assert.equal((await school.read({ ...BATCH_1, contentId: 'a' }))['status'], 0)
  await school.call('POST', '/v1/rules', {
    request: { id: 'generous', any: [{ completedWithin: 'P30D' }], default: true },
  })
  for (const settle of [() => Promise.resolve(), () => school.waymark.idle()]) {
    await settle()
    assert.deepEqual((await school.summary(BATCH_1))['contentStatus'], { a: 2 })
  }
  await school.publish('maths', [leaf('a'), leaf('d')])
  for (const settle of [() => Promise.resolve(), () => school.waymark.idle()]) {
    await settle()
    assert.deepEqual((await school.summary(BATCH_1))['contentStatus'], { a: 2, d: 2 })
  }
})

test('without a rule nothing is carried over, and a context may name others than those of the instance', async (t) => {
  const school = await open(t, 'copy-content', { completedWithin: 'P1D' })
  await school.call('POST', '/v1/rules', { request: { id: 'always', any: [{ always: true }] } })
  await school.call('PUT', '/v1/context/maths/batch-1', { request: { kind: 'batch', rules: [] } })
  await school.call('PUT', '/v1/context/maths/batch-2', { request: { kind: 'batch', rules: ['always'] } })
  await school.complete({ userId }, 'b')
  school.clock.advance({ days: 10 })
  for (const where of [BATCH_1, BATCH_2, ARTS]) await enrol(school, where)
  const statuses = [BATCH_1, BATCH_2, ARTS].map(async (where) => (await shown(school, where))[0])
  assert.deepEqual(await Promise.all(statuses), [0, 2, 0])
})

test('enrolling moves the whole collection once; what is told of the old context counts in the new one, and says so', async (t) => {
  const school = await open(t, 'move', { sourceContext: 'ongoing' })
  await enrol(school, BATCH_1)
  await school.complete(BATCH_1, 'a')
  await school.ok('/v1/view/start', { ...BATCH_1, contentId: 'b' })
  tick(school)
  for (let times = 0; times < 2; times += 1) await enrol(school, BATCH_2)
  assert.deepEqual((await school.summary(BATCH_1))['contentStatus'], {})
  assert.deepEqual((await school.summary(BATCH_2))['contentStatus'], { a: 2, b: 1 })
  assert.equal((await school.logged('progress-moved')).length, 1)
  const { view } = await school.ok('/v1/view/end', { ...BATCH_1, contentId: 'b' })
  assert.deepEqual([view?.['outcome'], view?.['status'], view?.['countedIn']], ['ENDED', 2, 'batch-2'])
  assert.equal(await score(school, BATCH_1, 'late', 8), 'batch-2')
  assert.equal(await score(school, BATCH_2, 'here', 6), 'undefined')
  for (const settle of [() => Promise.resolve(), () => school.waymark.idle()]) {
    await settle()
    assert.deepEqual(await shown(school, BATCH_1), [0, null])
    assert.deepEqual(await shown(school, BATCH_2), [2, 8])
    assert.equal((await school.summary(BATCH_1))['status'], 0)
    assert.equal((await school.summary(BATCH_2))['status'], 2)
  }
  const completed = await school.logged('collection-completed')
  assert.deepEqual(completed.map(({ contextId }) => contextId), ['batch-2']) // prettier-ignore
})

test('a completed collection stays completed where it moved, also after a publication', async (t) => {
  const school = await open(t, 'move', { sourceContext: 'ongoing' })
  await enrol(school, BATCH_1)
  await school.complete(BATCH_1, 'a', 'b')
  const completedOn = school.clock.nowMs()
  await school.waymark.idle()
  tick(school)
  await school.publish('maths', [leaf('a'), leaf('b'), leaf('new')])
  await enrol(school, BATCH_2)
  for (const settle of [() => Promise.resolve(), () => school.waymark.idle()]) {
    await settle()
    const [left, now] = [await school.summary(BATCH_1), await school.summary(BATCH_2)]
    assert.deepEqual([left['status'], left['completedOn']], [0, null])
    assert.deepEqual([now['status'], now['completedOn']], [2, completedOn])
  }
})

test('deleting where progress moved to takes it along; deleting what was left takes the enrolment alone', async (t) => {
  const school = await open(t, 'move', { sourceContext: 'ongoing' })
  await enrol(school, BATCH_1)
  await school.complete(BATCH_1, 'a')
  tick(school)
  await enrol(school, BATCH_2)
  await school.call('DELETE', '/v1/summary/delete/asha?collectionId=maths&contextId=batch-1')
  assert.deepEqual((await school.summary(BATCH_2))['contentStatus'], { a: 2 })
  await school.call('DELETE', '/v1/summary/delete/asha?collectionId=maths&contextId=batch-2')
  for (const where of [BATCH_1, BATCH_2]) {
    assert.equal(refusal(await school.post('/v1/summary/read', where)), '404 SUMMARY_NOT_FOUND')
    assert.equal((await school.read({ ...where, contentId: 'a' }))['status'], 0)
  }
})
