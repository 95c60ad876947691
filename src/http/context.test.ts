/** Batches and programs: making, changing, reading, and what their dates mean. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'
import type { Answered } from '../../test/support/app.ts'

function put(school: School, id: string, request: object, as?: string): Promise<Answered> {
  const url = `/v1/context/maths/${encodeURIComponent(id)}`
  return school.call('PUT', url, { request }, as === undefined ? {} : { as })
}

async function statusOf(school: School, id = 'batch-1'): Promise<unknown> {
  return (await school.get(`/v1/context/maths/${id}`))['status']
}

test('a context is made with 201, changed with 200, and given back as it was sent', async (t) => {
  const school = await openSchool(t)
  const sent = { kind: 'batch', name: 'Class 1A', startDate: '2026-02-01', endDate: '2026-04-01T12:00:00+05:30' }
  const more = { enrollmentEndDate: null, rules: null, status: 'ongoing' }
  const expected = { collectionId: 'maths', contextId: 'batch-1', ...sent, ...more }
  const made = await put(school, 'batch-1', sent)
  assert.equal(made.status, 201)
  assert.equal(made.body.responseCode, 'OK')
  assert.deepEqual(made.body.result, expected)
  assert.equal((await put(school, 'batch-1', sent)).status, 200)
  assert.deepEqual(await school.get('/v1/context/maths/batch-1'), expected)
})

test('putting a context replaces all that was said before', async (t) => {
  const school = await openSchool(t)
  await put(school, 'batch-1', { kind: 'batch', name: 'Old', endDate: '2026-02-01', status: 'ended' })
  await put(school, 'batch-1', { kind: 'program' })
  const { kind, name, endDate, status } = await school.get('/v1/context/maths/batch-1')
  assert.deepEqual({ kind, name, endDate, status }, { kind: 'program', name: '', endDate: null, status: 'ongoing' })
})

test('a context is known only together with its collection', async (t) => {
  const school = await openSchool(t)
  await put(school, 'batch-1', { kind: 'batch' })
  const other = await school.call('GET', '/v1/context/arts/batch-1')
  assert.equal(fault(other), '404 CONTEXT_NOT_FOUND path.contextId')
  assert.deepEqual(await school.get('/v1/context/arts'), { contexts: [] })
})

test('the contexts of a collection are listed page by page', async (t) => {
  const school = await openSchool(t)
  const ids = ['batch-1', 'path:do_1', 'a/b?', 'बैच']
  for (const id of ids) assert.equal((await put(school, id, { kind: 'program-batch' })).status, 201)
  const seen: string[] = []
  let query: string | undefined = '?limit=3'
  while (query !== undefined) {
    const { contexts, nextCursor } = await school.get(`/v1/context/maths${query}`)
    seen.push(...items(contexts).map(({ contextId }) => String(contextId)))
    query = nextCursor === undefined ? undefined : `?limit=3&cursor=${String(nextCursor)}`
  }
  assert.deepEqual(seen, [...ids].sort())
})

test('the status follows the dates, both of them inside', async (t) => {
  const school = await openSchool(t)
  await put(school, 'batch-1', { kind: 'batch', startDate: '2026-03-02T00:00:00Z', endDate: '2026-03-03T00:00:00Z' })
  for (const [time, status] of [
    ['2026-03-01T23:59:59.999Z', 'upcoming'],
    ['2026-03-02T00:00:00Z', 'ongoing'],
    ['2026-03-03T00:00:00Z', 'ongoing'],
    ['2026-03-03T00:00:00.001Z', 'ended'],
  ] as const) {
    school.clock.set(time)
    assert.equal(await statusOf(school), status, time)
  }
})

test('a status set by hand wins, in words or in the numbers of existing systems, until it is taken back', async (t) => {
  const school = await openSchool(t)
  const past = { kind: 'batch', endDate: '2020-01-01' }
  for (const [sent, shown] of [
    ['upcoming', 'upcoming'],
    ['ongoing', 'ongoing'],
    ['active', 'ongoing'],
    ['expired', 'ended'],
    [0, 'upcoming'],
    [1, 'ongoing'],
    [2, 'ended'],
    [null, 'ended'],
  ] as const) {
    assert.equal((await put(school, 'batch-1', { ...past, status: sent })).body.result['status'], shown)
  }
})

test('a date without a time is the whole day in the time zone of the installation', async (t) => {
  const school = await openSchool(t, { TIME_ZONE: 'Asia/Kolkata' })
  await put(school, 'batch-1', { kind: 'batch', startDate: '2026-03-05', endDate: '2026-03-10' })
  for (const [time, status] of [
    ['2026-03-04T18:29:59.999Z', 'upcoming'],
    ['2026-03-04T18:30:00Z', 'ongoing'],
    ['2026-03-10T18:29:59.999Z', 'ongoing'],
    ['2026-03-10T18:30:00Z', 'ended'],
  ] as const) {
    school.clock.set(time)
    assert.equal(await statusOf(school), status, time)
  }
})

test('enrolment ends with its last day in the time zone of the installation', async (t) => {
  const school = await openSchool(t, { TIME_ZONE: 'Asia/Kolkata' })
  await school.publish('maths', [leaf('c1')])
  const dates = { enrollmentEndDate: '2026-03-10', endDate: '2026-03-20' }
  await put(school, 'batch-1', { kind: 'batch', ...dates })
  const enrolAt = async (time: string) => {
    school.clock.set(time)
    const where = { userId: time, collectionId: 'maths', contextId: 'batch-1' }
    return refusal(await school.post('/v1/enrolment/enrol', where))
  }
  assert.equal(await enrolAt('2026-03-10T18:29:59.999Z'), '200 null')
  assert.equal(await enrolAt('2026-03-10T18:30:00Z'), '409 ENROLMENT_CLOSED')
  assert.equal(await enrolAt('2026-03-20T18:30:00Z'), '409 CONTEXT_ENDED')
})

test('a time without an offset is in the time zone of the installation, one with an offset is not', async (t) => {
  const school = await openSchool(t, { TIME_ZONE: 'Asia/Kolkata' })
  await put(school, 'local', { kind: 'batch', endDate: '2026-03-10T12:00:00' })
  await put(school, 'spaced', { kind: 'batch', endDate: '2026-03-10 12:00' })
  await put(school, 'utc', { kind: 'batch', endDate: '2026-03-10T12:00:00Z' })
  school.clock.set('2026-03-10T06:30:00.001Z')
  assert.equal(await statusOf(school, 'local'), 'ended')
  assert.equal(await statusOf(school, 'spaced'), 'ended')
  assert.equal(await statusOf(school, 'utc'), 'ongoing')
})

test('a day that summer time shortens is still whole', async (t) => {
  const school = await openSchool(t, { TIME_ZONE: 'Europe/Berlin' })
  await put(school, 'batch-1', { kind: 'batch', startDate: '2026-03-29', endDate: '2026-03-29' })
  for (const [time, status] of [
    ['2026-03-28T22:59:59.999Z', 'upcoming'],
    ['2026-03-28T23:00:00Z', 'ongoing'],
    ['2026-03-29T21:59:59.999Z', 'ongoing'],
    ['2026-03-29T22:00:00Z', 'ended'],
  ] as const) {
    school.clock.set(time)
    assert.equal(await statusOf(school), status, time)
  }
})

test('dates that contradict each other, or are none, are refused by name', async (t) => {
  const school = await openSchool(t)
  const refused = [
    [{ startDate: '2026-03-10', endDate: '2026-03-09' }, 'CONTEXT_DATES request.endDate'],
    [{ endDate: '2026-03-09', enrollmentEndDate: '2026-03-10' }, 'CONTEXT_DATES request.enrollmentEndDate'],
    [{ startDate: '2026-02-30' }, 'INVALID_FIELD request.startDate'],
    [{ endDate: '10.03.2026' }, 'INVALID_FIELD request.endDate'],
    [{ enrollmentEndDate: '' }, 'INVALID_FIELD request.enrollmentEndDate'],
    [{ endDate: 20260310 }, 'INVALID_FIELD request.endDate'],
    [{ status: 'paused' }, 'INVALID_FIELD request.status'],
    [{ status: 3 }, 'INVALID_FIELD request.status'],
    [{ kind: 'class' }, 'INVALID_FIELD request.kind'],
    [{ colour: 'red' }, 'UNKNOWN_FIELD request.colour'],
  ] as const
  for (const [fields, expected] of refused) {
    assert.equal(fault(await put(school, 'batch-1', { kind: 'batch', ...fields })), `400 ${expected}`)
  }
  assert.equal(fault(await put(school, 'batch-1', {})), '400 MISSING_FIELD request.kind')
  assert.deepEqual(await school.get('/v1/context/maths'), { contexts: [] })
})

test('an instructor makes contexts of its own collections, a learner none', async (t) => {
  const school = await openSchool(t)
  const instructor = await school.token('ms-rao', { role: 'instructor', collections: ['maths'] })
  const foreign = await school.token('mr-iyer', { role: 'instructor', collections: ['arts'] })
  const learner = await school.token('rahul')
  assert.equal(refusal(await put(school, 'batch-1', { kind: 'batch' }, foreign)), '403 FORBIDDEN')
  assert.equal(refusal(await put(school, 'batch-1', { kind: 'batch' }, learner)), '403 FORBIDDEN')
  assert.equal((await put(school, 'batch-1', { kind: 'batch' }, instructor)).status, 201)
})
