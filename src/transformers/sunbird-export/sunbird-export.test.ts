import assert from 'node:assert/strict'
import { createReadStream, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Backslashes } from '../../codec/cqlsh-csv.ts'
import { isId } from '../../domain/id.ts'
import { readHierarchy, type HierarchyNode } from '../../domain/progress/hierarchy.ts'
import { joinViews, factRow, viewStatus, type ViewRow } from '../../domain/progress/view.ts'
import type { ViewWrite } from '../../ports/progress-store.ts'
import { ACTIVITY_AGGREGATES } from './activity-aggregates.ts'
import { ASSESSMENT_ATTEMPTS } from './assessment-attempts.ts'
import { CONTENT_CONSUMPTION } from './content-consumption.ts'
import { COURSE_BATCHES } from './course-batches.ts'
import { ENROLMENTS } from './enrolments.ts'
import { HIERARCHIES, readHierarchyFile } from './hierarchies.ts'
import { RowFault } from './export-row.ts'
import { readCsvTable, readJsonTable, type Reading } from './read-table.ts'
import type { ImportRules, Table } from './table.ts'

const FOLDER = new URL('../../../test/fixtures/sunbird-export/', import.meta.url)
const C = 'KP_FT_1594149835504'
const B = '0130929928739635202'
const LEAF = 'KP_FT_1594149793834'
const RULES: ImportRules = {
  nowMs: Date.UTC(2021, 8, 1),
  timeZone: 'Asia/Kolkata',
  detailsBytesMax: 4096,
  detailsDepthMax: 8,
  hierarchy: { nodesMax: 100, depthMax: 8, isId },
}
const ROW_MAX = 65_536

function csv<T>(table: Table<T>, bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, how: Backslashes = 'twice') {
  return Array.fromAsync(readCsvTable(bytes, table, RULES, { backslashes: how, rowBytesMax: ROW_MAX }))
}

const fixture = <T>(table: Table<T>, name = `${table.name}.csv`) => csv(table, createReadStream(new URL(name, FOLDER)))

function valuesOf<T>(readings: readonly Reading<T>[]): T[] {
  return readings.flatMap((reading) => ('value' in reading ? [reading.value] : []))
}

/** Each refusal as a line. */
function refusedOf(readings: readonly Reading<unknown>[]): string[] {
  return readings.flatMap((one) => ('reason' in one ? [`${String(one.line)} ${one.column ?? '-'}: ${one.reason}`] : []))
}

/** A view as it is stored after its facts. */
function rowOf(writes: readonly ViewWrite[]): ViewRow {
  return writes.map(({ fact }) => factRow(fact)).reduce(joinViews)
}

test('views keep their status, times, progress and details; what cannot be right is refused with line and column', async () => {
  const readings = await fixture(CONTENT_CONSUMPTION)
  assert.deepEqual(refusedOf(readings), [
    '6 last_access_time: the row says of no time when it was',
    '7 progress: progress must be 0 to 100',
    '8 progressdetails: progressdetails is not JSON',
  ])
  const [complete = [], under = [], none, three = []] = valuesOf(readings)
  assert.deepEqual(complete[0]?.key, { userId: 'u1', collectionId: C, contextId: B, contentId: LEAF })
  const accessed = Date.UTC(2021, 5, 25, 10)
  assert.deepEqual(rowOf(complete), {
    startedAt: Date.UTC(2021, 5, 23, 5, 37, 40, 575),
    completedAt: Date.UTC(2021, 5, 24, 9, 30),
    lastAccessAt: accessed,
    progress: 100,
    timespentSeconds: 0,
    details: JSON.stringify({ mimeType: 'application/pdf', note: 'a "quoted", word\nand a line', current: ['3'] }),
    detailsAt: accessed,
  })
  assert.deepEqual([viewStatus(rowOf(under)), rowOf(under).progress], [1, 40])
  assert.deepEqual(none, [], 'a row of counters alone is no view')
  assert.equal(rowOf(three).completedAt, Date.UTC(2021, 6, 1, 2, 30, 0, 250), 'status 3 is complete')
})

test('the older names of columns mean the same', async () => {
  const readings = await fixture(CONTENT_CONSUMPTION, 'user_content_consumption-older.csv')
  const [writes = []] = valuesOf(readings)
  assert.deepEqual(writes[0]?.key, { userId: 'u1', collectionId: C, contextId: B, contentId: LEAF })
  assert.equal(rowOf(writes).completedAt, Date.UTC(2020, 5, 24, 9, 30))
  assert.deepEqual(refusedOf(readings), ['3 lastaccesstime: lastaccesstime is no time with an offset from UTC'])
})

test('JSON lines give the same facts', async () => {
  const file = createReadStream(new URL('user_content_consumption.jsonl', FOLDER))
  const readings = await Array.fromAsync(readJsonTable(file, CONTENT_CONSUMPTION, RULES, ROW_MAX))
  assert.equal(rowOf(valuesOf(readings)[0] ?? []).completedAt, Date.UTC(2021, 5, 24, 9, 30))
  assert.deepEqual(refusedOf(readings), [
    '2 courseid: courseid and collectionid differ',
    '3 -: the line is no JSON object',
    '4 -: the file ends within this line',
  ])
})

test('attempts are scored from their answers; totals that say otherwise are noted, and stand in where answers are missing', async () => {
  const readings = await fixture(ASSESSMENT_ATTEMPTS)
  const [first, second, third] = valuesOf(readings).map(({ attempt }) => attempt)
  assert.deepEqual([first?.attemptId, first?.score, first?.maxScore], ['a1', 0.33, 2])
  assert.equal(first?.submittedAt, Date.UTC(2021, 5, 23, 5, 40))
  assert.equal(first.firstSubmittedAt, Date.UTC(2021, 5, 23, 5, 37, 40, 575))
  const [answer] = JSON.parse(first.answers) as { title: string; response: unknown }[]
  assert.equal(answer?.title, 'What\'s 2, and "2"?')
  assert.deepEqual(answer.response, [{ '4': String.raw`{"text":"10\\n"}` }])
  assert.deepEqual([second?.score, third?.score, third?.maxScore], [1, 3, 5])
  const noted = readings.flatMap((one) => ('notes' in one ? one.notes.map((note) => [one.line, note.text]) : []))
  assert.deepEqual(noted, [[3, "the row's total is 2 of 2; its answers make 1 of 2, which counts"]])
  assert.deepEqual(
    refusedOf(readings).map((line) => line.replace(/\(.*/, '')),
    [
      '5 question: the row has neither answers nor totals',
      '6 question: question cannot be read: a comma or ] must follow ',
      '7 question[0].score: question[0].score: the score is above the maximum score',
    ],
  )
})

test('enrolments keep their dates, ended ones stay ended, and what was derived is only a claim', async () => {
  const readings = await fixture(ENROLMENTS)
  const at = Date.UTC(2021, 5, 20)
  const [active, ended] = valuesOf(readings)
  assert.deepEqual(active?.enrolment, { firstEnrolledAt: at, enrolledAt: at, unenrolledAt: null })
  assert.deepEqual(active.claim, {
    status: 2,
    completedCount: 1,
    completedAt: Date.UTC(2021, 5, 25, 10),
    contents: new Map([
      [LEAF, 2],
      ['KP_FT_1594149814674', 1],
    ]),
  })
  assert.deepEqual(ended?.enrolment, { firstEnrolledAt: at, enrolledAt: at, unenrolledAt: Date.UTC(2021, 6, 25, 10) })
  assert.deepEqual(refusedOf(readings), [
    '4 enrolled_date: the row does not say when the learner enrolled',
    '5 active: active is neither True nor False',
  ])
})

test('aggregates are claims of a batch, for the collection or a unit', async () => {
  const readings = await fixture(ACTIVITY_AGGREGATES)
  const key = { userId: 'u1', collectionId: C, contextId: B }
  assert.deepEqual(valuesOf(readings), [
    { of: 'collection', key, completedCount: 1, scores: new Map([[LEAF, { score: 0.33, maxScore: 2, attempts: 1 }]]) },
    { of: 'unit', key: { ...key, collectionId: 'do_1' }, completedCount: 1, scores: new Map() },
  ])
  assert.deepEqual(refusedOf(readings), ['4 agg: agg must hold numbers'])
})

test('batches become contexts: days are whole days of the instance, and only what a person ended is ended by hand', async () => {
  const readings = await fixture(COURSE_BATCHES)
  const [first, older, byHand] = valuesOf(readings)
  assert.equal(first?.name, 'Batch, first')
  assert.equal(first.endsAt, Date.UTC(2021, 11, 31, 18, 29, 59, 999))
  assert.equal(first.statusSet, 'ended', 'it has status 2 months before its end')
  assert.equal(older?.endsAt, Date.UTC(2021, 11, 31, 18, 29, 59, 999))
  assert.deepEqual([older.startDate, older.endDate, older.statusSet], ['2021-06-01', '2021-12-31', null])
  assert.equal(byHand?.statusSet, 'ended')
  assert.deepEqual(refusedOf(readings), [
    '5 end_date: the batch ends before it starts',
    '6 end_date: end_date or enddate is no date',
  ])
})

test('hierarchies are read as they are published; drafts and broken ones are refused', async () => {
  const readings = await fixture(HIERARCHIES)
  const original = readFileSync(new URL('../sunbird/hierarchy-KP_FT_1594149835504.json', FOLDER), 'utf8')
  const expected = readHierarchy(C, JSON.parse(original) as HierarchyNode, 'best', RULES.hierarchy)
  const [only, ...rest] = valuesOf(readings)
  assert.deepEqual(only?.structure, { ...expected, description: 'Says "hello",\nand \\ more', logo: '' })
  assert.deepEqual(rest, [])
  assert.deepEqual(readHierarchyFile(original, RULES).structure, expected)
  for (const text of ['', '[]', '{}', '{"identifier":"do_1.img"}']) {
    assert.throws(() => readHierarchyFile(text, RULES), RowFault)
  }
  assert.deepEqual(refusedOf(readings), [
    '3 identifier: this is a draft; only what is published counts',
    '4 hierarchy.children[0].identifier: identifier must be a string of 1 to 256 characters',
    '5 hierarchy: hierarchy is not JSON',
  ])
})

test('a file without its columns is refused at its first line, and a row with too few values at its own', async () => {
  const [refused] = await csv(CONTENT_CONSUMPTION, [Buffer.from('u1,c,b,x,2\nu1,c,b,y,2\n')])
  assert.ok(refused !== undefined && 'reason' in refused)
  assert.equal(refused.column, 'userid')
  assert.match(refused.reason, /WITH HEADER = true/)
  const short = await csv(CONTENT_CONSUMPTION, [Buffer.from('userid,courseid,batchid,contentid,status\nu1,c\n')])
  assert.deepEqual(refusedOf(short), ['2 -: the row has 2 values, the first line 5 columns'])
})

test('whatever a row holds, it gives facts or a refusal', async () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[",\\\n\r]/g, '')),
    fc.constantFrom(
      '2',
      '-1',
      '1e3',
      'null',
      'True',
      "{'a': 1}",
      "[{id: 'q'}]",
      '[',
      '{',
      '2021-06-23 05:37:40+0000',
      '99999999999999',
      '-1',
    ),
  )
  const tables: readonly Table<unknown>[] = [
    CONTENT_CONSUMPTION,
    ASSESSMENT_ATTEMPTS,
    ENROLMENTS,
    ACTIVITY_AGGREGATES,
    COURSE_BATCHES,
    HIERARCHIES,
  ]
  const columns = [
    ...tables.flatMap((table) => table.columns.flat()),
    'question',
    'progressdetails',
    'contentstatus',
    'total_score',
    'grand_total',
    'end_date',
  ]
  const row = fc.dictionary(fc.constantFrom(...columns), cell, { minKeys: 4 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...tables), row, async (table, cells) => {
      const line = Buffer.from(`${JSON.stringify(cells)}\n`)
      assert.equal((await Array.fromAsync(readJsonTable([line], table, RULES, ROW_MAX))).length, 1)
    }),
    { numRuns: 1000 },
  )
})
