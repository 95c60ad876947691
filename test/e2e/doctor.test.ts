import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import test from 'node:test'
import { startApp, type TestApp } from '../support/app.ts'
import { run, startServer } from '../support/process.ts'

interface Report {
  readonly sound: boolean
  readonly checks: readonly { readonly check: string; readonly ok: boolean }[]
  readonly findings: readonly { readonly check: string; readonly found: string; readonly repaired: boolean }[]
}

async function doctor(folder: string, ...options: readonly string[]): Promise<{ code: number | null; report: Report }> {
  const { code, stdout } = await run(['doctor', '--json', ...options], { WAYMARK_DATA: folder })
  return { code, report: JSON.parse(stdout) as Report }
}

/** A stopped store in which two learners completed half of a collection; its folder is removed after the test. */
async function storeWithProgress(t: test.TestContext): Promise<TestApp> {
  const app = await startApp()
  t.after(() => app.stop())
  await app.call('PUT', '/v1/collection/maths', {
    identifier: 'maths',
    children: [{ identifier: 'a' }, { identifier: 'b' }],
  })
  for (const userId of ['asha', 'rahul']) {
    const view = { userId, collectionId: 'maths', contentId: 'a' }
    await app.call('POST', '/v1/enrolment/enrol', { userId, collectionId: 'maths' })
    await app.call('POST', '/v1/view/start', view)
    await app.call('POST', '/v1/view/end', view)
  }
  await app.waymark.idle()
  await app.waymark.stop()
  return app
}

function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  database.exec(sql)
  database.close()
}

/** SQL for the number of a learner's one participation. */
function numberOf(userId: string): string {
  return `(SELECT participation FROM participation WHERE user_id = '${userId}')`
}

function read(folder: string, sql: string): unknown {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}

test('doctor finds nothing wrong with a sound store', async (t) => {
  const { folder } = await storeWithProgress(t)
  const { code, report } = await doctor(folder, '--verify')
  assert.deepEqual([code, report.sound, report.findings], [0, true, []])
})

test('doctor --verify recomputes summaries that are wrong, missing or left over, and says so', async (t) => {
  const { folder } = await storeWithProgress(t)
  const summaries = 'SELECT * FROM summary ORDER BY participation'
  const before = read(folder, summaries)
  tamper(
    folder,
    `UPDATE summary SET progress = 2, leaves = replace(leaves, '0', '2') WHERE participation = ${numberOf('asha')};
     DELETE FROM summary WHERE participation = ${numberOf('rahul')};
     INSERT INTO participation (user_id, collection_id, context_id) VALUES ('nobody', 'maths', 'maths');
     INSERT INTO summary SELECT ${numberOf('nobody')}, publication, progress, required, status, leaves, details FROM summary`,
  )
  const { code, report } = await doctor(folder, '--verify')
  assert.deepEqual([code, report.sound], [0, true])
  assert.deepEqual(
    report.findings.map(({ found, repaired }) => [found, repaired]),
    [
      ['maths / maths of asha', true],
      ['maths / maths of nobody', true],
      ['maths / maths of rahul', true],
    ],
  )
  assert.deepEqual(read(folder, summaries), before)
  assert.deepEqual((await doctor(folder, '--verify')).report.findings, [])
})

test('doctor --verify reports raw rows that cannot be, and leaves them as they are', async (t) => {
  const { folder } = await storeWithProgress(t)
  tamper(folder, `UPDATE view SET progress = 500, last_access_at = 1 WHERE participation = ${numberOf('asha')}`)
  const views = read(folder, 'SELECT * FROM view')
  const { code, report } = await doctor(folder, '--verify')
  assert.deepEqual([code, report.sound], [1, false])
  assert.deepEqual(
    report.findings.map(({ found, repaired }) => [found, repaired]),
    [
      ['1 rows', false],
      ['1 rows', false],
    ],
  )
  assert.deepEqual(read(folder, 'SELECT * FROM view'), views)
})

test('doctor --verify says so where the workers cannot catch up, instead of waiting for ever', async (t) => {
  const { folder } = await storeWithProgress(t)
  const entry = `INSERT INTO log (at, type, key, data) SELECT at, type, key, data FROM log WHERE type = 'view-ended' LIMIT 1`
  const refusal = `CREATE TRIGGER refuse BEFORE INSERT ON position BEGIN SELECT RAISE(ABORT, 'no position can be written'); END`
  tamper(folder, `${entry}; ${refusal}`)
  const settings = { WAYMARK_DATA: folder, WAYMARK_WORKER_RETRIES: '0' }
  const { code, stdout } = await run(['doctor', '--verify'], settings)
  assert.equal(code, 1)
  assert.match(stdout, /WRONG invariants .*the workers cannot catch up: no position can be written/)
})

test('doctor says who else can read the data', async (t) => {
  const { folder } = await storeWithProgress(t)
  chmodSync(join(folder, 'waymark.db'), 0o644)
  const { code, stdout } = await run(['doctor'], { WAYMARK_DATA: folder })
  assert.equal(code, 1)
  assert.match(stdout, /WRONG data folder .*waymark\.db/)
})

test('doctor looks at a folder in use from outside, and refuses to verify it', async (t) => {
  const server = await startServer()
  t.after(() => server.end('SIGKILL'))
  assert.equal((await run(['doctor'], { WAYMARK_DATA: server.folder })).code, 0)
  assert.equal((await run(['doctor', '--verify'], { WAYMARK_DATA: server.folder })).code, 3)
})
