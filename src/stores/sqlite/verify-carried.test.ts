import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { collection } from '../kit/collections.ts'
import { apply, CONTEXT } from '../kit/histories.ts'
import { LIMITS } from '../kit/stores.ts'
import { openSqliteStore, type SqliteStore } from './store.ts'

const BATCH_1 = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1' }
const BATCH_2 = { ...BATCH_1, contextId: 'batch-2' }

async function open(t: TestContext, mode: Mode): Promise<{ store: SqliteStore; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-verify-'))
  const clock = new SimulatedClock()
  const fold = { factsMax: 100, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
  const store = await openSqliteStore({ folder, mode, timeZone: 'UTC', clock, limits: LIMITS, fold })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await store.catalogue.publish(collection('maths', ['a', 'b']), '{}')
  await store.catalogue.putRule({ rule: { id: 'any', any: [{ always: true }] }, byDefault: true })
  for (const { collectionId, contextId } of [BATCH_1, BATCH_2]) {
    await store.catalogue.putContext({ ...CONTEXT, collectionId, contextId })
  }
  await store.progress.enrol(BATCH_1, 1, true)
  const alone = { userId: 'asha', collectionId: 'b', contextId: 'b', contentId: 'b' }
  for (const [kind, at] of [
    ['start', 1],
    ['end', 2],
  ] as const) {
    // prettier-ignore
    await store.progress.recordView(alone, { kind, at, timed: true })
  }
  for (const [kind, at] of [
    ['start', 2],
    ['end', 3],
  ] as const) {
    // prettier-ignore
    await store.progress.recordView({ ...BATCH_1, contentId: 'a' }, { kind, at, timed: true })
  }
  await store.progress.enrol(BATCH_2, 4, true)
  for (const key of [BATCH_1, BATCH_2]) await store.progress.carry([key], 10)
  await apply({ store, clock, close: () => Promise.resolve() }, { op: 'aggregate' })
  assert.deepEqual((await store.verify(() => undefined)).findings, [])
  return { store, path: join(folder, 'waymark.db') }
}

for (const [mode, table] of [
  ['copy-content', 'copy'],
  ['move', 'moved'],
] as const) {
  // prettier-ignore
  test(`${mode}: what was lost of derived rows is found, derived again, and told`, async (t) => {
    const { store, path } = await open(t, mode)
    const database = new DatabaseSync(path)
    database.exec(`DELETE FROM ${table}`)
    database.close()
    const checks = ['copies and moves are what the facts say', ...(table === 'copy' ? ['copying finds every view'] : [])]
    const found = (await store.verify(() => undefined)).findings
    assert.deepEqual([...new Set(found.map(({ check }) => check))].sort(), checks)
    assert.ok(found.every(({ repaired }) => repaired))
    assert.equal((await store.progress.summary(BATCH_2))?.progress, table === 'copy' ? 2 : 1)
    assert.equal((await store.progress.views(BATCH_2)).get('a')?.completedAt, 3)
  })
}
