import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { LIMITS } from '../kit/stores.ts'
import { SCHEMA_VERSION } from './schema.ts'
import { openSqliteStore, type SqliteStore } from './store.ts'

const ADDED = ['event', 'consumer_group', 'inbox', 'held', 'kept', 'webhook', 'merged']
const KEY = { userId: 'asha', collectionId: 'maths', contextId: 'batch' }

function open(folder: string): Promise<SqliteStore> {
  const fold = { factsMax: 100, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
  return openSqliteStore({ folder, mode: 'strict', timeZone: 'UTC', clock: new SimulatedClock(), limits: LIMITS, fold })
}

function change(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  database.exec(sql)
  database.close()
}

test('a store of schema 3 is opened with all that it holds; its past is not published, what happens now is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-upgrade-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const before = await open(folder)
  await before.progress.enrol(KEY, 1)
  const last = await before.log.last()
  await before.close()
  change(folder, `${ADDED.map((table) => `DROP TABLE ${table};`).join('')} PRAGMA user_version=3`)
  for (let turn = 0; turn < 2; turn += 1) {
    const store = await open(folder)
    assert.notEqual(await store.progress.enrolment(KEY), undefined)
    assert.equal(await store.log.position('relay'), last)
    assert.deepEqual(await store.webhooks.list(), [])
    await store.deliveries.open('group', 0)
    await store.close()
  }
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  assert.equal(database.prepare('PRAGMA user_version').get()?.['user_version'], SCHEMA_VERSION)
  database.close()
})

test('a store of schema 3 in which nothing happened yet is opened as well', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-upgrade-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  await (await open(folder)).close()
  change(folder, `${ADDED.map((table) => `DROP TABLE ${table};`).join('')} PRAGMA user_version=3`)
  const store = await open(folder)
  assert.equal(await store.log.position('relay'), 0)
  await store.close()
})

test('a store of schema 4 is opened with all that it holds, and learners can be merged in it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-upgrade-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const before = await open(folder)
  await before.progress.enrol(KEY, 1)
  const last = await before.log.last()
  await before.close()
  change(folder, 'DROP TABLE merged; PRAGMA user_version=4')
  const request = { fromUserId: 'asha', intoUserId: 'usha', at: 5, by: 'operator' }
  const store = await open(folder)
  assert.equal(await store.log.last(), last)
  assert.equal((await store.progress.merge(request)).outcome, 'MERGED')
  await store.close()
  const again = await open(folder)
  assert.deepEqual((await again.progress.mergesInto('usha')).length, 1)
  assert.notEqual(await again.progress.enrolment({ ...KEY, userId: 'usha' }), undefined)
  await again.close()
})
