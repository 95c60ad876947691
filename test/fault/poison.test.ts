/**
 * Entries of the log that cannot be read are put aside, each with its reason, and stop nothing (reliability K15,
 * invariant 16). They are written straight into the file of a stopped store: Waymark itself writes none.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { startApp, type TestApp } from '../support/app.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { folderOfThisFile, runWithin } from './support-server.ts'
import { seeded } from '../../src/demo/random.ts'
import { AGGREGATOR } from '../../src/workers/aggregate.ts'
import { isCaughtUp } from '../../src/workers/consumer.ts'
import { REPUBLISHER } from '../../src/workers/republish.ts'

const SEED = Number(process.env['POISON_SEED'] ?? 20_260_301)
const GOOD = Number(process.env['POISON_GOOD'] ?? 3_000)

const where = { userId: 'nobody', collectionId: 'maths', contextId: 'maths' }

/** One of each kind, and what its dead letter says. */
const POISON: readonly (readonly [kind: string, text: string, reason: RegExp])[] = [
  ['broken JSON', '{"type":"view-started","userId":', /it is not JSON/],
  ['no text at all', '', /it is not JSON/],
  ['null', 'null', /it is not an object/],
  ['a list', '[]', /it is not an object/],
  ['a number', '7', /it is not an object/],
  ['no type', JSON.stringify(where), /its type is not known/],
  ['an unknown type', JSON.stringify({ type: 'view-praised', ...where }), /its type is not known/],
  ['the name of an inherited property', JSON.stringify({ type: 'toString', ...where }), /its type is not known/],
  ['a missing field', JSON.stringify({ type: 'view-started', ...where }), /contentId is not an id/],
  [
    'a learner that is null',
    JSON.stringify({ type: 'enrolment-created', ...where, userId: null }),
    /userId is not an id/,
  ],
  [
    'a learner that is a number',
    JSON.stringify({ type: 'enrolment-created', ...where, userId: 5 }),
    /userId is not an id/,
  ],
  [
    'a time that is text',
    JSON.stringify({ type: 'view-ended', ...where, contentId: 'c1', completedAt: 'now' }),
    /completedAt is not a number/,
  ],
  ['a list of learners', JSON.stringify({ type: 'enrolment-created', ...where, userId: ['a'] }), /userId is not an id/],
  [
    'a collection that is missing',
    JSON.stringify({ type: 'collection-published', publication: 1 }),
    /collectionId is not an id/,
  ],
  [
    'a huge id',
    JSON.stringify({ type: 'enrolment-created', ...where, userId: 'x'.repeat(1_000_000) }),
    /userId is not an id/,
  ],
  ['deep nesting', '['.repeat(100_000), /it is not JSON/],
]
/** Each reads its own types alone, so each finds the poison among those. */
const CONSUMERS = [
  { reader: AGGREGATOR, type: 'view-ended' },
  { reader: REPUBLISHER, type: 'collection-published' },
]

/** The type that stands beside a text. */
function typeBeside(text: string): string {
  return text.includes('collection-published') ? 'collection-published' : 'view-ended'
}

interface Poisoned {
  readonly folder: string
  /** Text by position. */
  readonly poison: ReadonlyMap<number, string>
  readonly app: TestApp
  /** Milliseconds until everything was handled. */
  readonly handledMs: number
}

/** A store whose workers have yet to read good entries with poison at random places among them, opened again. */
async function openPoisoned(t: TestContext): Promise<Poisoned> {
  const folder = folderOfThisFile()
  const first = await startApp({}, new SimulatedClock(), folder)
  const content = { identifier: 'maths', children: [{ identifier: 'c1' }, { identifier: 'c2' }] }
  await first.call('PUT', '/v1/collection/maths', { request: { content } })
  await first.waymark.idle()
  await first.waymark.stop()
  const poison = insert(join(folder, 'waymark.db'))

  const begun = performance.now()
  const app = await startApp({}, new SimulatedClock(), folder)
  t.after(() => app.stop())
  await Promise.race([
    app.waymark.idle(),
    new Promise((_resolve, reject) => setTimeout(reject, 20_000, new Error('the workers are stuck')).unref()),
  ])
  return { folder, poison, app, handledMs: performance.now() - begun }
}

/** Good entries with their rows, and poison. Raw rows and log are what the server would have written. */
function insert(path: string): ReadonlyMap<number, string> {
  const random = seeded(SEED).next
  const database = new DatabaseSync(path)
  const view = database.prepare(
    `INSERT INTO view (participation, content, started_at, last_access_at, progress, timespent_s)
     VALUES (?, (SELECT content FROM content WHERE content_id = 'c1'), 1000, 1000, 0, 0)`,
  )
  const participation = database.prepare(
    "INSERT INTO participation (user_id, collection_id, context_id, member) VALUES (?, 'maths', 'maths', 1)",
  )
  const log = database.prepare("INSERT INTO log (at, type, key, data) VALUES (1000, ?, '', ?)")
  const poison = new Map<number, string>()
  const waiting = POISON.map(([, text]) => ({ text, before: Math.floor(random() * GOOD) }))
  database.exec("BEGIN; INSERT INTO content (content_id) VALUES ('c1') ON CONFLICT DO NOTHING")
  for (let count = 0; count < GOOD; count += 1) {
    for (const { text, before } of waiting) {
      if (before === count) poison.set(Number(log.run(typeBeside(text), text).lastInsertRowid), text)
    }
    const userId = `learner-${String(count)}`
    view.run(participation.run(userId).lastInsertRowid)
    log.run('view-started', JSON.stringify({ type: 'view-started', ...where, userId, contentId: 'c1' }))
  }
  database.exec('COMMIT')
  database.close()
  return poison
}

test(
  'poison at random places stops neither the start nor a worker: every good entry is applied',
  { timeout: 40_000 },
  async (t) => {
    const { app, poison, handledMs } = await openPoisoned(t)
    t.diagnostic(
      `POISON_SEED=${String(SEED)}: ${String(GOOD)} good entries, ${String(poison.size)} poisoned; all handled ${handledMs.toFixed(0)} ms after the start`,
    )
    assert.equal(poison.size, POISON.length)
    const database = new DatabaseSync(join(app.folder, 'waymark.db'), { readOnly: true })
    const counted = database.prepare('SELECT count(*) AS n FROM summary WHERE status = 1').get()?.['n']
    database.close()
    assert.equal(counted, GOOD)
    assert.equal(app.waymark.store.behind(), 0)
    // A retry with its waits would take seconds for each.
    assert.ok(handledMs < 10_000, `${String(handledMs)} ms`)
  },
)

test(
  'every poisoned entry is a dead letter of the worker that reads it, as it was, with the reason; nothing else is',
  { timeout: 40_000 },
  async (t) => {
    const { app, poison } = await openPoisoned(t)
    for (const { reader, type } of CONSUMERS) {
      const letters = await app.waymark.store.log.deadLetters({ consumer: reader.name, limit: 1_000 })
      const expected = [...poison].filter(([, text]) => typeBeside(text) === type).map(([seq]) => seq)
      assert.ok(expected.length > 0)
      assert.deepEqual(
        letters.map(({ entry }) => entry.seq),
        expected,
      )
      for (const { entry, reason } of letters) {
        const [kind, text, expected] = POISON.find(([, text]) => text === poison.get(entry.seq)) ?? ['', '', /never/]
        assert.match(reason, expected, kind)
        assert.deepEqual(entry.occurrence.type === 'unreadable' && entry.occurrence.text, text, kind)
      }
      assert.ok(await isCaughtUp(app.waymark.store.log, reader))
    }
  },
)

test('what is written after the poison is read at once, and counts', { timeout: 40_000 }, async (t) => {
  const { app } = await openPoisoned(t)
  const begun = performance.now()
  for (const op of ['start', 'end']) {
    const request = { userId: 'learner-0', collectionId: 'maths', contentId: 'c2' }
    assert.equal((await app.call('POST', `/v1/view/${op}`, { request })).status, 200)
  }
  const request = { userId: 'learner-0', collectionId: 'maths' }
  const { body } = await app.call('POST', '/v1/summary/read', { request })
  assert.equal(body.result['completionPercentage'], 50)
  await app.waymark.idle()
  assert.ok(performance.now() - begun < 5_000)
})

test(
  'what a poisoned entry would have caused is made good by doctor --verify, which names the letters',
  { timeout: 40_000 },
  async (t) => {
    const { app, folder, poison } = await openPoisoned(t)
    await app.waymark.stop()
    // A row whose entry was destroyed: no worker will ever hear of it.
    const database = new DatabaseSync(join(folder, 'waymark.db'))
    database.exec(`UPDATE view SET completed_at = 1000, progress = 100
      WHERE participation = (SELECT participation FROM participation WHERE user_id = 'learner-7')`)
    database.close()
    const settings = { WAYMARK_DATA: folder }
    const first = await runWithin(30_000, ['doctor', '--verify', '--json'], settings)
    const report = JSON.parse(first.stdout) as {
      checks: { check: string; detail: string }[]
      findings: { found: string; repaired: boolean }[]
    }
    assert.deepEqual(report.findings, [
      { check: 'a summary equals what its raw rows say', found: 'maths / maths of learner-7', repaired: true },
    ])
    for (const { reader, type } of CONSUMERS) {
      const check = report.checks.find(({ check }) => check === `worker ${reader.name}`)
      const count = [...poison.values()].filter((text) => typeBeside(text) === type).length
      assert.equal(check?.detail, `caught up, ${String(count)} entries put aside`)
    }
    // They stay until somebody drives them again or gives them up, so doctor goes on to name them.
    assert.equal(first.code, 1)
  },
)
