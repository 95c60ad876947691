import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { configOf, eventfulStore, filesOf, goOn, QUIET } from '../../../test/support/exports.ts'
import { openStore } from '../../../test/support/mode-school.ts'
import { MODES, type Mode } from '../../domain/progress/mode.ts'
import { KINDS } from '../../stores/sqlite/transfer/kinds.ts'
import { exportStore } from './export.ts'
import { importStore } from './import.ts'

const KEY = randomBytes(32)

function placeFor(t: TestContext): (name: string) => string {
  const root = mkdtempSync(join(tmpdir(), 'waymark-transfer-'))
  t.after(() => {
    rmSync(root, { recursive: true })
  })
  return (name) => join(root, name)
}

/** Everything in a store but numbers of rows, read without the code of exports. */
function contents(folder: string): unknown {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  const sorted = (sql: string): readonly string[] =>
    database
      .prepare(sql)
      .all()
      .map((row) => JSON.stringify(row))
      .sort()
  const views = ['view', 'copy', 'move', 'attempt', 'summary'].map((name) => `named_${name}`)
  const whole = [
    'collection',
    'context',
    'rule',
    'log',
    'position',
    'dead_letter',
    'event',
    'kept',
    'merged',
    'sqlite_sequence',
  ]
  const found = [
    ...[...views, ...whole].map((table) => sorted(`SELECT * FROM ${table}`)),
    sorted('SELECT user_id, collection_id, context_id, member, enrolled_at, unenrolled_at, carried FROM participation'),
    sorted('SELECT name, position, generation, paused FROM consumer_group'),
    sorted('SELECT name, id, at, inbox.generation FROM inbox JOIN consumer_group USING (grp)'),
    sorted('SELECT name, held.* FROM held JOIN consumer_group USING (grp)').map((row) => row.replace(/"grp":\d+,/, '')),
    sorted('SELECT * FROM migrated JOIN participation USING (participation) JOIN content USING (content)').length,
  ]
  database.close()
  return found
}

const filled = new Set<string>()

for (const mode of MODES) {
  test(`in mode ${mode} export, import and export give the same bytes, and the imported store goes on as the other`, async (t) => {
    const place = placeFor(t)
    const [first, second] = [configOf(place('first'), mode), configOf(place('second'), mode)]
    const open = await eventfulStore(first.DATA, mode, KEY)
    const before = filesOf(first.DATA)['waymark.db']
    // Beside a store in use, whose newest views wait to be folded.
    await exportStore(first, place('a'), QUIET)
    assert.equal(filesOf(first.DATA)['waymark.db'], before)
    await open.close()
    await exportStore(first, place('b'), QUIET)
    assert.deepEqual(filesOf(place('b')), filesOf(place('a')))
    for (const [name, text] of Object.entries(filesOf(place('a')))) {
      assert.equal(statSync(join(place('a'), name)).mode & 0o777, 0o600, name)
      if (text !== '') filled.add(name)
    }
    assert.equal(statSync(place('a')).mode & 0o777, 0o700)

    const { findings } = importStore(second, place('a'), QUIET)
    assert.deepEqual(findings, [])
    assert.deepEqual(contents(second.DATA), contents(first.DATA))
    await exportStore(second, place('c'), QUIET)
    assert.deepEqual(filesOf(place('c')), filesOf(place('a')))

    const went = [await goOn(first.DATA, mode), await goOn(second.DATA, mode)]
    assert.deepEqual(went[1], went[0])
    // What was handled is not handled again; what was held up, and what came later, is.
    assert.deepEqual(went[0]?.handled.toSorted(), ['second e', 'third f'])
    await exportStore(first, place('d'), QUIET)
    await exportStore(second, place('e'), QUIET)
    assert.deepEqual(filesOf(place('e')), filesOf(place('d')))
    await verified(second.DATA, mode)
  })
}

test('a store of an earlier schema is exported as it would be after the next start, and stays as it is', async (t) => {
  const place = placeFor(t)
  const config = configOf(place('first'), 'strict')
  await (await openStore(config.DATA, 'strict')).close()
  const version = (sql: string): unknown => {
    const database = new DatabaseSync(join(config.DATA, 'waymark.db'))
    database.exec(sql)
    const found = database.prepare('PRAGMA user_version').get()?.['user_version']
    database.close()
    return found
  }
  const added = ['event', 'consumer_group', 'inbox', 'held', 'kept', 'webhook', 'merged']
  version(`${added.map((table) => `DROP TABLE ${table};`).join('')} PRAGMA user_version=3`)
  await exportStore(config, place('before'), QUIET)
  assert.equal(version(''), 3)
  await (await openStore(config.DATA, 'strict')).close()
  await exportStore(config, place('after'), QUIET)
  assert.deepEqual(filesOf(place('before')), filesOf(place('after')))
})

async function verified(folder: string, mode: Mode): Promise<void> {
  const store = await openStore(folder, mode)
  const { findings } = await store.verify(() => undefined)
  await store.close()
  assert.deepEqual(findings, [])
}

test('of every kind there were rows in some mode', () => {
  assert.deepEqual([...filled].sort(), [...KINDS.map(({ file }) => file), 'manifest.json'].sort())
})
