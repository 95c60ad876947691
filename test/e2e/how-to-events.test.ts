/** The how-to on public events: its code is compiled and run as it stands, and what it says of an event's cost is shown. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import type { EventReport } from '../../src/commands/events/reports.ts'
import { HowToPage } from '../support/how-to-page.ts'
import { BIN, environment, run, startServer } from '../support/process.ts'

const TYPE = 'org.example.learning.badge.awarded.v1'
const EVENTS = 'plugins/badges/events.ts'
const AWARD = 'plugins/badges/award.ts'

const page = new HowToPage('docs/how-to/public-events.md')
after(() => {
  page.remove()
})
const SETTINGS = { WAYMARK_PLUGINS: page.file('plugins/badges/plugin.ts'), WAYMARK_DATA: page.file('data') }

async function reportOf(type: string): Promise<EventReport | undefined> {
  const { code, stdout, stderr } = await run(['events', 'docs', '--format', 'json'], SETTINGS)
  assert.equal(code, 0, stderr)
  return (JSON.parse(stdout) as readonly EventReport[]).find((report) => report.type === type)
}

test('the code of the page compiles under our own rules, and its tests pass', async () => {
  page.write('plugins/badges/wrong.ts', 'export const wrong: string = 1\n')
  assert.match((await page.compile()).text, /wrong\.ts/)
  page.write('plugins/badges/wrong.ts', '')
  await page.passes(4)
})

test('the routes of the page are taken by a bus, and by a server with the plugin', async () => {
  const routes = /```json\n([^]*?)```/.exec(page.text)?.[1] ?? ''
  page.write('routes.json', routes)
  const code = `import { testBus } from 'waymark/events/testing'
    import { BADGE_EVENTS } from './${EVENTS}'
    await testBus({ events: BADGE_EVENTS, routes: JSON.parse(process.argv[1]) }).close()`
  assert.deepEqual(await page.tool('node', '--input-type=module', '-e', code, routes), { failed: false, text: '' })
  const server = await startServer({ ...SETTINGS, WAYMARK_EVENT_ROUTES: page.file('routes.json') }, page.file('data'))
  assert.equal(await server.end('SIGTERM'), 0)
})

test('the commands of the page know the plugin: documents, lists, schemas', async () => {
  const badge = await reportOf(TYPE)
  const consumers = badge?.consumers.map(({ name }) => name)
  assert.deepEqual([badge?.sentBy, consumers], [['plugin badges'], ['receiver:badge-mail']])
  const out = page.file('events.md')
  const written = await run(['events', 'docs', '--out', out], SETTINGS)
  assert.deepEqual([written.code, written.stdout], [0, ''])
  const document = readFileSync(out, 'utf8')
  assert.match(document, new RegExp(`### \`${TYPE}\`[^]*\\| \`badge.motto\` \\| string, may be null \\| free-text`))
  assert.match((await run(['events', 'list'], SETTINGS)).stdout, /badge.awarded.v1 .* badge.user_id\n/)
  assert.match((await run(['events', 'schema', TYPE], SETTINGS)).stdout, /"namespace": "org.example/)
  const unknown = await run(['events', 'schema', TYPE])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /is no event of this installation/)
})

test('the schemas of a plugin are stored in a folder of its own, and held to', async () => {
  for (const [command, code, said] of [
    ['check', 1, /is not stored/],
    ['snapshot', 0, /^stored org.example.learning.badge.awarded.v1 0\n$/],
    ['check', 0, /stored schemas hold/],
  ] as const) {
    const finished = await run(['events', command], SETTINGS)
    assert.equal(finished.code, code)
    assert.match(finished.stdout + finished.stderr, said)
  }
  assert.ok(existsSync(page.file(`plugins/badges/schemas/${TYPE}/0.avsc`)))
})

const FURTHER = `
export const BadgeTakenBack = definePublicEvent({
  type: 'org.example.learning.badge.taken_back.v1',
  minor: 0,
  description: 'A learner lost a badge, by leaving the collection.',
  producer: 'badges',
  key: 'badge.user_id',
  topics: ['learning-badge-lifecycle'],
  data: {
    badge: record('BadgeTakenBackData', 'The badge that was lost.', {
      user_id: field(UserId, 'the learner', { pii: 'identifier' }),
      collection_id: field(CollectionId, 'collection that it was earned in'),
    }),
  },
  since: '1.1.0',
})

export const BADGE_EVENTS = [BadgeAwarded, BadgeTakenBack]`

const FURTHER_CALL = `.apply(EnrolmentRemoved, (commit, { enrolment: { user_id, collection_id } }) => {
  commit.emit(BadgeTakenBack, { badge: { user_id, collection_id } })
})
`

const FURTHER_TEST = `
import { test } from 'node:test'
import { EnrolmentRemoved } from 'waymark/events'
import { fake, roundTrip, testBus } from 'waymark/events/testing'
import { BadgeTakenBack } from './events.ts'
import { plugin } from './plugin.ts'

test('whoever leaves loses the badge', async () => {
  await using bus = testBus({ plugins: [plugin] })
  await bus.emit(EnrolmentRemoved, fake(EnrolmentRemoved, { enrolment: { user_id: 'asha' } }))
  await bus.settled()
  bus.expectEmitted(BadgeTakenBack, [{ badge: { user_id: 'asha' } }])
  roundTrip(BadgeTakenBack)
})
`

test('a further event takes one catalogue file and one call', async () => {
  page.edit(EVENTS, '\nexport const BADGE_EVENTS = [BadgeAwarded]', FURTHER)
  page.edit(AWARD, /\n$/, FURTHER_CALL)
  page.edit(AWARD, 'CollectionCompleted, consumerGroup', 'CollectionCompleted, consumerGroup, EnrolmentRemoved')
  page.edit(AWARD, 'BadgeAwarded, BadgeId', 'BadgeAwarded, BadgeId, BadgeTakenBack')
  page.write('plugins/badges/taken-back.test.ts', FURTHER_TEST)
  await page.passes(5)
  const report = await reportOf('org.example.learning.badge.taken_back.v1')
  assert.deepEqual([report?.sentBy, report?.minors], [['plugin badges'], [{ minor: 0, added: [] }]])
  assert.match((await run(['events', 'snapshot'], SETTINGS)).stdout, /^stored .*\.badge.taken_back.v1 0\n$/)
})

test('a further minor reads what the last one wrote, and what it added is told', async () => {
  const waymark = (arguments_: readonly string[], input: string | Buffer): Buffer => {
    const { status, stdout, stderr } = spawnSync(BIN, arguments_, { input, env: environment(SETTINGS) })
    assert.equal(status, 0, stderr.toString())
    return stdout
  }
  const where = { user_id: 'asha', collection_id: 'maths' }
  const earned = { ...where, badge_id: 'finisher', earned_at: '2026-01-05T08:00:00+00:00' }
  const framed = waymark(['events', 'encode', TYPE], JSON.stringify({ badge: earned }))
  page.edit(EVENTS, 'minor: 0,', 'minor: 1,')
  page.edit(EVENTS, /(?= {6}motto: opt)/, "      colour: opt(string, 'its colour; null: none'),\n")
  assert.equal((await page.compile()).text, '')
  const decoded = JSON.parse(
    waymark(['events', 'decode', '--type', TYPE, '--minor', '0'], framed).toString(),
  ) as unknown
  assert.deepEqual(decoded, { type: TYPE, minor: 0, data: { badge: { ...earned, colour: null, motto: null } } })
  const minors = (await reportOf(TYPE))?.minors.map(({ added }) => added)
  assert.deepEqual(minors, [[], ['badge.colour']])
  assert.match((await run(['events', 'check'], SETTINGS)).stderr, /badge.awarded.v1 1 is not stored/)
})
