import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startApp, type Answered, type TestApp } from '../../../test/support/app.ts'
import { day, furnish, MATHS_1, MATHS_2, play, rowsIn } from '../../../test/support/mode-school.ts'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { MODES, type Mode } from '../../domain/progress/mode.ts'
import { differenceText, type DifferenceRow } from './report.ts'

const SUMMARIES = 'SELECT * FROM summary ORDER BY participation'
const PLACES = `SELECT DISTINCT collection_id AS collectionId, context_id AS contextId
  FROM participation JOIN summary USING (participation) ORDER BY 1, 2`
const STATE = `SELECT 'log' AS name, max(seq) AS value FROM log UNION ALL SELECT name, value FROM meta`

function query(folder: string, sql: string): readonly unknown[] {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}

function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  database.exec(sql)
  database.close()
}

/** An app of a mode in whose school everyone did everything, optional contents too, and the workers are done. */
async function school(
  t: test.TestContext,
  mode: Mode,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestApp> {
  const app = await startApp(
    { MODE: mode, ...settings },
    new SimulatedClock(day(100)),
    mkdtempSync(join(tmpdir(), 'waymark-repair-')),
  )
  t.after(app.stop)
  const { store } = app.waymark
  await furnish(store)
  await play(store, rowsIn(mode))
  for (const [userId, place] of [
    ['mina', MATHS_1],
    ['asha', MATHS_2],
  ] as const) {
    const row = rowsIn(mode)({ userId, contentId: 'measuring', ...place })
    await store.progress.recordView(row, { kind: 'start', at: day(7), timed: true })
    await store.progress.recordView(row, { kind: 'end', at: day(8), timed: true })
  }
  await app.waymark.idle()
  return app
}

/** Until something holds, ten seconds at most. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let left = 500; left > 0 && !(await holds()); left -= 1) await pause(20)
}

async function ask(app: TestApp, body: object, query = ''): Promise<Answered['body']['result']> {
  const as = await app.token('operator', { role: 'admin' })
  const { status, body: answer } = await app.call('POST', `/v1/summary/repair${query}`, body, { as })
  assert.equal(status, 200, JSON.stringify(answer))
  return answer.result
}

function differences(result: Answered['body']['result']): readonly DifferenceRow[] {
  return result['differences'] as unknown as readonly DifferenceRow[]
}

for (const mode of MODES) {
  test(`in mode ${mode} a store whose summaries are gone is rebuilt to the same bytes, and a second time changes nothing`, async (t) => {
    const app = await school(t, mode)
    const before = query(app.folder, SUMMARIES)
    const places = query(app.folder, PLACES) as { collectionId: string; contextId: string }[]
    assert.ok(before.length >= 4 && places.length >= 3)
    tamper(app.folder, 'DELETE FROM summary')

    const dry = await ask(app, { dryRun: true })
    assert.deepEqual(new Set(differences(dry).map(({ kind }) => kind)), new Set(['missing']))
    assert.equal(dry['differed'], before.length)
    assert.deepEqual(query(app.folder, SUMMARIES), [])

    for (const place of places) assert.equal((await ask(app, place))['nextCursor'], undefined)
    assert.deepEqual(query(app.folder, SUMMARIES), before)

    await app.waymark.idle()
    const state = query(app.folder, STATE)
    for (const place of places) assert.equal((await ask(app, place))['differed'], 0)
    assert.equal((await ask(app, {}))['differed'], 0)
    await app.waymark.idle()
    assert.deepEqual([query(app.folder, SUMMARIES), query(app.folder, STATE)], [before, state])
  })
}

test('what was made wrong by hand is found, told in words, and put right', async (t) => {
  const app = await school(t, 'strict')
  const before = query(app.folder, SUMMARIES)
  const of = (userId: string, contextId: string): string =>
    `(SELECT participation FROM participation WHERE user_id = '${userId}' AND context_id = '${contextId}' AND collection_id = 'maths')`
  tamper(
    app.folder,
    `UPDATE summary SET progress = 2, leaves = '222' WHERE participation = ${of('asha', 'batch-1')};
     UPDATE summary SET leaves = 'xyz' WHERE participation = ${of('asha', 'batch-2')};
     DELETE FROM summary WHERE participation = ${of('mina', 'batch-1')};
     INSERT INTO participation (user_id, collection_id, context_id) VALUES ('nobody', 'maths', 'batch-1');
     INSERT INTO summary SELECT ${of('nobody', 'batch-1')}, publication, 1, 2, 1, '200', NULL FROM summary LIMIT 1`,
  )
  const dry = await ask(app, { dryRun: true })
  assert.deepEqual(
    differences(dry).map((row) => differenceText(row, true)),
    [
      'asha in maths / batch-1: progress is 2, to be 1; contentStatus.counting is 2, to be 0; contentStatus.measuring is 2, to be 0',
      'asha in maths / batch-2: contentStatus.counting is 0, to be 1; contentStatus.measuring is 0, to be 2',
      'mina in maths / batch-1: no summary is stored; recomputed: 0 of 2 complete, status 1',
      'nobody in maths / batch-1: a summary is stored (1 of 2 complete, status 1) where there is neither enrolment nor progress',
    ],
  )
  const done = await ask(app, {})
  assert.deepEqual([done['differed'], differences(done)], [4, differences(dry)])
  assert.deepEqual(query(app.folder, SUMMARIES), before)
})

test('details that cannot be read are told as they are, and put right', async (t) => {
  const app = await school(t, 'strict')
  const before = query(app.folder, SUMMARIES)
  tamper(app.folder, `UPDATE summary SET details = '[[' WHERE details IS NOT NULL`)
  const done = await ask(app, {})
  assert.ok(differences(done).length > 0)
  for (const { fields } of differences(done)) {
    assert.deepEqual(
      fields.map(({ field, stored }) => [field, stored]),
      [['details', '[[']],
    )
  }
  assert.deepEqual(query(app.folder, SUMMARIES), before)
})

test('a call goes on where one ended that was not followed to its end, unless it is to begin anew', async (t) => {
  const app = await school(t, 'strict')
  const before = query(app.folder, SUMMARIES)
  tamper(app.folder, 'DELETE FROM summary')
  const place = { collectionId: 'maths', contextId: 'batch-1' }
  const first = await ask(app, place, '?limit=1')
  assert.deepEqual([first['looked'], first['total']], [1, 3])
  const looked = await ask(app, { ...place, dryRun: true }, '?limit=1')
  assert.equal(looked['looked'], 1, 'a dry run begins with the first page')
  const second = await ask(app, place, '?limit=1')
  assert.deepEqual([second['looked'], second['page'], second['differed']], [2, 1, 2])
  const anew = await ask(app, { ...place, anew: true }, '?limit=1')
  assert.deepEqual([anew['looked'], anew['differed']], [1, 0])
  const rest = await ask(app, place)
  assert.deepEqual([rest['looked'], rest['page'], rest['nextCursor']], [3, 2, undefined])
  assert.equal((await ask(app, place))['page'], 3, 'what has come to its end begins with the first page')
  await ask(app, {})
  assert.deepEqual(query(app.folder, SUMMARIES), before)
})

test('the server puts summaries right by itself, page after page, and counts what it found', async (t) => {
  const app = await school(t, 'copy-content', { REPAIR_EVERY: 'PT0.02S', REPAIR_MAX: '2' })
  const before = query(app.folder, SUMMARIES)
  tamper(app.folder, `DELETE FROM summary WHERE participation IN (SELECT participation FROM summary LIMIT 2)`)
  await until(() => query(app.folder, SUMMARIES).length === before.length)
  assert.deepEqual(query(app.folder, SUMMARIES), before)
  const metrics = async (): Promise<string> => (await app.raw({ method: 'GET', url: '/metrics' })).text
  await until(async () => /waymark_summaries_repaired_total\{kind="missing"\} 2/.test(await metrics()))
  assert.match(await metrics(), /waymark_summaries_repaired_total\{kind="missing"\} 2/)
  assert.match(await metrics(), /waymark_summaries_compared_total \d/)
})

test('a cursor of something else is refused', async (t) => {
  const app = await school(t, 'strict')
  const as = await app.token('operator', { role: 'admin' })
  for (const cursor of ['x', '1.1.x', '1.1.', 'eyJ', '99999999999999999.1.WyJhIl0']) {
    const { status, body } = await app.call('POST', `/v1/summary/repair?cursor=${cursor}`, {}, { as })
    assert.deepEqual([status, body.params.err, body.result['field']], [400, 'INVALID_CURSOR', 'query.cursor'], cursor)
  }
})

test('named learners alone are looked at, and who is not enrolled is said', async (t) => {
  const app = await school(t, 'strict')
  tamper(app.folder, 'DELETE FROM summary')
  const as = await app.token('operator', { role: 'admin' })
  const body = { courseId: 'maths', batchId: 'batch-1', userIds: ['asha', 'stranger', 'asha', '__proto__'] }
  const { status, body: answer } = await app.call('POST', '/v1/enrolment/sync', body, { as })
  assert.equal(status, 200)
  assert.deepEqual(answer.result['notEnrolled'], ['stranger', '__proto__'])
  assert.deepEqual(
    differences(answer.result).map(({ userId }) => userId),
    ['asha'],
  )
  assert.equal(query(app.folder, SUMMARIES).length, 1)
  const many = { ...body, userIds: Array.from({ length: 201 }, (_, index) => `u${String(index)}`) }
  const refused = await app.call('POST', '/v1/enrolment/sync', many, { as })
  assert.deepEqual([refused.status, refused.body.params.err], [400, 'BATCH_TOO_LARGE'])
})
