import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startApp } from '../support/app.ts'
import { BIN, environment, run, startServer } from '../support/process.ts'

const LEARNERS = ['asha', 'mina', 'rahul']
const PLACE = ['--course', 'maths', '--batch', 'batch-1']
const SUMMARIES = 'SELECT * FROM summary ORDER BY participation'

/** A stopped store in which some learners completed half of a collection; its folder is removed after the test. */
async function stoppedStore(t: test.TestContext): Promise<string> {
  const app = await startApp()
  t.after(() => app.stop())
  await app.call('PUT', '/v1/collection/maths', {
    identifier: 'maths',
    children: [{ identifier: 'a' }, { identifier: 'b' }],
  })
  await app.call('PUT', '/v1/context/maths/batch-1', { kind: 'batch' })
  for (const userId of LEARNERS) {
    const place = { userId, collectionId: 'maths', contextId: 'batch-1' }
    assert.equal((await app.call('POST', '/v1/enrolment/enrol', place)).status, 200)
    await app.call('POST', '/v1/view/start', { ...place, contentId: 'a' })
    await app.call('POST', '/v1/view/end', { ...place, contentId: 'a' })
  }
  await app.waymark.idle()
  await app.waymark.stop()
  return app.folder
}

function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { timeout: 5000 })
  database.exec(sql)
  database.close()
}

function read(folder: string, sql: string): readonly unknown[] {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true, timeout: 5000 })
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}

interface Printed {
  readonly dryRun: boolean
  readonly differences: readonly { readonly userId: string; readonly kind: string }[]
  readonly looked: number
  readonly differed: number
  readonly lookedNow: number
}

test('sync says which summaries of a batch are wrong and how, and puts them right', async (t) => {
  const folder = await stoppedStore(t)
  const before = read(folder, SUMMARIES)
  tamper(folder, `UPDATE summary SET progress = 2 WHERE participation = 1; DELETE FROM summary WHERE participation = 3`)
  const settings = { WAYMARK_DATA: folder }
  const dry = await run(['sync', ...PLACE, '--dry-run'], settings)
  assert.deepEqual(
    [dry.code, dry.stdout.split('\n')],
    [
      0,
      [
        'asha in maths / batch-1: progress is 2, to be 1',
        'rahul in maths / batch-1: no summary is stored; recomputed: 1 of 2 complete, status 1',
        '3 enrolments looked at, 2 summaries are not right; nothing was changed',
        '',
      ],
    ],
    dry.stderr,
  )
  assert.notDeepEqual(read(folder, SUMMARIES), before)
  const one = await run(['sync', ...PLACE, '--user', 'rahul', 'stranger'], settings)
  assert.equal(one.code, 1)
  assert.match(one.stdout, /^rahul in .*\nstranger is not enrolled there\n1 enrolments looked at, 1 summaries were/)
  const done = await run(['sync', ...PLACE, '--json'], settings)
  const printed = JSON.parse(done.stdout) as Printed
  assert.deepEqual([done.code, printed.dryRun, printed.looked, printed.differed], [0, false, 3, 1])
  assert.match(done.stderr, /recompute 3\/3 100 %/)
  assert.deepEqual(read(folder, SUMMARIES), before)
  const nobody = await run(['sync', '--course', 'maths', '--batch', 'none'], settings)
  assert.deepEqual([nobody.code, nobody.stdout], [1, 'nobody takes part in batch none of course maths\n'])
})

test('beside a running server they work through it; without its address they are refused', async (t) => {
  const folder = await stoppedStore(t)
  const before = read(folder, SUMMARIES)
  const server = await startServer({}, folder)
  t.after(() => server.end('SIGKILL'))
  tamper(folder, 'DELETE FROM summary')
  const settings = { WAYMARK_DATA: folder }
  const found = JSON.parse((await run(['repair', '--dry-run', '--json'], settings)).stdout) as Printed
  assert.deepEqual(
    found.differences.map(({ userId, kind }) => [userId, kind]),
    LEARNERS.map((userId) => [userId, 'missing']),
  )
  assert.equal((await run(['sync', ...PLACE], settings)).code, 0)
  assert.deepEqual(read(folder, SUMMARIES), before)
  const again = await run(['repair', '--json'], settings)
  assert.deepEqual(JSON.parse(again.stdout), { dryRun: false, differences: [], looked: 3, differed: 0, lookedNow: 3 })
  rmSync(join(folder, 'server.json'))
  assert.equal((await run(['repair'], settings)).code, 3)
})

test('killed in the middle, the same command goes on where it was', async (t) => {
  const folder = await stoppedStore(t)
  const before = read(folder, SUMMARIES)
  tamper(folder, 'DELETE FROM summary')
  const settings = { WAYMARK_DATA: folder }
  const child = spawn(BIN, ['sync', ...PLACE, '--rate', '1'], { env: environment(settings), stdio: 'ignore' })
  const ended = once(child, 'close')
  const noted = "SELECT 1 FROM meta WHERE name LIKE 'repair:%'"
  while (read(folder, noted).length === 0) await pause(20)
  child.kill('SIGKILL')
  await ended
  assert.ok(read(folder, SUMMARIES).length < LEARNERS.length)
  const { code, stdout, stderr } = await run(['sync', ...PLACE, '--json'], settings)
  const printed = JSON.parse(stdout) as Printed
  assert.deepEqual([code, printed.looked, printed.differed], [0, 3, 3])
  assert.ok(printed.lookedNow < 3)
  assert.match(stderr, /goes on behind \d that an earlier run has looked at/)
  assert.deepEqual(read(folder, SUMMARIES), before)
  assert.deepEqual(read(folder, noted), [])
})

test('what is asked for in a wrong way is said, with an example', async () => {
  for (const wrong of [
    ['sync'],
    ['sync', '--course', 'maths'],
    ['sync', ...PLACE, '--rate', '0'],
    ['repair', '--rate', 'fast'],
  ]) {
    const { code, stderr } = await run(wrong)
    assert.equal(code, 2, wrong.join(' '))
    assert.match(stderr, /Example: bin\/waymark (sync|repair)/)
  }
})
