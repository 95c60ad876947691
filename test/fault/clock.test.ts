/** Clocks that are wrong, and clocks that jump: the server's and the clients' (reliability K6, decision 0008). */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ownKey } from '../../src/http/token-keys.ts'
import { signToken } from '../../src/http/tokens.ts'
import type { Json } from '../support/app.ts'
import { connect } from '../support/http-client.ts'
import type { Server } from '../support/process.ts'
import { fault, leaf, openSchool, refusal, type School } from '../support/school.ts'
import { settled } from './support-load.ts'
import { folderOfThisFile, startUnder, until } from './support-server.ts'

const HOUR_MS = 3_600_000
/** A day less than ten years of 365 days: as long as the tokens of the tests live. */
const TEN_YEARS_MS = 3_649 * 24 * HOUR_MS
const START = Date.UTC(2026, 2, 1, 8)
const where = { userId: 'asha', collectionId: 'maths' }

/** No time of a view lies before another that it must follow, and no duration is negative. */
function assertInOrder(view: Json): void {
  const [started, completed, last] = ['startedOn', 'completedOn', 'lastAccessTime'].map((name) => view[name])
  assert.ok(Number(view['timespent']) >= 0)
  if (started != null && completed != null) assert.ok(Number(completed) >= Number(started), JSON.stringify(view))
  if (started != null && last != null) assert.ok(Number(last) >= Number(started), JSON.stringify(view))
}

async function openMaths(t: Parameters<typeof openSchool>[0], settings = {}): Promise<School> {
  const school = await openSchool(t, settings)
  await school.publish('maths', [leaf('c1'), leaf('c2')])
  return school
}

/** Sends one item as a device with its own clock would; answers `status code`. */
async function sync(school: School, op: string, contentId: string, clientTime: number, fields = {}): Promise<string> {
  const items = [{ op, id: '1', clientTime, contentId, collectionId: 'maths', ...fields }]
  const { body } = await school.post('/v1/view/batch', { userId: 'asha', items })
  const item = (body.result['items'] as unknown as readonly Json[])[0]
  return `${String(item?.['status'])} ${String(item?.['params']?.['err'])}`
}

for (const [name, jump] of [
  ['back an hour', -HOUR_MS],
  ['forward ten years', TEN_YEARS_MS],
] as const) {
  test(`a server clock that jumps ${name} under way freezes no view and makes no negative time`, async (t) => {
    const school = await openMaths(t)
    for (const contentId of ['c1', 'c2']) {
      await school.ok('/v1/view/start', { ...where, contentId })
      await school.ok('/v1/view/update', { ...where, contentId, progress: 30, timespent: 60 })
    }
    school.clock.set(START + jump)
    await school.ok('/v1/view/update', { ...where, contentId: 'c1', progress: 60, timespent: 90 })
    const view = await school.read({ ...where, contentId: 'c1' })
    assert.deepEqual([view['progress'], view['timespent']], [60, 90])
    for (const contentId of ['c1', 'c2']) await school.ok('/v1/view/end', { ...where, contentId })
    for (const contentId of ['c1', 'c2']) {
      const ended = await school.read({ ...where, contentId })
      assert.equal(ended['status'], 2)
      assertInOrder(ended)
    }
    const summary = await school.summary(where)
    assert.deepEqual([summary['status'], summary['completionPercentage']], [2, 100])
  })
}

test('a server clock that was ten years ahead for a while freezes neither status, progress nor time spent', async (t) => {
  const school = await openMaths(t)
  school.clock.set(START + TEN_YEARS_MS)
  await school.ok('/v1/view/start', { ...where, contentId: 'c1', progressDetails: { page: 1 } })
  school.clock.set(START)
  const fields = { progress: 70, timespent: 30, progressDetails: { page: 2 } }
  await school.ok('/v1/view/update', { ...where, contentId: 'c1', ...fields })
  const view = await school.read({ ...where, contentId: 'c1' })
  assert.deepEqual([view['status'], view['progress'], view['timespent']], [1, 70, 30])
  t.diagnostic(
    `details shown afterwards: ${JSON.stringify(view['progressDetails'])}: the latest by its time, of the future`,
  )
  await school.ok('/v1/view/end', { ...where, contentId: 'c1' })
  const ended = await school.read({ ...where, contentId: 'c1' })
  assert.equal(ended['status'], 2)
  assertInOrder(ended)
})

test('the log keeps the order of receipt whatever the clock says', async (t) => {
  const school = await openMaths(t)
  const jumps = [0, -HOUR_MS, TEN_YEARS_MS, -2 * HOUR_MS, 0]
  for (const [index, jump] of jumps.entries()) {
    school.clock.set(START + jump)
    await school.ok('/v1/view/start', { ...where, userId: `learner-${String(index)}`, contentId: 'c1' })
  }
  const started = await school.logged('view-started')
  assert.deepEqual(
    started.map(({ userId }) => userId),
    jumps.map((_, index) => `learner-${String(index)}`),
  )
  assert.equal(school.waymark.store.behind(), 0)
})

test('a device ten years ahead is told to correct its clock; one an hour ahead counts as now and freezes nothing', async (t) => {
  const school = await openMaths(t)
  assert.equal(await sync(school, 'start', 'c1', START + TEN_YEARS_MS), '400 TIME_IN_FUTURE')
  assert.equal((await school.read({ ...where, contentId: 'c1' }))['status'], 0)
  assert.equal(await sync(school, 'start', 'c1', START + HOUR_MS), '200 null')
  school.clock.advance({ minutes: 1 })
  const details = { progressDetails: { page: 9 } }
  await school.ok('/v1/view/update', { ...where, contentId: 'c1', ...details })
  await school.ok('/v1/view/end', { ...where, contentId: 'c1' })
  const view = await school.read({ ...where, contentId: 'c1' })
  assert.deepEqual(
    [view['startedOn'], view['completedOn'], view['progressDetails']],
    [START, START + 60_000, { page: 9 }],
  )
})

test('a device ten years behind is believed, one that lost its clock is not; neither freezes what follows', async (t) => {
  const school = await openMaths(t)
  assert.equal(await sync(school, 'start', 'c1', 0), '400 TIME_TOO_EARLY')
  const then = START - TEN_YEARS_MS
  assert.equal(await sync(school, 'start', 'c1', then), '200 null')
  assert.equal(
    await sync(school, 'update', 'c1', then + 1, { timespent: 60, progressDetails: { page: 1 } }),
    '200 null',
  )
  await school.ok('/v1/view/update', { ...where, contentId: 'c1', progress: 50, progressDetails: { page: 2 } })
  await school.ok('/v1/view/end', { ...where, contentId: 'c1' })
  const view = await school.read({ ...where, contentId: 'c1' })
  assert.deepEqual([view['startedOn'], view['completedOn'], view['progressDetails']], [then, START, { page: 2 }])
  assertInOrder(view)
})

test('tokens follow the clock of the server, back as well, also those checked before', async (t) => {
  const school = await openMaths(t)
  const token = await school.token('asha', { lifetimeMs: HOUR_MS })
  const read = async (): Promise<string> => refusal(await school.post('/v1/view/read', where, { as: token }))
  assert.equal(await read(), '200 null')
  for (const [jump, expected] of [
    [2 * HOUR_MS, '401 TOKEN_EXPIRED'],
    [TEN_YEARS_MS, '401 TOKEN_EXPIRED'],
    [-HOUR_MS, '200 null'],
    [HOUR_MS / 2, '200 null'],
  ] as const) {
    school.clock.set(START + jump)
    assert.equal(await read(), expected, String(jump))
  }
})

test('the grace of an expired token for offline work follows the clock of the server', async (t) => {
  const school = await openMaths(t)
  const token = await school.token('asha', { lifetimeMs: HOUR_MS })
  const items = [{ op: 'start', id: '1', clientTime: START, contentId: 'c1', collectionId: 'maths' }]
  const send = async (): Promise<string> => refusal(await school.post('/v1/view/batch', { items }, { as: token }))
  for (const [days, expected] of [
    [29, '200 null'],
    [3652, '401 TOKEN_EXPIRED'],
    [29, '200 null'],
  ] as const) {
    school.clock.set(START + days * 24 * HOUR_MS)
    assert.equal(await send(), expected, String(days))
  }
})

test('the time to enrol follows the clock of the server, and opens again when that was wrong', async (t) => {
  const school = await openMaths(t)
  const dates = { startDate: '2026-02-01', enrollmentEndDate: '2026-03-10', endDate: '2026-06-30' }
  await school.call('PUT', '/v1/context/maths/batch', { request: { kind: 'batch', ...dates } })
  const enrol = async (userId: string): Promise<string> =>
    fault(await school.post('/v1/enrolment/enrol', { userId, collectionId: 'maths', contextId: 'batch' }))
  school.clock.set(START + TEN_YEARS_MS)
  assert.equal(await enrol('a'), '409 CONTEXT_ENDED request.contextId')
  school.clock.set(START - HOUR_MS)
  assert.match(await enrol('b'), /^200/)
  school.clock.set('2026-03-11T00:00:00Z')
  assert.equal(await enrol('c'), '409 ENROLMENT_CLOSED request.contextId')
})

test('who enrols, leaves and enrols again while the clock runs backwards is enrolled', async (t) => {
  const school = await openMaths(t)
  const acts = ['enrol', 'unenrol', 'enrol', 'unenrol', 'enrol']
  for (const [index, act] of acts.entries()) {
    school.clock.set(START - index * HOUR_MS)
    await school.ok(`/v1/enrolment/${act}`, where)
    assert.equal(String((await school.summary(where))['active']), String(act === 'enrol'))
  }
})

test('a publication that a jump dates before the former one completes nobody early and keeps nobody from completing', async (t) => {
  const school = await openMaths(t)
  school.clock.set(START - HOUR_MS)
  await school.publish('maths', [leaf('c1'), leaf('c2'), leaf('c3')])
  school.clock.advance({ seconds: 1 })
  await school.complete(where, 'c1', 'c2')
  const before = await school.summary(where)
  assert.deepEqual([before['status'], before['completionPercentage']], [1, 66])
  await school.complete(where, 'c3')
  const after = await school.summary(where)
  assert.deepEqual([after['status'], after['completionPercentage']], [2, 100])
  school.clock.set(START + HOUR_MS)
  assert.deepEqual(await school.summary(where), after)
})

test('days of 23 and 25 hours and a leap day are whole; times that the clocks skip or repeat are taken once', async (t) => {
  const school = await openMaths(t, { TIME_ZONE: 'Europe/Berlin' })
  const put = async (id: string, startDate: string, endDate: string): Promise<string> =>
    fault(await school.call('PUT', `/v1/context/maths/${id}`, { request: { kind: 'batch', startDate, endDate } }))
  const statusAt = async (id: string, time: string): Promise<unknown> => {
    school.clock.set(time)
    return (await school.get(`/v1/context/maths/${id}`))['status']
  }
  for (const [id, day, first, last] of [
    ['spring', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
    ['autumn', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    ['leap', '2028-02-29', '2028-02-28T23:00:00.000Z', '2028-02-29T22:59:59.999Z'],
  ] as const) {
    school.clock.set(START)
    assert.match(await put(id, day, day), /^201/)
    const [from, to] = [Date.parse(first), Date.parse(last)]
    t.diagnostic(`${day}: ${String((to + 1 - from) / HOUR_MS)} hours`)
    for (const [at, status] of [
      [from - 1, 'upcoming'],
      [from, 'ongoing'],
      [to, 'ongoing'],
      [to + 1, 'ended'],
    ] as const) {
      assert.equal(await statusAt(id, new Date(at).toISOString()), status, id)
    }
  }
  school.clock.set(START)
  assert.match(await put('no-leap', '2027-02-29', '2027-03-01'), /^400 INVALID_FIELD/)
  // 02:30 does not exist in spring, and is there twice in autumn.
  assert.match(await put('skipped', '2026-03-29T02:30:00', '2026-03-29T03:30:00'), /^(201|400 CONTEXT_DATES)/)
  assert.match(await put('repeated', '2026-10-25T02:30:00', '2026-10-25T02:30:01'), /^201/)
})

/** The library that moves the clock of a process, as Debian's package `faketime` installs it. */
function faketime(): string {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const path = `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`
  if (!existsSync(path))
    throw new Error(`this test moves the clock of a process with libfaketime: install the package faketime (${path})`)
  return path
}

interface Shifted {
  readonly server: Server
  /** Moves the clock of the server while it runs. */
  shift(offset: string): void
}

async function startShifted(offset: string): Promise<Shifted> {
  const library = faketime()
  const folder = folderOfThisFile()
  const file = join(folderOfThisFile(), 'offset')
  writeFileSync(file, offset)
  const settings = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
  const server = await startUnder({ settings }, folder)
  return {
    server,
    shift: (next) => {
      writeFileSync(file, next)
    },
  }
}

/** A client of a server whose clock is so many milliseconds off, with a token of the server's own time. */
async function shiftedClient({ server }: Shifted, offsetMs: number) {
  const client = await connect(server)
  const claims = {
    userId: 'test-service',
    role: 'service',
    collections: [],
    lifetimeMs: HOUR_MS,
    audience: 'waymark',
  } as const
  const token = await signToken(ownKey(server.folder), claims, Date.now() + offsetMs)
  const post = async (path: string, request: object): Promise<{ readonly status: string; readonly result: Json }> => {
    const headers = { authorization: `Bearer ${token}` }
    const reply = await client.send('POST', path, JSON.stringify({ request }), headers)
    const { params, result } = JSON.parse(reply.text) as { params: Json; result: Json }
    return { status: `${String(reply.status)} ${String(params['err'])}`, result }
  }
  return { post, client }
}

for (const [offset, offsetMs] of [
  ['-1h', -HOUR_MS],
  ['+10y', 10 * 365 * 24 * HOUR_MS],
] as const) {
  test(
    `a real server whose clock is ${offset} off serves, with tokens and times of its own clock`,
    { timeout: 30_000 },
    async (t) => {
      const shifted = await startShifted(offset)
      const { post, client } = await shiftedClient(shifted, offsetMs)
      for (const op of ['start', 'end']) {
        const { status } = await post(`/v1/view/${op}`, { userId: 'asha', contentId: 'c1' })
        assert.equal(status, '200 null')
      }
      const { result } = await post('/v1/view/read', { userId: 'asha', contentId: 'c1' })
      const view = (result['contents'] as unknown as readonly Json[])[0]
      assert.ok(view)
      assertInOrder(view)
      const off = Number(view['startedOn']) - Date.now() - offsetMs
      t.diagnostic(
        `started ${shifted.server.readyMs.toFixed(0)} ms after the command; its time is ${off.toFixed(0)} ms from the one set`,
      )
      assert.ok(Math.abs(off) < 10_000)
      client.close()
      assert.equal(await shifted.server.end('SIGTERM'), 0)
      assert.equal(shifted.server.stderr(), '')
    },
  )
}

test(
  'a real server whose clock jumps while it runs goes on: workers, health, tokens and its end',
  { timeout: 40_000 },
  async (t) => {
    const shifted = await startShifted('+0')
    const { server, shift } = shifted
    let writes = 0
    for (const [offset, offsetMs] of [
      ['+0', 0],
      ['-1h', -HOUR_MS],
      ['+10y', 10 * 365 * 24 * HOUR_MS],
      ['+0', 0],
    ] as const) {
      shift(offset)
      const { post, client } = await shiftedClient(shifted, offsetMs)
      await until(`the clock of the server is ${offset}`, 5_000, async () => {
        const { text } = await client.send('GET', '/health/live')
        return Math.abs(Date.parse(String((JSON.parse(text) as Json)['ts'])) - Date.now() - offsetMs) < 5_000
      })
      for (let count = 0; count < 20; count += 1) {
        const request = { userId: `learner-${String(writes)}`, contentId: 'c1' }
        assert.equal((await post('/v1/view/start', request)).status, '200 null')
        writes += 1
      }
      assert.equal((await client.send('GET', '/health/ready')).status, 200)
      await settled(client)
      client.close()
    }
    t.diagnostic(`${String(writes)} writes acknowledged over 3 jumps`)
    const { client, post } = await shiftedClient(shifted, 0)
    for (let number = 0; number < writes; number += 1) {
      const { result } = await post('/v1/view/read', { userId: `learner-${String(number)}`, contentId: 'c1' })
      assert.equal((result['contents'] as unknown as readonly Json[])[0]?.['status'], 1)
    }
    client.close()
    const begun = performance.now()
    assert.equal(await server.end('SIGTERM'), 0)
    assert.ok(performance.now() - begun < 5_000)
    assert.equal(server.stderr(), '')
  },
)
