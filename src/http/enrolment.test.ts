/** Enrolling and leaving: who may, when it is open, and that saying it twice is saying it once. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'
import type { Answered, Json } from '../../test/support/app.ts'

const BATCH = { userId: 'rahul', collectionId: 'maths', contextId: 'batch-1' }
const ITSELF = { userId: 'rahul', collectionId: 'maths' }

async function openMaths(school: School, dates: object = {}): Promise<void> {
  await school.publish('maths', [leaf('c1')])
  await school.call('PUT', '/v1/context/maths/batch-1', { request: { kind: 'batch', ...dates } })
}

function enrol(school: School, request: object = BATCH, as?: string): Promise<Answered> {
  return school.post('/v1/enrolment/enrol', request, as === undefined ? {} : { as })
}

function unenrol(school: School, request: object = BATCH): Promise<Answered> {
  return school.post('/v1/enrolment/unenrol', request)
}

async function roster(school: School, query = ''): Promise<Json> {
  return school.get(`/v1/enrolment/context/maths/batch-1${query}`)
}

test('enrolling is answered with the enrolment, and shows in the list and on the roster', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  const enrolment = { ...BATCH, active: true, enrolledDate: school.clock.nowMs() }
  const answer = await enrol(school)
  assert.equal(answer.body.id, 'api.enrolment.enrol')
  assert.deepEqual(answer.body.result, { response: 'SUCCESS', outcome: 'ENROLLED', enrolment })
  assert.deepEqual(await school.get('/v1/enrolment/list/rahul'), { enrolments: [enrolment] })
  assert.deepEqual(await roster(school), { enrolments: [enrolment] })
  assert.deepEqual(await school.get('/v1/enrolment/list/asha'), { enrolments: [] })
})

test('enrolling twice, or ten times at once, is enrolling once', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  const answers = await Promise.all(Array.from({ length: 10 }, () => enrol(school)))
  assert.equal(answers.filter(({ body }) => body.result['outcome'] === ('ENROLLED' as unknown)).length, 1)
  const first = answers[0]?.body.result['enrolment']
  school.clock.advance({ days: 1 })
  const again = await enrol(school)
  assert.deepEqual(again.body.result, { response: 'SUCCESS', outcome: 'ALREADY_ENROLLED', enrolment: first })
  assert.equal((await school.logged('enrolment-created')).length, 1)
  assert.equal((await school.logged('enrolment-changed')).length, 0)
})

test('the older names of ids are understood', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  assert.equal((await enrol(school, { userid: 'rahul', courseId: 'maths', batchId: 'batch-1' })).status, 200)
  assert.equal(items((await roster(school))['enrolments']).length, 1)
})

test('without a context the learner enrols into the collection itself', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  const { enrolment } = (await enrol(school, ITSELF)).body.result
  assert.equal(enrolment?.['contextId'], 'maths')
  assert.deepEqual(items((await roster(school))['enrolments']), [])
})

test('the collection and the context must be known', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  await school.call('PUT', '/v1/context/arts/batch-1', { request: { kind: 'batch' } })
  const refused = [
    [{ ...BATCH, collectionId: 'arts' }, '404 COLLECTION_NOT_FOUND request.collectionId'],
    [{ ...BATCH, contextId: 'batch-2' }, '404 CONTEXT_NOT_FOUND request.contextId'],
    [{ userId: 'rahul', contextId: 'batch-1' }, '400 MISSING_FIELD request.collectionId'],
    [{ collectionId: 'maths' }, '400 MISSING_FIELD request.userId'],
  ] as const
  for (const [request, expected] of refused) assert.equal(fault(await enrol(school, request)), expected)
  assert.deepEqual(await school.get('/v1/enrolment/list/rahul'), { enrolments: [] })
})

test('leaving keeps progress, and coming back finds it and the first date again', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  const enrolledDate = school.clock.nowMs()
  await enrol(school)
  await school.complete(BATCH, 'c1')
  school.clock.advance({ days: 1 })
  const left = (await unenrol(school)).body.result
  assert.deepEqual([left['outcome'], left['enrolment']], ['UNENROLLED', { ...BATCH, active: false, enrolledDate }])
  assert.deepEqual((await school.get('/v1/enrolment/list/rahul'))['enrolments']?.['0'], left['enrolment'])
  const away = await school.summary(BATCH)
  assert.deepEqual([away['active'], away['status']], [false, 2])
  school.clock.advance({ days: 1 })
  const back = (await enrol(school)).body.result
  assert.deepEqual([back['outcome'], back['enrolment']], ['ENROLLED', { ...BATCH, active: true, enrolledDate }])
  const { active, status, completedOn } = await school.summary(BATCH)
  assert.deepEqual([active, status, completedOn], [true, 2, enrolledDate])
  const changes = await school.logged('enrolment-changed')
  assert.deepEqual(
    changes.map((change) => change.active),
    [false, true],
  )
})

test('leaving twice is leaving once, and who never enrolled cannot leave', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  assert.equal(fault(await unenrol(school)), '404 ENROLMENT_NOT_FOUND request.collectionId')
  await enrol(school)
  assert.equal((await unenrol(school)).body.result['outcome'], 'UNENROLLED')
  assert.equal((await unenrol(school)).body.result['outcome'], 'ALREADY_UNENROLLED')
  assert.equal((await school.logged('enrolment-changed')).length, 1)
})

test('enrolling and leaving in one millisecond, the last said holds', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  for (let round = 0; round < 3; round += 1) {
    await enrol(school)
    assert.equal((await school.summary(BATCH))['active'], true)
    await unenrol(school)
    assert.equal((await school.summary(BATCH))['active'], false)
  }
})

test('enrolment is open through its last day, and closed after; who is enrolled may say so again', async (t) => {
  const school = await openSchool(t)
  await openMaths(school, { startDate: '2026-03-05', enrollmentEndDate: '2026-03-10', endDate: '2026-03-20' })
  const at = async (time: string, userId: string) => {
    school.clock.set(time)
    return refusal(await enrol(school, { ...BATCH, userId }))
  }
  assert.equal(await at('2026-03-01T00:00:00Z', 'before the start'), '200 null')
  assert.equal(await at('2026-03-10T23:59:59.999Z', 'last moment'), '200 null')
  assert.equal(await at('2026-03-11T00:00:00Z', 'late'), '409 ENROLMENT_CLOSED')
  assert.equal(await at('2026-03-11T00:00:00Z', 'last moment'), '200 null')
  assert.equal(await at('2026-03-20T23:59:59.999Z', 'late'), '409 ENROLMENT_CLOSED')
  assert.equal(await at('2026-03-21T00:00:00Z', 'late'), '409 CONTEXT_ENDED')
  await unenrol(school, { ...BATCH, userId: 'last moment' })
  assert.equal(await at('2026-03-21T00:00:00Z', 'last moment'), '409 CONTEXT_ENDED')
  assert.equal(items((await roster(school))['enrolments']).length, 2)
})

test('without dates of its own, enrolment is open as long as the context runs', async (t) => {
  const school = await openSchool(t)
  await openMaths(school, { endDate: '2026-03-20T12:00:00Z' })
  school.clock.set('2026-03-20T12:00:00Z')
  assert.equal((await enrol(school)).status, 200)
  school.clock.advance({ milliseconds: 1 })
  const late = await enrol(school, { ...BATCH, userId: 'asha' })
  assert.equal(fault(late), '409 CONTEXT_ENDED request.contextId')
})

test('a status set by hand wins over the dates', async (t) => {
  const school = await openSchool(t)
  await openMaths(school, { endDate: '2027-01-01', status: 'ended' })
  assert.equal(refusal(await enrol(school)), '409 CONTEXT_ENDED')
  await openMaths(school, { endDate: '2020-01-01', status: 'ongoing' })
  assert.equal((await enrol(school)).status, 200)
})

test('a learner enrols itself and nobody else; an instructor its learners', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  const rahul = await school.token('rahul')
  assert.equal((await enrol(school, { collectionId: 'maths', contextId: 'batch-1' }, rahul)).status, 200)
  const other = { ...BATCH, userId: 'asha' }
  assert.equal(refusal(await enrol(school, other, rahul)), '403 FORBIDDEN')
  const foreign = await school.token('ms-rao', { role: 'instructor', collections: ['arts'] })
  assert.equal(refusal(await enrol(school, other, foreign)), '403 FORBIDDEN')
  const own = await school.token('ms-rao', { role: 'instructor', collections: ['maths'] })
  assert.equal((await enrol(school, other, own)).status, 200)
  const enrolled = items((await roster(school))['enrolments']).map(({ userId }) => userId)
  assert.deepEqual(enrolled, ['asha', 'rahul'])
  const asLearner = await school.post('/v1/enrolment/unenrol', other, { as: rahul })
  assert.equal(refusal(asLearner), '403 FORBIDDEN')
})

test('a service may say when a learner enrolled, and the earliest time it says is the date', async (t) => {
  const school = await openSchool(t)
  await openMaths(school, { enrollmentEndDate: '2026-02-20' })
  const at = async (clientTime: string) => (await enrol(school, { ...BATCH, clientTime })).body.result['enrolment']
  const day = (text: string) => Temporal.Instant.from(text).epochMilliseconds
  assert.equal((await at('2026-02-10T00:00:00Z'))?.['enrolledDate'], day('2026-02-10T00:00:00Z'))
  assert.equal((await at('2026-02-05T00:00:00Z'))?.['enrolledDate'], day('2026-02-05T00:00:00Z'))
  assert.equal((await at('2026-02-12T00:00:00Z'))?.['enrolledDate'], day('2026-02-05T00:00:00Z'))
  const late = { ...BATCH, userId: 'asha' }
  assert.equal(refusal(await enrol(school, late)), '409 ENROLMENT_CLOSED')
  const future = await enrol(school, { ...late, clientTime: '2026-03-03T00:00:00Z' })
  assert.equal(fault(future), '400 TIME_IN_FUTURE request.clientTime')
})

for (const role of ['learner', 'instructor'] as const) {
  test(`to a ${role}, saying when is forbidden`, async (t) => {
    const school = await openSchool(t)
    await openMaths(school)
    const as = await school.token('rahul', { role, collections: ['maths'] })
    const answer = await enrol(school, { ...BATCH, clientTime: '2026-02-10T00:00:00Z' }, as)
    assert.equal(fault(answer), '403 FORBIDDEN request.clientTime')
    assert.deepEqual(await roster(school), { enrolments: [] })
  })
}

test('list and roster page through everything, each once, in one order', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  const learners = ['a:1', 'Zoe', 'asha', 'राहुल', 'bina']
  for (const userId of learners) await enrol(school, { ...BATCH, userId })
  const seen: string[] = []
  let query = '?limit=2'
  for (let page = 0; page < 3; page += 1) {
    const { enrolments, nextCursor } = await roster(school, query)
    seen.push(...items(enrolments).map(({ userId }) => String(userId)))
    assert.equal(nextCursor === undefined, page === 2)
    query = `?limit=2&cursor=${String(nextCursor)}`
  }
  assert.deepEqual(seen, [...learners].sort())
  await enrol(school, { ...ITSELF, userId: 'asha' })
  const first = await school.get('/v1/enrolment/list/asha?limit=1')
  const second = await school.get(`/v1/enrolment/list/asha?limit=1&cursor=${String(first['nextCursor'])}`)
  const contexts = [first, second].map((page) => page['enrolments']?.['0']?.['contextId'])
  assert.deepEqual(contexts, ['batch-1', 'maths'])
  assert.equal(second['nextCursor'], undefined)
  const foreign = await school.call('GET', `/v1/enrolment/list/asha?cursor=${btoa('["one"]')}`)
  assert.equal(fault(foreign), '400 INVALID_CURSOR query.cursor')
})
