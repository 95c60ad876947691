import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openSqliteStore } from './store.ts'

test('a store that closes in the midst of a fold finishes it, and calls that no failure', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-fold-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const errors: unknown[] = []
  const store = await openSqliteStore({
    folder,
    mode: 'strict',
    timeZone: 'UTC',
    clock: { nowMs: () => 1000 },
    limits: { queueMax: 1000, commitMax: 1000, retryAfterSeconds: 1 },
    fold: { factsMax: 100, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 },
    onFoldError: (error) => errors.push(error),
  })
  const facts = Array.from({ length: 150 }, (_, index) => {
    const contentId = `c${String(index)}`
    const key = { userId: 'asha', collectionId: 'maths', contextId: 'maths', contentId }
    return { key, fact: { kind: 'start', at: 1, timed: false } as const }
  })
  // The commit begins a fold, whose first rows are queued when the store is told to close.
  await store.progress.recordViews(facts)
  await store.close()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  assert.deepEqual(errors, [])
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  assert.equal(database.prepare('SELECT count(*) AS n FROM view').get()?.['n'], facts.length)
  assert.equal(database.prepare('SELECT count(*) AS n FROM intake').get()?.['n'], 0)
  database.close()
})
