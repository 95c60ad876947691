/** Publishing a collection again: everyone is recomputed, nothing that was reached is taken back. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { leaf, openSchool, OPTIONAL, unit, type School } from '../../test/support/school.ts'

const RAHUL = { userId: 'rahul', collectionId: 'maths' }

async function shown(school: School, where: { userId: string; collectionId: string } = RAHUL): Promise<object> {
  const { progress, completionPercentage, status, completedOn } = await school.summary(where)
  return { progress, completionPercentage, status, completedOn }
}

test('a leaf that is added counts for everyone at once, enrolled or not, and is told of once each', async (t) => {
  const school = await openSchool(t, { REPUBLISH_PAGE: '2' })
  await school.publish('maths', [leaf('a'), leaf('b')])
  const learners = ['asha', 'bina', 'chitra', 'devi', 'rahul'].map((userId) => ({ ...RAHUL, userId }))
  for (const where of learners) await school.complete(where, 'a')
  const enrolled = { ...RAHUL, userId: 'enrolled' }
  await school.ok('/v1/enrolment/enrol', enrolled)
  await school.waymark.idle()
  const before = await school.waymark.store.log.last()
  await school.publish('maths', [leaf('a'), leaf('b'), leaf('c')])
  for (const where of learners) {
    const expected = { progress: 1, completionPercentage: 33, status: 1, completedOn: null }
    assert.deepEqual(await shown(school, where), expected)
  }
  await school.waymark.idle()
  const after = (await school.waymark.store.log.read(before, 100)).filter(
    ({ occurrence }) => occurrence.type === 'collection-progress-changed',
  )
  assert.equal(after.length, 6, 'each participant once')
  const expected = { progress: 1, completionPercentage: 33, status: 1, completedOn: null }
  for (const where of learners) assert.deepEqual(await shown(school, where), expected)
})

test('a leaf that is added takes completion from nobody, and completing it completes no second time', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('a')])
  const completedOn = school.clock.nowMs()
  await school.complete(RAHUL, 'a')
  await school.waymark.idle()
  school.clock.advance({ days: 10 })
  await school.publish('maths', [leaf('a'), leaf('b')])
  const kept = { progress: 1, completionPercentage: 50, status: 2, completedOn }
  assert.deepEqual(await shown(school), kept)
  await school.waymark.idle()
  assert.deepEqual(await shown(school), kept)
  school.clock.advance({ days: 10 })
  await school.complete(RAHUL, 'b')
  assert.deepEqual(await shown(school), { progress: 2, completionPercentage: 100, status: 2, completedOn })
  assert.equal((await school.logged('collection-completed')).length, 1)
  assert.deepEqual(await shown(school), { progress: 2, completionPercentage: 100, status: 2, completedOn })
})

test("a leaf that is removed moves nobody's completion, though the rest was complete earlier", async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('a'), leaf('b')])
  await school.complete(RAHUL, 'a')
  school.clock.advance({ days: 10 })
  const completedOn = school.clock.nowMs()
  await school.complete(RAHUL, 'b')
  await school.waymark.idle()
  await school.publish('maths', [leaf('a')])
  const expected = { progress: 1, completionPercentage: 100, status: 2, completedOn }
  assert.deepEqual(await shown(school), expected)
  assert.equal((await school.logged('collection-completed')).length, 1)
  assert.deepEqual(await shown(school), expected)
})

test('a leaf that is removed completes who has done all the rest, once, from that publication on', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('a'), leaf('b')])
  await school.complete(RAHUL, 'a')
  school.clock.advance({ days: 10 })
  const completedOn = school.clock.nowMs()
  await school.publish('maths', [leaf('a')])
  const expected = { progress: 1, completionPercentage: 100, status: 2, completedOn }
  assert.deepEqual(await shown(school), expected)
  assert.equal((await school.logged('collection-completed')).length, 1)
  await school.publish('maths', [leaf('a'), leaf('b')])
  await school.publish('maths', [leaf('a')])
  assert.equal((await school.logged('collection-completed')).length, 1)
  assert.deepEqual(await shown(school), expected)
})

test('a leaf that becomes optional is no longer needed', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('a'), leaf('b')])
  await school.complete(RAHUL, 'a')
  await school.publish('maths', [leaf('a'), leaf('b', OPTIONAL)])
  assert.equal((await school.summary(RAHUL))['status'], 2)
})

test('publishing the same again changes nothing, whoever wraps it', async (t) => {
  const school = await openSchool(t)
  const content = { identifier: 'maths', children: [leaf('a')] }
  const put = async (body: object) => {
    const { result } = (await school.call('PUT', '/v1/collection/maths', body)).body
    return [result['publication'], result['changed']]
  }
  assert.deepEqual(await put(content), [1, true])
  assert.deepEqual(await put(content), [1, false])
  assert.deepEqual(await put({ request: { content } }), [1, false])
  assert.deepEqual(await put({ ...content, name: 'Maths' }), [2, true])
  assert.equal((await school.logged('collection-published')).length, 2)
  assert.equal((await school.summary(RAHUL).catch(() => undefined)) === undefined, true)
})

test('a collection without required leaves is never complete', async (t) => {
  const school = await openSchool(t)
  const none = { progress: 0, completionPercentage: 0, completedOn: null }
  await school.ok('/v1/view/start', { ...RAHUL, contentId: 'a' })
  await school.complete(RAHUL, 'b')
  for (const [children, status] of [
    [[], 0],
    [[unit('u', [])], 0],
    [[leaf('a', OPTIONAL), leaf('b', OPTIONAL)], 1],
    [[unit('u', [leaf('b')], OPTIONAL)], 1],
  ] as const) {
    await school.publish('maths', children)
    assert.deepEqual(await shown(school), { ...none, status })
  }
  assert.equal((await school.logged('collection-completed')).length, 0)
})

test('late work on a leaf that was removed is still taken, and counts when it comes back', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('a'), leaf('quiz')])
  await school.publish('maths', [leaf('a')])
  const assessments = [{ questionId: 'q', score: 1, maxScore: 2, timestamp: school.clock.nowMs() }]
  await school.ok('/v1/assessment/submit', { ...RAHUL, contentId: 'quiz', assessments })
  await school.complete(RAHUL, 'quiz')
  assert.deepEqual((await school.summary(RAHUL))['contentStatus'], {})
  await school.publish('maths', [leaf('a'), leaf('quiz')])
  const { contentStatus, assessmentStatus } = await school.summary(RAHUL)
  assert.deepEqual(contentStatus, { quiz: 2 })
  assert.deepEqual(assessmentStatus, { quiz: { score: 1, max_score: 2 } })
})

test('publishing concerns no other collection', async (t) => {
  const school = await openSchool(t)
  const arts = { userId: 'rahul', collectionId: 'arts' }
  await school.publish('maths', [leaf('a')])
  await school.publish('arts', [leaf('a')])
  await school.complete(arts, 'a')
  await school.waymark.idle()
  const before = await shown(school, arts)
  await school.publish('maths', [leaf('a'), leaf('b')])
  await school.waymark.idle()
  assert.deepEqual(await shown(school, arts), before)
})

test('who completed a collection stays complete when a publication overtakes the worker', async (t) => {
  const app = await openSchool(t)
  const publish = (...leaves: string[]): Promise<unknown> =>
    app.call('PUT', '/v1/collection/L', { identifier: 'L', children: leaves.map((identifier) => ({ identifier })) })
  await publish('a')
  const learners = Array.from({ length: 300 }, (_, index) => `learner-${String(index)}`)
  const items = learners.flatMap((userId, index) =>
    ['start', 'end'].map((op) => ({
      op,
      id: `${op}-${String(index)}`,
      clientTime: app.clock.nowMs(),
      userId,
      collectionId: 'L',
      contentId: 'a',
    })),
  )
  assert.equal((await app.call('POST', '/v1/view/batch', { items })).status, 200)
  app.clock.advance({ seconds: 1 })
  await publish('a', 'c')
  const statuses = async (): Promise<unknown[]> =>
    Promise.all(
      learners.map(async (userId) => {
        const { body } = await app.call('POST', '/v1/summary/read', { userId, collectionId: 'L' })
        return [body.result['status'], body.result['completionPercentage']]
      }),
    )
  assert.deepEqual(new Set((await statuses()).map(String)), new Set(['2,50']))
  await app.waymark.idle()
  assert.deepEqual(new Set((await statuses()).map(String)), new Set(['2,50']))
  const completed = (await app.waymark.store.log.read(0, 100_000)).filter(
    ({ occurrence }) => occurrence.type === 'collection-completed',
  )
  assert.equal(completed.length, learners.length)
})
