/** Deleting an enrolment with its progress: exactly what was named, and nothing beside it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'
import type { Answered } from '../../test/support/app.ts'

const MATHS = { userId: 'rahul', collectionId: 'maths' }
const BATCH = { ...MATHS, contextId: 'batch-1' }
const ARTS = { userId: 'rahul', collectionId: 'arts' }
const FOREIGN = { userId: 'asha', collectionId: 'maths' }
const ORGANIC = { userId: 'rahul' }
const ALL = { MATHS, BATCH, ARTS, FOREIGN, ORGANIC }

/** Everyone has completed c1 everywhere, with a score. */
async function openStudied(school: School): Promise<void> {
  await school.publish('maths', [leaf('c1')])
  await school.publish('arts', [leaf('c1')])
  await school.call('PUT', '/v1/context/maths/batch-1', { request: { kind: 'batch' } })
  for (const where of [MATHS, BATCH, ARTS, FOREIGN]) await school.ok('/v1/enrolment/enrol', where)
  const assessments = [{ questionId: 'q', score: 1, maxScore: 2, timestamp: school.clock.nowMs() }]
  for (const where of Object.values(ALL)) {
    await school.complete(where, 'c1')
    await school.ok('/v1/assessment/submit', { ...where, contentId: 'c1', assessments })
  }
}

/** Where the completed view and its score still are. */
async function kept(school: School): Promise<readonly string[]> {
  const names: string[] = []
  for (const [name, where] of Object.entries(ALL)) {
    const { status, score } = await school.read({ ...where, contentId: 'c1' })
    assert.equal(status === (2 as unknown), score === (1 as unknown), 'a view and its score go together')
    if (status === (2 as unknown)) names.push(name)
  }
  return names
}

function remove(school: School, query: string, request?: object): Promise<Answered> {
  return school.call('DELETE', `/v1/summary/delete/rahul${query}`, request === undefined ? undefined : { request })
}

for (const [form, query, request] of [
  ['by body', '', BATCH],
  ['by body with the older names', '', { courseId: 'maths', batchId: 'batch-1' }],
  ['by query', '?collectionId=maths&contextId=batch-1', undefined],
  ['by both, where they agree', '?collectionId=maths&contextId=batch-1', BATCH],
  ['with all=false', '?all=false', BATCH],
] as const) {
  test(`one enrolment is deleted ${form}, and nothing else`, async (t) => {
    const school = await openSchool(t)
    await openStudied(school)
    const answer = await remove(school, query, request)
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body.result, {})
    assert.deepEqual(await kept(school), ['MATHS', 'ARTS', 'FOREIGN', 'ORGANIC'])
    assert.equal(refusal(await school.post('/v1/summary/read', BATCH)), '404 SUMMARY_NOT_FOUND')
    const { enrolments } = await school.get('/v1/enrolment/list/rahul')
    assert.deepEqual(
      items(enrolments).map(({ collectionId, contextId }) => `${String(collectionId)} ${String(contextId)}`),
      ['arts arts', 'maths maths'],
    )
    await school.waymark.idle()
    assert.equal(refusal(await school.post('/v1/summary/read', BATCH)), '404 SUMMARY_NOT_FOUND')
  })
}

test('without a context the enrolment into the collection itself is deleted', async (t) => {
  const school = await openSchool(t)
  await openStudied(school)
  await remove(school, '?collectionId=maths')
  assert.deepEqual(await kept(school), ['BATCH', 'ARTS', 'FOREIGN', 'ORGANIC'])
})

for (const query of ['?all', '?all=true', '?all=1']) {
  test(`${query} deletes every enrolment of the learner, and no organic progress and no one else's`, async (t) => {
    const school = await openSchool(t)
    await openStudied(school)
    assert.equal((await remove(school, query)).status, 200)
    assert.deepEqual(await kept(school), ['FOREIGN', 'ORGANIC'])
    assert.deepEqual(await school.get('/v1/summary/list/rahul'), { summary: [] })
  })
}

test('never is all deleted without ?all, however little is said', async (t) => {
  const school = await openSchool(t)
  await openStudied(school)
  const refused = [
    ['', undefined, 'MISSING_FIELD collectionId'],
    ['', {}, 'MISSING_FIELD request.collectionId'],
    ['', { userId: 'rahul' }, 'MISSING_FIELD request.collectionId'],
    ['', { contextId: 'batch-1' }, 'MISSING_FIELD request.collectionId'],
    ['?all=false', undefined, 'MISSING_FIELD collectionId'],
    ['?all=0', undefined, 'MISSING_FIELD collectionId'],
    ['?all=maybe', undefined, 'INVALID_FIELD query.all'],
    ['?collectionId=', undefined, 'INVALID_ID query.collectionId'],
    ['', { all: true }, 'UNKNOWN_FIELD request.all'],
  ] as const
  for (const [query, request, code] of refused) {
    assert.equal(fault(await remove(school, query, request)), `400 ${code}`)
  }
  assert.equal((await kept(school)).length, 5)
})

test('a request that contradicts itself deletes nothing', async (t) => {
  const school = await openSchool(t)
  await openStudied(school)
  const refused = [
    ['?all', MATHS, 'query.all'],
    ['?all&collectionId=maths', undefined, 'query.all'],
    ['?collectionId=arts', MATHS, 'request.collectionId'],
    ['?contextId=batch-2', BATCH, 'request.contextId'],
    ['', FOREIGN, 'request.userId'],
  ] as const
  for (const [query, request, field] of refused) {
    assert.equal(fault(await remove(school, query, request)), `400 CONFLICTING_FIELDS ${field}`)
  }
  assert.equal((await kept(school)).length, 5)
})

test('deleting what is not there, or again, changes nothing and is answered alike', async (t) => {
  const school = await openSchool(t)
  await openStudied(school)
  assert.equal((await remove(school, '?collectionId=unknown')).status, 200)
  assert.equal((await remove(school, '', BATCH)).status, 200)
  assert.equal((await remove(school, '', BATCH)).status, 200)
  assert.equal((await school.logged('progress-removed')).length, 1)
  assert.equal((await kept(school)).length, 4)
})

test('after a delete the learner may enrol and do it all again, and it counts as new', async (t) => {
  const school = await openSchool(t)
  await openStudied(school)
  await school.waymark.idle()
  await remove(school, '', BATCH)
  school.clock.advance({ days: 10 })
  const again = school.clock.nowMs()
  const { outcome } = await school.ok('/v1/enrolment/enrol', BATCH)
  assert.equal(outcome, 'ENROLLED')
  const { status, enrolledDate, completedOn } = await school.summary(BATCH)
  assert.deepEqual({ status, enrolledDate, completedOn }, { status: 0, enrolledDate: again, completedOn: null })
  await school.complete(BATCH, 'c1')
  assert.equal((await school.summary(BATCH))['completedOn'], again)
  const completed = await school.logged('collection-completed')
  assert.deepEqual(
    completed.filter(({ contextId }) => contextId === 'batch-1').map(({ completedAt }) => completedAt === again),
    [false, true],
  )
})

test('what waited for its start is deleted as well', async (t) => {
  const school = await openSchool(t)
  const end = { op: 'end', id: '1', clientTime: school.clock.nowMs(), ...BATCH, contentId: 'c1' }
  await school.post('/v1/view/batch', { items: [end] })
  await remove(school, '', BATCH)
  await school.ok('/v1/view/start', { ...BATCH, contentId: 'c1' })
  assert.equal((await school.read({ ...BATCH, contentId: 'c1' }))['status'], 1)
})
