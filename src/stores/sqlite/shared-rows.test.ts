import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { MODES, targetRow } from '../../domain/progress/mode.ts'
import { sharesRows } from '../../domain/progress/shared-rows.ts'
import { collection } from '../kit/collections.ts'
import { LIMITS } from '../kit/stores.ts'
import { openSqliteStore, type SqliteStore } from './store.ts'

const FOLD = { factsMax: 1000, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
const enrolment = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1' }

for (const mode of MODES.filter(sharesRows)) {
  test(`mode ${mode}: after a restart every summary that counts a row is behind until the worker has read of it`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'waymark-shared-'))
    const open = (): Promise<SqliteStore> =>
      openSqliteStore({ folder, mode, timeZone: 'UTC', clock: new SimulatedClock(), limits: LIMITS, fold: FOLD })
    let store = await open()
    t.after(async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    })
    await store.catalogue.publish(collection('maths', ['a']), '{}')
    await store.progress.enrol(enrolment, 1)
    // Stored and read by the worker: what is stored now is taken for fresh after a restart.
    await store.progress.recompute([enrolment], { consumer: 'aggregate', seq: await store.log.last() })
    const key = targetRow(mode, { ...enrolment, contextId: 'batch-2', contentId: 'a' })
    await store.progress.recordView(key, { kind: 'start', at: 2, timed: true })
    await store.close()
    store = await open()
    assert.deepEqual(
      await store.progress.summary(enrolment).then((summary) => summary?.contentStatus),
      new Map([['a', 1]]),
    )
  })

  test(`mode ${mode}: a write that fails takes back what it made stale`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'waymark-shared-'))
    const store = await openSqliteStore({
      folder,
      mode,
      timeZone: 'UTC',
      clock: new SimulatedClock(),
      limits: LIMITS,
      fold: FOLD,
    })
    t.after(async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    })
    await store.catalogue.publish(collection('maths', ['a']), '{}')
    await store.progress.enrol(enrolment, 1)
    await store.progress.recompute([enrolment])
    assert.equal(store.behind(), 0)
    const key = targetRow(mode, { ...enrolment, contentId: 'a' })
    const good = { kind: 'start', at: 2, timed: true } as const
    // A text that SQLite cannot take fails in the middle of its transaction.
    const bad = { key: { ...key, contentId: Symbol('a') as unknown as string }, fact: good }
    await assert.rejects(store.progress.recordViews([{ key, fact: good }, bad]))
    assert.equal(store.behind(), 0)
    assert.equal((await store.progress.views(key)).size, 0)
  })
}
