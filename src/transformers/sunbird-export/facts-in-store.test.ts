import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { test } from 'node:test'
import { isId } from '../../domain/id.ts'
import { isActive } from '../../domain/progress/enrolment.ts'
import type { Store } from '../../ports/store.ts'
import { openMemoryStore } from '../../stores/memory/store.ts'
import { ASSESSMENT_ATTEMPTS } from './assessment-attempts.ts'
import { CONTENT_CONSUMPTION } from './content-consumption.ts'
import { COURSE_BATCHES } from './course-batches.ts'
import { ENROLMENTS } from './enrolments.ts'
import { HIERARCHIES } from './hierarchies.ts'
import { readCsvTable } from './read-table.ts'
import type { ImportRules, Table } from './table.ts'

const FOLDER = new URL('../../../test/fixtures/sunbird-export/', import.meta.url)
const C = 'KP_FT_1594149835504'
const B = '0130929928739635202'
const RULES: ImportRules = {
  nowMs: Date.UTC(2021, 8, 1),
  timeZone: 'UTC',
  detailsBytesMax: 4096,
  detailsDepthMax: 8,
  hierarchy: { nodesMax: 100, depthMax: 8, isId },
}

async function* values<T>(table: Table<T>): AsyncGenerator<T> {
  const file = createReadStream(new URL(`${table.name}.csv`, FOLDER))
  for await (const row of readCsvTable(file, table, RULES, { backslashes: 'twice', rowBytesMax: 65_536 })) {
    if ('value' in row) yield row.value
  }
}

/** Records everything, and what it came to. */
async function importInto({ catalogue, progress }: Store): Promise<unknown> {
  for await (const { structure, content } of values(HIERARCHIES)) await catalogue.publish(structure, content)
  for await (const context of values(COURSE_BATCHES)) await catalogue.putContext(context)
  for await (const { key, enrolment } of values(ENROLMENTS)) {
    await progress.enrol(key, enrolment.enrolledAt, true)
    if (enrolment.unenrolledAt !== null) await progress.unenrol(key, enrolment.unenrolledAt)
  }
  for await (const writes of values(CONTENT_CONSUMPTION)) await progress.recordViews(writes)
  for await (const { key, attempt } of values(ASSESSMENT_ATTEMPTS)) await progress.submitAttempt(key, attempt)
  return Promise.all(
    ['u1', 'u2'].map(async (userId) => {
      const key = { userId, collectionId: C, contextId: B }
      return { ...(await progress.enrolmentSummary(key)), views: await progress.views(key) }
    }),
  )
}

test('an export that is recorded gives the summaries of what was done, and recording it again changes nothing', async () => {
  const store = openMemoryStore({ nowMs: () => RULES.nowMs })
  const once = await importInto(store)
  const summary = await store.progress.summary({ userId: 'u1', collectionId: C, contextId: B })
  assert.deepEqual([summary?.progress, summary?.required, summary?.status], [1, 3, 1])
  // Of two attempts the better one; its answers make 1, whatever its row said.
  assert.deepEqual(summary?.scores.get('KP_FT_1594149793834'), { score: 1, maxScore: 2 })
  const ended = await store.progress.enrolment({ userId: 'u2', collectionId: C, contextId: B })
  assert.equal(ended !== undefined && isActive(ended), false)
  assert.deepEqual(await importInto(store), once)
})
