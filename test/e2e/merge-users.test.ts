import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import test from 'node:test'
import { startApp } from '../support/app.ts'
import { run } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const startServer = serversOfThisFile()

/** A stopped store in which two accounts viewed something each; its folder is removed after the test. */
async function stoppedStore(t: test.TestContext): Promise<string> {
  const app = await startApp()
  t.after(() => app.stop())
  for (const [userId, contentId] of [
    ['asha', 'a'],
    ['asha-old', 'b'],
  ]) {
    assert.equal((await app.call('POST', '/v1/view/start', { userId, contentId })).status, 200)
  }
  await app.waymark.stop()
  return app.folder
}

/** How many participations there are of each learner. */
function learners(folder: string): Record<string, unknown> {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  const rows = database.prepare('SELECT user_id, count(*) AS n FROM participation GROUP BY user_id').all()
  database.close()
  return Object.fromEntries(rows.map((row) => [String(row['user_id']), row['n']]))
}

test('merge-users merges without a server, says what came, and can run twice', async (t) => {
  const folder = await stoppedStore(t)
  const settings = { WAYMARK_DATA: folder }
  const first = await run(['merge-users', 'asha-old', 'asha'], settings)
  assert.deepEqual(
    [first.code, first.stdout],
    [0, 'asha-old is asha now: 0 enrolments, 1 view, 0 attempts\n'],
    first.stderr,
  )
  assert.deepEqual(learners(folder), { asha: 2 })
  const again = await run(['merge-users', 'asha-old', 'asha'], settings)
  assert.equal(again.code, 0)
  assert.match(
    again.stdout,
    /^nothing has come for asha-old since it was merged into asha on 20\S+Z \(asked for by operator\)\n$/,
  )
  const doctor = await run(['doctor', '--verify'], settings)
  assert.equal(doctor.code, 0, doctor.stdout)
})

test('merge-users merges through the server that runs, and reports as JSON', async (t) => {
  const folder = await stoppedStore(t)
  const server = await startServer({}, folder)
  const { code, stdout, stderr } = await run(['merge-users', 'asha-old', 'asha', '--json'], { WAYMARK_DATA: folder })
  assert.equal(code, 0, stderr)
  const report = JSON.parse(stdout) as { joined: object; merge: { by: string } }
  assert.deepEqual(report.joined, { enrolments: 0, views: 1, attempts: 0, renamedAttempts: 0 })
  assert.equal(report.merge.by, 'operator')
  assert.equal(await server.end('SIGTERM'), 0)
  assert.deepEqual(learners(folder), { asha: 2 })
})

test('merge-users says what is wrong: exit 2 for what cannot be meant, 1 for nobody, 3 where there is no store', async (t) => {
  const folder = await stoppedStore(t)
  const settings = { WAYMARK_DATA: folder }
  const self = await run(['merge-users', 'asha', 'asha'], settings)
  assert.deepEqual([self.code, self.stdout], [2, ''])
  assert.match(self.stderr, /cannot be merged into themselves/)
  const one = await run(['merge-users', 'asha'], settings)
  assert.equal(one.code, 2)
  assert.match(one.stderr, /Example: bin\/waymark merge-users asha-old asha/)
  const nobody = await run(['merge-users', 'nobody', 'asha'], settings)
  assert.equal(nobody.code, 1)
  assert.match(nobody.stderr, /LEARNER_NOT_FOUND|Nobody of this name/)
  assert.equal((await run(['merge-users', 'a', 'b'], { WAYMARK_DATA: join(folder, 'none') })).code, 3)
  assert.deepEqual(learners(folder), { asha: 1, 'asha-old': 1 })
})
