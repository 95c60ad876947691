import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ALL_EVENTS } from './public-events/catalogue/all.ts'
import { checkHistory } from './public-events/kernel/history-check.ts'
import { nextSnapshots } from './public-events/kernel/history-next.ts'
import { readHistory, SCHEMA_FOLDER, writeSnapshots } from './schema-folder.ts'

test('the stored schemas hold for all events', () => {
  assert.deepEqual(checkHistory(ALL_EVENTS, readHistory(SCHEMA_FOLDER)), [])
})

test('a folder that is edited is refused, and stored again from nothing it is the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schemas-'))
  try {
    const copy = join(folder, 'copy')
    cpSync(SCHEMA_FOLDER, copy, { recursive: true })
    appendFileSync(join(copy, 'org.waymark.learning.collection.completed.v1', '0.avsc'), '\n')
    assert.match(checkHistory(ALL_EVENTS, readHistory(copy))[0]?.problem ?? '', /was edited/)
    const fresh = join(folder, 'fresh')
    const history = readHistory(fresh)
    writeSnapshots(fresh, history, nextSnapshots(ALL_EVENTS, history).snapshots)
    assert.deepEqual(checkHistory(ALL_EVENTS, readHistory(fresh)), [])
    assert.throws(() => {
      writeSnapshots(fresh, history, nextSnapshots(ALL_EVENTS, history).snapshots)
    }, /EEXIST/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
