/** What operators see of groups and dead letters over HTTP, and do with them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { BADGES_PLUGIN, openBadges, type Badges } from '../../test/support/badges.ts'
import { startApp, type Answered, type Json, type TestApp } from '../../test/support/app.ts'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'
import { EnrolmentCreated } from '../public-events/catalogue/waymark/enrolment.ts'

interface Installation {
  app: TestApp
  readonly badges: Badges
  /** Sends a request as an admin. */
  admin(method: string, url: string, request?: unknown): Promise<Answered>
  /** Enrols a learner, and waits until everybody was told. */
  enrol(userId: string, ...collectionIds: readonly string[]): Promise<void>
  /** Stops, and opens the same folder again. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>
}

const WITH_BADGES = { PLUGINS: BADGES_PLUGIN }

async function open(t: TestContext): Promise<Installation> {
  const badges = openBadges()
  process.env['BADGES_FOLDER'] = badges.folder
  const installation: Installation = {
    app: await startApp(WITH_BADGES),
    badges,
    admin: async (method, url, request) => {
      const { app } = installation
      const as = await app.token('root', { role: 'admin' })
      return app.call(method, url, request === undefined ? undefined : { request }, { as })
    },
    enrol: async (userId, ...collectionIds) => {
      const { app } = installation
      for (const collectionId of collectionIds) {
        const { status } = await app.call('POST', '/v1/enrolment/enrol', { request: { userId, collectionId } })
        assert.ok(status < 300, String(status))
      }
      await app.waymark.idle()
    },
    restart: async (settings = WITH_BADGES) => {
      const { app } = installation
      await app.waymark.stop()
      installation.app = await startApp(settings, app.clock, app.folder)
      await installation.app.waymark.idle()
    },
  }
  t.after(async () => {
    await installation.app.stop()
    badges.remove()
  })
  for (const id of ['maths', 'science']) {
    await installation.app.call('PUT', `/v1/collection/${id}`, { identifier: id, children: [{ identifier: 'c1' }] })
  }
  return installation
}

/** `CODE field` of a refusal. */
function refused({ status, body }: Answered): string {
  return `${String(status)} ${String(body.params.err)} ${String(body.result['field'] ?? '')}`.trim()
}

async function lettersOf({ admin }: Installation, query = ''): Promise<readonly Json[]> {
  const { status, body } = await admin('GET', `/v1/events/dead-letters${query}`)
  assert.equal(status, 200)
  return body.result['deadLetters'] as unknown as readonly Json[]
}

async function groupOf({ admin }: Installation, name: string): Promise<Json> {
  const { status, body } = await admin('GET', `/v1/events/groups/${name}`)
  assert.equal(status, 200)
  return body.result
}

/** An installation in which a badge failed, one waits behind it, and others were made. */
async function poisoned(t: TestContext): Promise<Installation & { readonly position: number }> {
  const installation = await open(t)
  installation.badges.breaks(true)
  await installation.enrol('poison', 'maths', 'science')
  await installation.enrol('asha', 'maths')
  const [letter] = await lettersOf(installation)
  return Object.assign(installation, { position: Number(letter?.['position']) })
}

test('a poisoned event is a dead letter with reason and stack; its key waits, others go on', async (t) => {
  const installation = await poisoned(t)
  const { admin, position, badges } = installation
  assert.deepEqual(badges.made(), ['asha maths'])
  const [letter, ...others] = await lettersOf(installation)
  assert.deepEqual(others, [])
  const { loggedAt, failedAt, ...head } = letter ?? {}
  assert.deepEqual(head, {
    group: 'badges',
    position,
    state: 'dead',
    type: EnrolmentCreated.type,
    tries: 1,
    reason: 'Error: no badge can be made',
  })
  assert.match(`${String(loggedAt)} ${String(failedAt)}`, /^\d{4}-\d\d-\d\dT\S+Z \d{4}-\d\d-\d\dT\S+Z$/)
  const { body } = await admin('GET', `/v1/events/dead-letters/badges/${String(position)}`)
  assert.match(String(body.result['reason']), /^Error: no badge can be made\n {4}at makeBadge \(.*badges\.ts/)
  const { waiting, dead, behind, running, paused, kind } = await groupOf(installation, 'badges')
  assert.deepEqual(
    { waiting, dead, behind, running, paused, kind },
    { waiting: 1, dead: 1, behind: 0, running: true, paused: false, kind: 'events' },
  )
})

test('a dead letter shows the event without personal data, and with them where that is asked for', async (t) => {
  const { admin, position } = await poisoned(t)
  const show = async (query: string): Promise<Json> =>
    (await admin('GET', `/v1/events/dead-letters/badges/${String(position)}${query}`)).body.result
  const personal = await show('?personal=true')
  const event = personal['event']
  assert.deepEqual(
    [event?.['type'], event?.['specversion'], event?.['minorversion']],
    [EnrolmentCreated.type, '1.0', 0],
  )
  const enrolment = { user_id: 'poison', collection_id: 'maths', context_id: 'maths' }
  assert.deepEqual(event?.['data'], { enrolment })
  assert.deepEqual([personal['key'], personal['topic']], ['poison', EnrolmentCreated.topics[0]])
  const hidden = await show('')
  const pseudonym = hidden['event']?.['data']?.['enrolment']?.['user_id']
  assert.deepEqual(hidden['event']?.['data'], { enrolment: { ...enrolment, user_id: pseudonym } })
  assert.equal(hidden['key'], pseudonym)
  assert.doesNotMatch(JSON.stringify({ ...hidden, reason: '' }), /poison/)
  assert.deepEqual(await show('?personal=false'), hidden)
})

test('redriven after its handler was mended, a dead letter is delivered, and what waited behind it in order', async (t) => {
  const installation = await poisoned(t)
  const { admin, position, badges, app } = installation
  const redrive = `/v1/events/dead-letters/badges/${String(position)}/redrive`
  assert.deepEqual((await admin('POST', redrive)).body.result, { state: 'waiting' })
  await app.waymark.idle()
  assert.equal((await lettersOf(installation)).length, 1)
  badges.breaks(false)
  assert.equal((await admin('POST', redrive)).status, 200)
  await app.waymark.idle()
  assert.deepEqual(badges.made(), ['asha maths', 'poison maths', 'poison science'])
  assert.deepEqual(await lettersOf(installation), [])
  assert.equal(refused(await admin('POST', redrive)), '404 DEAD_LETTER_NOT_FOUND path.position')
  const { waiting, dead } = await groupOf(installation, 'badges')
  assert.deepEqual([waiting, dead], [0, 0])
})

test('all dead letters of a group are driven again at once; one given up lets its key go on', async (t) => {
  const installation = await poisoned(t)
  const { admin, badges, app } = installation
  await installation.enrol('poison-2', 'maths', 'science')
  assert.equal((await lettersOf(installation)).length, 2)
  const drop = `/v1/events/dead-letters/badges/${String(installation.position)}`
  badges.breaks(false)
  assert.equal((await admin('DELETE', drop)).status, 200)
  await app.waymark.idle()
  assert.deepEqual(badges.made(), ['asha maths', 'poison science'])
  assert.equal(refused(await admin('DELETE', drop)), '404 DEAD_LETTER_NOT_FOUND path.position')
  const all = await admin('POST', '/v1/events/dead-letters/redrive', { group: 'badges' })
  assert.deepEqual(all.body.result, { redriven: 1, delivered: 0, waiting: 1, dead: 0 })
  await app.waymark.idle()
  assert.deepEqual(badges.made().slice(2), ['poison-2 maths', 'poison-2 science'])
})

test('what waits behind a dead letter is shown, goes on waiting when it is redriven, and is not dropped', async (t) => {
  const { admin, position, app } = await poisoned(t)
  const [behind] = await app.waymark.store.deliveries.held('badges', 1, position)
  const place = `/v1/events/dead-letters/badges/${String(behind?.seq)}`
  const { state, tries, reason } = (await admin('GET', place)).body.result
  assert.deepEqual([state, tries, reason], ['waiting', 0, undefined])
  assert.equal(refused(await admin('DELETE', place)), '409 EVENT_STILL_TRIED path.position')
  assert.deepEqual((await admin('POST', `${place}/redrive`)).body.result, { state: 'waiting' })
})

test('a paused group is delivered nothing, also after a restart, until it is resumed', async (t) => {
  const installation = await open(t)
  const { admin, badges, enrol } = installation
  await enrol('asha', 'maths')
  const paused = await admin('POST', '/v1/events/groups/badges/pause', { reason: 'the printer is empty' })
  assert.deepEqual([paused.body.result['paused'], paused.body.result['reason']], [true, 'the printer is empty'])
  await enrol('rahul', 'maths')
  await installation.restart()
  await enrol('meera', 'maths')
  assert.deepEqual(badges.made(), ['asha maths'])
  const { behind, reason } = await groupOf(installation, 'badges')
  assert.deepEqual([behind, reason], [2, 'the printer is empty'])
  const resumed = await admin('POST', '/v1/events/groups/badges/resume')
  assert.deepEqual([resumed.body.result['paused'], resumed.body.result['reason']], [false, undefined])
  await installation.app.waymark.idle()
  assert.deepEqual(badges.made(), ['asha maths', 'rahul maths', 'meera maths'])
  const unsaid = await admin('POST', '/v1/events/groups/badges/pause', {})
  assert.equal(unsaid.body.result['reason'], 'an operator paused it')
})

test('a group is replayed from a position or a time: what it handled from there on is handled again', async (t) => {
  const installation = await open(t)
  const { admin, badges, app, enrol } = installation
  await enrol('asha', 'maths')
  app.clock.advance({ minutes: 1 })
  const time = new Date(app.clock.nowMs()).toISOString()
  await enrol('rahul', 'maths')
  const replay = async (from: unknown): Promise<readonly string[]> => {
    const before = badges.made().length
    const { status, body } = await admin('POST', '/v1/events/groups/badges/replay', { from })
    assert.equal(status, 200, JSON.stringify(body))
    await app.waymark.idle()
    return badges.made().slice(before)
  }
  const { events } = app.waymark.store
  const last = await events.last()
  const rahul = (await events.read(0, 10, EnrolmentCreated.topics)).find(({ key }) => key === 'rahul')
  assert.deepEqual(await replay({ position: 0 }), ['asha maths', 'rahul maths'])
  assert.deepEqual(await replay({ time }), ['rahul maths'])
  assert.deepEqual(await replay({ time: '2000-01-01T00:00:00+05:30' }), ['asha maths', 'rahul maths'])
  assert.deepEqual(await replay({ position: rahul?.seq }), ['rahul maths'])
  assert.deepEqual(await replay({ position: last + 1 }), [])
})

test('a group that is new begins where it was replayed from, once something consumes under its name', async (t) => {
  const installation = await open(t)
  const { admin, badges, enrol } = installation
  await installation.restart({})
  await enrol('asha', 'maths')
  const position = (await installation.app.waymark.store.events.last()) + 1
  await enrol('rahul', 'maths')
  assert.deepEqual(badges.made(), [])
  assert.equal((await admin('DELETE', '/v1/events/groups/badges')).status, 200)
  assert.equal(refused(await admin('GET', '/v1/events/groups/badges')), '404 GROUP_NOT_FOUND path.group')
  const { body } = await admin('POST', '/v1/events/groups/badges/replay', { from: { position } })
  const { name, running, position: stands } = body.result
  assert.deepEqual([name, running, stands], ['badges', false, position - 1])
  await installation.restart()
  assert.deepEqual(badges.made(), ['rahul maths'])
})

test('dead letters are listed page by page, of one group or of all', async (t) => {
  const installation = await poisoned(t)
  const { admin, enrol } = installation
  for (const name of ['a', 'b', 'c']) await enrol(`poison-${name}`, 'maths')
  const all = await lettersOf(installation)
  assert.equal(all.length, 4)
  const found: Json[] = []
  let cursor = ''
  do {
    const { body } = await admin('GET', `/v1/events/dead-letters?group=badges&limit=3${cursor}`)
    found.push(...(body.result['deadLetters'] as unknown as readonly Json[]))
    cursor = body.result['nextCursor'] === undefined ? '' : `&cursor=${String(body.result['nextCursor'])}`
  } while (cursor !== '')
  assert.deepEqual(found, all)
  assert.deepEqual(await lettersOf(installation, '?group=relay'), [])
})

test("dead letters of Waymark's own workers are shown, driven again and given up like those of groups", async (t) => {
  const installation = await open(t)
  const { admin, enrol, app } = installation
  await enrol('asha', 'maths')
  await enrol('rahul', 'maths')
  const { log, events } = app.waymark.store
  const [first, second] = await log.read(0, 2, ['enrolment-created'])
  assert.ok(first !== undefined && second !== undefined)
  for (const entry of [first, second]) await log.park('relay', entry, 'Error: the log was full\n    at append')
  await log.park('aggregate', first, 'Error: no summary')
  assert.deepEqual(
    (await lettersOf(installation)).map(({ group, position, state, type, reason }) => [
      group,
      position,
      state,
      type,
      reason,
    ]),
    [
      ['aggregate', first.seq, 'dead', 'enrolment-created', 'Error: no summary'],
      ['relay', first.seq, 'dead', 'enrolment-created', 'Error: the log was full'],
      ['relay', second.seq, 'dead', 'enrolment-created', 'Error: the log was full'],
    ],
  )
  const place = `/v1/events/dead-letters/relay/${String(first.seq)}`
  const { entry } = (await admin('GET', `${place}?personal=true`)).body.result
  assert.deepEqual(entry, { type: 'enrolment-created', userId: 'asha', collectionId: 'maths', contextId: 'maths' })
  assert.doesNotMatch((await app.raw(await asAdmin(app, place))).text, /asha/)
  const { kind, dead, running } = await groupOf(installation, 'relay')
  assert.deepEqual([kind, dead, running], ['worker', 2, true])

  const before = await events.last()
  const driven = await admin('POST', `${place}/redrive`)
  assert.deepEqual(driven.body.result, { state: 'delivered' })
  assert.deepEqual(
    (await events.read(before, 10)).map(({ key }) => key),
    ['asha'],
  )
  assert.equal((await admin('DELETE', `/v1/events/dead-letters/relay/${String(second.seq)}`)).status, 200)
  const all = await admin('POST', '/v1/events/dead-letters/redrive', { group: 'aggregate' })
  assert.deepEqual(all.body.result, { redriven: 1, delivered: 1, waiting: 0, dead: 0 })
  assert.deepEqual(await lettersOf(installation), [])
})

async function asAdmin(app: TestApp, url: string) {
  return {
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${await app.token('root', { role: 'admin' })}` },
  } as const
}

test('an entry that nobody could read is shown without its text, fails again, and is handled once it can be read', async (t) => {
  const installation = await open(t)
  const { admin, app } = installation
  const text = '{"type":"enrolment-praised","userId":"asha"}'
  const occurrence = { type: 'unreadable', text, reason: 'its type is not known' } as const
  await app.waymark.store.log.park('relay', { seq: 1, at: 1, occurrence }, 'the log entry cannot be read')
  const place = '/v1/events/dead-letters/relay/1'
  assert.deepEqual((await admin('GET', place)).body.result['entry'], { type: 'unreadable', reason: occurrence.reason })
  assert.deepEqual((await admin('GET', `${place}?personal=true`)).body.result['entry'], { ...occurrence })
  const { state, reason } = (await admin('POST', `${place}/redrive`)).body.result
  assert.equal(state, 'dead')
  assert.match(String(reason), /cannot be read: its type is not known/)
  // As a version would that knows this type.
  const database = new DatabaseSync(join(app.folder, 'waymark.db'))
  const read = { type: 'enrolment-created', userId: 'asha', collectionId: 'maths', contextId: 'maths' }
  database.prepare('UPDATE dead_letter SET data = ?').run(JSON.stringify(read))
  database.close()
  assert.deepEqual((await admin('POST', `${place}/redrive`)).body.result, { state: 'delivered' })
  assert.equal(await app.waymark.store.events.last(), 1)
})

test('letters of a worker that this mode has not can be seen and given up, not driven', async (t) => {
  const installation = await open(t)
  const { admin, app, enrol } = installation
  await enrol('asha', 'maths')
  const [entry] = await app.waymark.store.log.read(0, 1)
  assert.ok(entry !== undefined)
  await app.waymark.store.log.park('carry-over', entry, 'Error: no rules')
  const { running, kind, dead } = await groupOf(installation, 'carry-over')
  assert.deepEqual([running, kind, dead], [false, 'worker', 1])
  const place = `/v1/events/dead-letters/carry-over/${String(entry.seq)}`
  assert.equal(refused(await admin('POST', `${place}/redrive`)), '409 GROUP_NOT_RUNNING path.group')
  const all = { group: 'carry-over' }
  assert.equal(
    refused(await admin('POST', '/v1/events/dead-letters/redrive', all)),
    '409 GROUP_NOT_RUNNING request.group',
  )
  assert.equal((await admin('DELETE', place)).status, 200)
})

test('groups are listed with the workers, and figures tell of each without any learner', async (t) => {
  const installation = await poisoned(t)
  const { admin, app } = installation
  const { body } = await admin('GET', '/v1/events/groups')
  const groups = body.result['groups'] as unknown as readonly Json[]
  assert.deepEqual(
    groups.map(({ name, kind, running }) => [name, kind, running]),
    [
      ['badges', 'events', true],
      ['aggregate', 'worker', true],
      ['republish', 'worker', true],
      ['relay', 'worker', true],
    ],
  )
  for (const { name, behind } of groups) assert.equal(behind, 0, String(name))
  const { text } = await app.raw({ method: 'GET', url: '/metrics' })
  assert.match(text, /^waymark_group_dead\{group="badges"\} 1$/m)
  assert.match(text, /^waymark_group_waiting\{group="badges"\} 1$/m)
  assert.match(text, /^waymark_group_behind\{group="relay"\} 0$/m)
  assert.doesNotMatch(text, /poison|asha/)
})

test('the log of events is read on from a position, by topics, without personal data unless they are asked for', async (t) => {
  const { app, enrol } = await open(t)
  await enrol('asha', 'maths')
  const read = async (query: string): Promise<Json> => (await app.call('GET', `/v1/events/log${query}`)).body.result
  const [topic] = EnrolmentCreated.topics
  const all = await read('?personal=true')
  const told = all['events'] as unknown as readonly Json[]
  const created = told.find(({ event }) => String(event?.['type']) === EnrolmentCreated.type)
  assert.equal(created?.['event']?.['data']?.['enrolment']?.['user_id'], 'asha')
  assert.deepEqual([created?.['topic'], created?.['key']], [topic, 'asha'])
  assert.doesNotMatch(JSON.stringify(await read('')), /asha/)
  assert.deepEqual([all['next'], all['last']], [told.at(-1)?.['position'], told.at(-1)?.['position']])
  const one = await read(`?topic=${String(topic)}&limit=1`)
  assert.equal((one['events'] as unknown as readonly Json[]).length, 1)
  assert.equal(one['next'], (one['events'] as unknown as readonly Json[])[0]?.['position'])
  const none = await read(`?topic=nothing&topic=nobody`)
  assert.deepEqual([none['events'], none['next']], [[], all['last']])
  const behind = await read(`?after=${String(all['next'])}`)
  assert.deepEqual([behind['events'], behind['next']], [[], all['next']])
})

test('every refusal names its code and its field', async (t) => {
  const { admin, app } = await poisoned(t)
  const groups = '/v1/events/groups'
  const letters = '/v1/events/dead-letters'
  const from = (value: unknown): readonly [string, string, unknown] => [
    'POST',
    `${groups}/badges/replay`,
    { from: value },
  ]
  const ahead = new Date(app.clock.nowMs() + 1).toISOString()
  const cases: readonly (readonly [request: readonly [string, string, unknown?], expected: string])[] = [
    [['GET', `${groups}/nobody`], '404 GROUP_NOT_FOUND path.group'],
    [['GET', `${groups}/No%20Group`], '400 INVALID_FIELD path.group'],
    [['POST', `${groups}/nobody/pause`, {}], '404 GROUP_NOT_FOUND path.group'],
    [['POST', `${groups}/nobody/resume`], '404 GROUP_NOT_FOUND path.group'],
    [['POST', `${groups}/badges/pause`], '400 EMPTY_BODY'],
    [['POST', `${groups}/badges/pause`, { reason: '' }], '400 INVALID_FIELD request.reason'],
    [['POST', `${groups}/badges/pause`, { why: 'x' }], '400 UNKNOWN_FIELD request.why'],
    [['POST', `${groups}/relay/pause`, {}], '409 GROUP_BUILT_IN path.group'],
    [['POST', `${groups}/carry-over/resume`], '409 GROUP_BUILT_IN path.group'],
    [['POST', `${groups}/aggregate/replay`, { from: { position: 0 } }], '409 GROUP_BUILT_IN path.group'],
    [['DELETE', `${groups}/republish`], '409 GROUP_BUILT_IN path.group'],
    [['DELETE', `${groups}/badges`], '409 GROUP_RUNNING path.group'],
    [['DELETE', `${groups}/nobody`], '404 GROUP_NOT_FOUND path.group'],
    [['POST', `${groups}/badges/replay`, {}], '400 MISSING_FIELD request.from'],
    [from({}), '400 MISSING_FIELD request.from'],
    [from({ position: 0, time: '2026-01-01T00:00:00Z' }), '400 CONFLICTING_FIELDS request.from'],
    [from({ position: -1 }), '400 INVALID_FIELD request.from.position'],
    [from({ position: 1.5 }), '400 INVALID_FIELD request.from.position'],
    [from({ position: 1_000 }), '400 INVALID_FIELD request.from.position'],
    [from({ time: 'yesterday' }), '400 INVALID_FIELD request.from.time'],
    [from({ time: '2026-01-01T00:00:00' }), '400 INVALID_FIELD request.from.time'],
    [from({ time: ahead }), '400 TIME_IN_FUTURE request.from.time'],
    [from({ offset: 1 }), '400 UNKNOWN_FIELD request.from.offset'],
    [['GET', `${letters}?group=nobody`], '404 GROUP_NOT_FOUND query.group'],
    [['GET', `${letters}?group=A`], '400 INVALID_FIELD query.group'],
    [['GET', `${letters}?limit=0`], '400 INVALID_FIELD query.limit'],
    [['GET', `${letters}?limit=201`], '400 INVALID_FIELD query.limit'],
    [['GET', `${letters}?cursor=bogus`], '400 INVALID_CURSOR query.cursor'],
    [['GET', `${letters}?cursor=WzEsMl0`], '400 INVALID_CURSOR query.cursor'],
    [['GET', `${letters}/badges/999`], '404 DEAD_LETTER_NOT_FOUND path.position'],
    [['GET', `${letters}/badges/first`], '400 INVALID_FIELD path.position'],
    [['GET', `${letters}/badges/9999999999999999`], '400 INVALID_FIELD path.position'],
    [['GET', `${letters}/badges/1?personal=yes`], '400 INVALID_FIELD query.personal'],
    [['GET', `${letters}/nobody/1`], '404 GROUP_NOT_FOUND path.group'],
    [['POST', `${letters}/nobody/1/redrive`], '404 GROUP_NOT_FOUND path.group'],
    [['POST', `${letters}/badges/999/redrive`], '404 DEAD_LETTER_NOT_FOUND path.position'],
    [['POST', `${letters}/badges/-1/redrive`], '400 INVALID_FIELD path.position'],
    [['POST', `${letters}/redrive`, {}], '400 MISSING_FIELD request.group'],
    [['POST', `${letters}/redrive`, { group: 'nobody' }], '404 GROUP_NOT_FOUND request.group'],
    [['DELETE', `${letters}/nobody/1`], '404 GROUP_NOT_FOUND path.group'],
    [['DELETE', `${letters}/badges/999`], '404 DEAD_LETTER_NOT_FOUND path.position'],
    [['DELETE', `${letters}/badges/x`], '400 INVALID_FIELD path.position'],
    [['GET', '/v1/events/log?after=-1'], '400 INVALID_FIELD query.after'],
    [['GET', '/v1/events/log?topic='], '400 INVALID_FIELD query.topic'],
    [['GET', '/v1/events/log?limit=201'], '400 INVALID_FIELD query.limit'],
    [['GET', '/v1/events/log?form=0'], '400 UNKNOWN_FIELD query.form'],
  ]
  for (const [[method, url, request], expected] of cases) {
    const came = await admin(method, url, request)
    assert.equal(refused(came), expected, `${method} ${url} ${JSON.stringify(request)}`)
  }
})

test("a plugin's group may not have the name of one of Waymark's own workers", async () => {
  const plugin = join(import.meta.dirname, '../../test/fixtures/plugins/named-relay.ts')
  await assert.rejects(startApp({ PLUGINS: plugin }, new SimulatedClock()), /WAYMARK_PLUGINS: relay is the name of/)
})
