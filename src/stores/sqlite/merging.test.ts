import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { scoreAttempt } from '../../domain/progress/attempt.ts'
import { MODES, targetRow, type Mode } from '../../domain/progress/mode.ts'
import { collection } from '../kit/collections.ts'
import { allKeys, CONTEXT } from '../kit/histories.ts'
import { LIMITS } from '../kit/stores.ts'
import { openSqliteStore, type SqliteOptions, type SqliteStore } from './store.ts'

const BATCH = { collectionId: 'maths', contextId: 'batch-1' }
/** Another collection with a content of the first: what is completed here is copied there, in the modes that copy. */
const OTHER = { collectionId: 'a:b', contextId: 'batch-1' }
/** Nothing is folded unless the test says so. */
const FOLD = { factsMax: 100_000, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
const REQUEST = { fromUserId: '__proto__', intoUserId: 'asha', at: 100, by: 'operator' }
const TABLES = ['participation', 'view', 'attempt', 'intake', 'copy', 'moved', 'learner', 'merged', 'summary', 'log']

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-merging-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function open(folder: string, mode: Mode, more: Partial<SqliteOptions> = {}): Promise<SqliteStore> {
  const clock = new SimulatedClock()
  return openSqliteStore({ folder, mode, timeZone: 'UTC', clock, limits: LIMITS, fold: FOLD, ...more })
}

/** Both accounts have rows that meet, rows of their own, and an attempt under one id. */
async function furnish(store: SqliteStore, mode: Mode, fold: boolean): Promise<void> {
  const { catalogue, progress } = store
  await catalogue.publish(collection('maths', ['c1', 'c2']), '{}')
  await catalogue.putRule({ rule: { id: 'any', any: [{ always: true }] }, byDefault: true })
  await catalogue.publish(collection('a:b', ['c2']), '{}')
  for (const place of [BATCH, OTHER]) await catalogue.putContext({ ...CONTEXT, ...place })
  await progress.enrol({ userId: '__proto__', ...OTHER }, 5, true)
  for (const [userId, own, at] of [
    ['__proto__', 'c1', 10],
    ['asha', 'c2', 20],
  ] as const) {
    const place = { userId, ...BATCH }
    await progress.enrol(place, at, true)
    for (const contentId of [own, 'constructor']) {
      for (const kind of ['start', 'end'] as const) {
        await progress.recordView(targetRow(mode, { ...place, contentId }), { kind, at, timed: true })
      }
    }
    await progress.submitAttempt(targetRow(mode, { ...place, contentId: 'c1' }), scoreAttempt('1', at, []))
    if (fold) await store.fold()
  }
  for (const kind of ['start', 'end'] as const) {
    await progress.recordView(targetRow(mode, { userId: '__proto__', ...OTHER, contentId: 'c2' }), { kind, at: 30, timed: true }) // prettier-ignore
  }
  // In the modes that copy it shows in the other collection at once, and must go on doing so.
  const there = await progress.views({ userId: '__proto__', ...BATCH }, ['c2'])
  assert.equal(there.get('c2')?.completedAt, mode.startsWith('copy') ? 30 : undefined)
}

/** All that readers see. */
async function shown({ progress }: SqliteStore): Promise<unknown> {
  const keys = allKeys.map(async (key) => [
    await progress.views(key),
    await progress.attempts(key),
    await progress.enrolmentSummary(key),
  ])
  const merges = await Promise.all(['asha', '__proto__'].map((userId) => progress.mergesInto(userId)))
  return [await Promise.all(keys), merges]
}

function stored(folder: string): unknown {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  const rows = TABLES.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
  database.close()
  return rows
}

/** Tables that say what learners did, or what follows from it, and name the learner in any column. */
function naming(folder: string, userId: string): readonly string[] {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  const found = ['participation', 'copy', 'moved', 'learner', 'summary'].filter((table) =>
    database
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .some((row) => Object.values(row).some((value) => String(value).includes(userId))),
  )
  database.close()
  return found
}

for (const mode of MODES) {
  for (const fold of [false, true]) {
    const state = fold ? 'after the facts were folded' : 'before the facts are folded'
    test(`in mode ${mode} a merge ${state} is there after a power loss, whole`, async (t) => {
      const [folder, copy] = [newFolder(t), newFolder(t)]
      const store = await open(folder, mode)
      await furnish(store, mode, fold)
      await store.progress.merge(REQUEST)
      const before = await shown(store)
      for (const file of ['waymark.db', 'waymark.db-wal']) {
        if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(copy, file))
      }
      await store.close()
      const again = await open(copy, mode)
      assert.deepEqual(await shown(again), before)
      assert.deepEqual((await again.verify(() => undefined)).findings, [])
      assert.deepEqual(await shown(again), before)
      assert.deepEqual(naming(copy, REQUEST.fromUserId), [])
      await again.close()
    })
  }

  test(`in mode ${mode} a merge that does not hold leaves everything as it was, on disk and in memory`, async (t) => {
    const folder = newFolder(t)
    let refusing = true
    const store = await open(folder, mode, {
      takesPart: ({ occurrence }) => {
        if (refusing && occurrence.type === 'learner-merged') throw new Error('refused')
      },
    })
    await furnish(store, mode, true)
    const before = [await shown(store), stored(folder)]
    await assert.rejects(store.progress.merge(REQUEST), /refused/)
    assert.deepEqual([await shown(store), stored(folder)], before)
    refusing = false
    assert.equal((await store.progress.merge(REQUEST)).outcome, 'MERGED')
    const after = await shown(store)
    await store.close()
    const again = await open(folder, mode)
    assert.deepEqual(await shown(again), after)
    await again.close()
  })
}

test('doctor --verify finds a trace that cannot be', async (t) => {
  const folder = newFolder(t)
  await (await open(folder, 'strict')).close()
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  database.exec(`INSERT INTO merged (from_user, into_user, at, by_user, enrolments, views, attempts, renamed_attempts)
    VALUES ('asha', 'asha', 1, 'operator', 0, 0, 0, 0), ('old', 'asha', 1, 'operator', 0, 0, 1, 2)`)
  database.close()
  const store = await open(folder, 'strict')
  const { findings } = await store.verify(() => undefined)
  assert.deepEqual(
    findings.map(({ check, found, repaired }) => [check.startsWith('nobody was merged'), found, repaired]),
    [[true, '2 rows', false]],
  )
  await store.close()
})
