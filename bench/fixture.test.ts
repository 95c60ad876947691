import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { openSqliteStore } from '../src/stores/sqlite/store.ts'
import { startWorkers, storeOptions, systemClock } from '../src/wire.ts'
import { makeStore } from './fixture.ts'
import { doneOf, group, idsOf } from './groups.ts'

test('a store that the bulk loader made is one that the product could have written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-bench-test-'))
  try {
    const taken = group('a', 20, 6, { courses: 3, completed: true, published: true, enrolled: true })
    makeStore(folder, [taken, group('b', 5, 4, { published: true, unread: 2 })], () => undefined)
    const config = readConfig({ WAYMARK_DATA: folder })
    const store = await openSqliteStore(storeOptions(config, systemClock))
    const summary = await store.progress.summary(idsOf(taken, 5))
    assert.equal(summary?.progress, doneOf(taken, 5))
    const loops = startWorkers(config, store, () => undefined)
    for (const loop of loops) await loop.idle()
    await Promise.all(loops.map((loop) => loop.stop()))
    const { findings, summaries } = await store.verify(() => undefined)
    assert.deepEqual(findings, [])
    assert.equal(summaries, 25)
    await store.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
