import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { readConfig } from '../../src/config.ts'
import { isId } from '../../src/domain/id.ts'
import { MODES, targetRow, type Mode } from '../../src/domain/progress/mode.ts'
import type { Store } from '../../src/ports/store.ts'
import { openMemoryStore } from '../../src/stores/memory/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { ASSESSMENT_ATTEMPTS } from '../../src/transformers/sunbird-export/assessment-attempts.ts'
import { CONTENT_CONSUMPTION } from '../../src/transformers/sunbird-export/content-consumption.ts'
import { COURSE_BATCHES } from '../../src/transformers/sunbird-export/course-batches.ts'
import { ENROLMENTS } from '../../src/transformers/sunbird-export/enrolments.ts'
import { ExportRow } from '../../src/transformers/sunbird-export/export-row.ts'
import { HIERARCHIES } from '../../src/transformers/sunbird-export/hierarchies.ts'
import type { Table } from '../../src/transformers/sunbird-export/table.ts'
import { storeOptions, systemClock } from '../../src/wire.ts'
import { COURSE, exportTables, writeExport, type ExportTables } from '../support/sunbird-export.ts'
import { BIN, environment, run, startServer, temporaryFolder, type Finished } from '../support/process.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/sunbird-export')
const LEARNERS = 40

/** All that a store holds, under names instead of numbers. */
const DUMP = [
  'SELECT user_id, collection_id, context_id, member, first_enrolled_at, enrolled_at, unenrolled_at, completed_at FROM participation ORDER BY 1, 2, 3',
  'SELECT * FROM named_view ORDER BY 1, 2, 3, 4',
  'SELECT * FROM named_attempt ORDER BY 1, 2, 3, 4, 5',
  'SELECT * FROM named_copy ORDER BY 1, 2, 3, 4',
  'SELECT * FROM named_move ORDER BY 1, 2, 3',
  'SELECT * FROM named_summary ORDER BY 1, 2, 3',
  'SELECT collection_id, publication, structure, content FROM collection ORDER BY 1',
  'SELECT collection_id, context_id, data FROM context ORDER BY 1, 2',
  'SELECT type, key, data FROM log ORDER BY seq',
  "SELECT name, value FROM meta WHERE name <> 'probe' ORDER BY 1",
]

function read(data: string, sql: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(join(data, 'waymark.db'), { readOnly: true })
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}

function dump(data: string): readonly unknown[] {
  return DUMP.map((sql) => read(data, sql))
}

interface Printed {
  readonly rows: readonly { readonly kind: string; readonly file?: string; readonly userId?: string }[]
  readonly tables: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly recomputed: number
  readonly compared: number
  readonly differing: number
  readonly reasons: Readonly<Record<string, number>>
  readonly kept?: number
}

function importing(folder: string, data: string, ...more: readonly string[]): Promise<Finished> {
  return run(['import', 'sunbird', folder, ...more], { WAYMARK_DATA: data, WAYMARK_IMPORT_COMMIT_ROWS: '7' })
}

async function imported(folder: string, data: string, ...more: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await importing(folder, data, '--json', ...more)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Printed
}

/** A folder that is removed after the test, with an export and a place for the data. */
function folders(t: test.TestContext, tables?: ExportTables): { readonly from: string; readonly data: string } {
  const folder = temporaryFolder()
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  if (tables !== undefined) writeExport(join(folder, 'export'), tables)
  return { from: join(folder, 'export'), data: join(folder, 'data') }
}

const figures = (printed: Printed, field: string): readonly number[] =>
  Object.values(printed.tables).map((counts) => counts[field] ?? 0)

test('an export goes into a new data folder, and a second time changes nothing and says so', async (t) => {
  const { data } = folders(t)
  const first = await imported(FIXTURES, data)
  assert.deepEqual(
    Object.entries(first.tables).map(([table, counts]) => [table, counts['read'], counts['new'], counts['refused']]),
    [
      ['content_hierarchy', 4, 1, 3],
      ['course_batch', 5, 3, 2],
      ['user_enrolments', 4, 2, 2],
      ['user_content_consumption', 13, 3, 7],
      ['assessment_aggregator', 6, 3, 3],
      ['user_activity_agg', 3, 0, 1],
    ],
  )
  const refused = first.rows.filter(({ kind }) => kind !== 'differs')
  const kept = readFileSync(join(data, 'refused.jsonl'), 'utf8').trim().split('\n')
  assert.deepEqual(
    kept.map((line) => JSON.parse(line) as unknown),
    refused,
  )
  assert.deepEqual(refused[5], {
    kind: 'refused',
    file: 'user_enrolments.csv',
    line: 4,
    column: 'enrolled_date',
    reason: 'the row does not say when the learner enrolled',
  })
  const before = dump(data)
  const second = await imported(FIXTURES, data)
  assert.deepEqual([figures(second, 'new'), figures(second, 'changed')], [Array(6).fill(0), Array(6).fill(0)])
  assert.equal(second.recomputed, 0)
  assert.deepEqual(dump(data), before)
  assert.match((await importing(FIXTURES, data)).stdout, /All of it was known: nothing was changed\./)
})

test('nothing of what was done is told: the log names what was published here and nothing else', async (t) => {
  const { from, data } = folders(t, exportTables(LEARNERS))
  await imported(from, data)
  const types = read(data, 'SELECT DISTINCT type FROM log ORDER BY 1').map(({ type }) => type)
  assert.deepEqual(types, ['collection-published', 'context-changed'])
  const server = await startServer({}, data)
  assert.equal(await server.end('SIGTERM'), 0)
  const events = read(data, 'SELECT DISTINCT type FROM event').map(({ type }) => String(type))
  assert.ok(
    events.every((type) => !/enrol|view|attempt|progress|complet/i.test(type)),
    events.join(),
  )
  const doctor = await run(['doctor', '--verify'], { WAYMARK_DATA: data })
  assert.deepEqual([doctor.code, /0 found wrong, 0 put right/.test(doctor.stdout)], [0, true])
})

test('the report says which rows differ from what is recomputed, in words and counted', async (t) => {
  const { from, data } = folders(t, exportTables(LEARNERS))
  const { code, stdout, stderr } = await importing(from, data)
  assert.equal(code, 0)
  assert.match(
    stdout,
    /^differs user-002 in do_course \/ batch-1 \(user_enrolments\): completedCount is 1 there and 2 here/,
  )
  assert.match(stdout, /40 summaries recomputed; 120 rows compared with them, 6 differ/)
  assert.match(stderr, /import KiB \d+\/\d+ 100 %, \d+\/s/)
})

/** The same, recorded as clients would have reported it, in memory. */
async function lived(tables: ExportTables, mode: Mode): Promise<Store> {
  const store = openMemoryStore(systemClock, mode)
  for (const { structure, content } of valuesOf(HIERARCHIES, tables)) await store.catalogue.publish(structure, content)
  for (const context of valuesOf(COURSE_BATCHES, tables)) await store.catalogue.putContext(context)
  for (const { key, enrolment } of valuesOf(ENROLMENTS, tables)) {
    await store.progress.enrol(key, enrolment.enrolledAt, true)
    if (enrolment.unenrolledAt !== null) await store.progress.unenrol(key, enrolment.unenrolledAt)
  }
  for (const writes of valuesOf(CONTENT_CONSUMPTION, tables)) {
    await store.progress.recordViews(writes.map(({ key, fact }) => ({ key: targetRow(mode, key), fact })))
  }
  for (const { key, attempt } of valuesOf(ASSESSMENT_ATTEMPTS, tables)) {
    await store.progress.submitAttempt(targetRow(mode, key), attempt)
  }
  return store
}

function valuesOf<T>(table: Table<T>, tables: ExportTables): readonly T[] {
  const [columns = [], ...rows] = tables[table.name] ?? []
  const rules = {
    nowMs: Date.now(),
    timeZone: 'UTC',
    detailsBytesMax: 4096,
    detailsDepthMax: 8,
    hierarchy: { nodesMax: 100, depthMax: 8, isId },
  }
  const read = (row: readonly string[]): T =>
    table.read(new ExportRow(new Map(columns.map((column, at) => [column, row[at] ?? null]))), rules).value
  return rows.map(read)
}

/** What is shown of the learners of an export. */
async function shownOf({ progress }: Store, tables: ExportTables): Promise<unknown> {
  const keys = valuesOf(ENROLMENTS, tables).map(({ key }) => key)
  return Promise.all(
    keys.map(async (key) => ({
      key,
      summary: await progress.summary(key),
      views: await progress.views(key),
      attempts: await progress.attempts(key),
      enrolment: await progress.enrolment(key),
    })),
  )
}

for (const mode of MODES) {
  test(`in mode ${mode} an import shows what would be shown had it been reported while it happened`, async (t) => {
    const tables = twoBatches(exportTables(12))
    const { from, data } = folders(t, tables)
    const settings = { WAYMARK_DATA: data, WAYMARK_MODE: mode }
    assert.equal((await run(['import', 'sunbird', from], settings)).code, 0)
    const config = readConfig({ ...settings })
    const store = await openSqliteStore(storeOptions(config, systemClock))
    t.after(() => store.close())
    assert.deepEqual(await shownOf(store, tables), await shownOf(await lived(tables, mode), tables))
  })
}

/** Some learners go on in a second batch. */
function twoBatches(tables: ExportTables): ExportTables {
  const [, first = []] = tables['course_batch'] ?? []
  const [, ...enrolments] = tables['user_enrolments'] ?? []
  const again = enrolments
    .filter((_, index) => index % 3 === 1)
    .map((row) => row.with(2, 'batch-2').with(6, '2021-06-25 00:00:00.000000+0000').with(4, '').with(8, '0'))
  return {
    ...tables,
    course_batch: [...(tables['course_batch'] ?? []), first.with(1, 'batch-2')],
    user_enrolments: [...(tables['user_enrolments'] ?? []), ...again],
  }
}

for (const mode of MODES) {
  test(`killed at any moment in mode ${mode} and run again, it comes to what an undisturbed run comes to`, async (t) => {
    const { from, data } = folders(t, exportTables(LEARNERS))
    const inMode = async (folder: string, crashAt = ''): Promise<number | null> => {
      const settings = { WAYMARK_DATA: folder, WAYMARK_MODE: mode, WAYMARK_IMPORT_COMMIT_ROWS: '7', CRASH_AT: crashAt }
      const { code } = await run(['import', 'sunbird', from], { ...settings, WAYMARK_WORKER_BATCH_MAX: '5' })
      return code
    }
    assert.equal(await inMode(data), 0)
    const expected = withoutTimes(dump(data))
    for (const crashAt of momentsIn(mode)) {
      const other = `${data}-${crashAt.replace(':', '-')}`
      assert.equal(await inMode(other, crashAt), null, crashAt)
      assert.equal(await inMode(other), 0)
      assert.deepEqual(withoutTimes(dump(other)), expected, crashAt)
    }
  })
}

/** In the default mode many moments, in the others some. */
function momentsIn(mode: Mode): readonly string[] {
  const early = ['commit-ready:3', 'commit-done:9']
  const late = ['commit-first-write:12', 'commit-done:15', 'commit-ready:18', 'commit-done:23', 'commit-begin:26']
  return mode === 'strict' ? [...early, ...late] : ['commit-ready:18']
}

/** What is noted of when something was published is another time in every run. */
function withoutTimes(tables: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(tables).replaceAll(/\\"(?:publishedAt|since)\\":\d+/g, ''))
}

test('killed while more goes into a store that holds summaries, it comes to the right end as well, and shows nothing wrong before', async (t) => {
  const tables = exportTables(LEARNERS)
  const earlier = (rows: readonly (readonly string[])[] = []): typeof rows => rows.slice(0, rows.length / 2)
  const former = folders(t, { ...tables, user_content_consumption: earlier(tables['user_content_consumption']) })
  const { from, data } = folders(t, tables)
  const settings = { WAYMARK_IMPORT_COMMIT_ROWS: '7', WAYMARK_WORKER_BATCH_MAX: '5' }
  const doIt = async (folder: string, place: string, crashAt = ''): Promise<number | null> =>
    (await run(['import', 'sunbird', folder], { ...settings, WAYMARK_DATA: place, CRASH_AT: crashAt })).code
  assert.deepEqual([await doIt(former.from, data), await doIt(from, data)], [0, 0])
  const expected = withoutTimes(dump(data))
  for (const crashAt of ['commit-done:8', 'commit-ready:12', 'commit-done:16', 'commit-ready:20', 'commit-done:23']) {
    const other = `${data}-${crashAt.replace(':', '-')}`
    assert.deepEqual([await doIt(former.from, other), await doIt(from, other, crashAt)], [0, null], crashAt)
    const shown = await run(['repair', '--dry-run', '--json'], { WAYMARK_DATA: other })
    const { differences } = JSON.parse(shown.stdout) as { differences: readonly { kind: string }[] }
    assert.ok(
      differences.every(({ kind }) => kind === 'missing'),
      'what is not recomputed yet is computed when it is read',
    )
    assert.equal(await doIt(from, other), 0)
    assert.deepEqual(withoutTimes(dump(other)), expected, crashAt)
  }
})

test('killed in the middle, the same command goes on where it was, and counts and lists no row twice', async (t) => {
  const tables = exportTables(400)
  const [columns = [], ...enrolments] = tables['user_enrolments'] ?? []
  const broken = enrolments.map((row, index) => (index % 9 === 0 ? row.with(3, 'maybe') : row))
  const { from, data } = folders(t, { ...tables, user_enrolments: [columns, ...broken] })
  const settings = { WAYMARK_DATA: data, WAYMARK_IMPORT_COMMIT_ROWS: '5', CRASH_AT: 'commit-done:60' }
  const child = spawn(BIN, ['import', 'sunbird', from], { env: environment(settings), stdio: 'ignore' })
  assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL'])
  const { code, stdout, stderr } = await importing(from, data, '--json')
  assert.equal(code, 0)
  assert.match(stderr, /goes on behind what an earlier run has imported/)
  const printed = JSON.parse(stdout) as Printed
  assert.deepEqual(printed.tables['user_enrolments'], {
    read: 400,
    new: 355,
    changed: 0,
    same: 0,
    refused: 45,
    noted: 0,
  })
  const kept = readFileSync(join(data, 'refused.jsonl'), 'utf8').trim().split('\n')
  assert.equal(new Set(kept).size, 45)
  assert.equal(kept.length, 45)
  assert.deepEqual(read(data, "SELECT * FROM meta WHERE name LIKE 'import%'"), [])
})

test('pieces, folders, JSON lines, packed files and both ways of backslashes come to the same', async (t) => {
  const tables = exportTables(LEARNERS)
  const { from, data } = folders(t, tables)
  await imported(from, data)
  const expected = withoutTimes(dump(data))
  const rows = (table: string): readonly (readonly string[])[] => tables[table] ?? []
  const half = (table: string, part: 0 | 1): ExportTables => {
    const [columns = [], ...all] = rows(table)
    return { [table]: [columns, ...all.filter((_, index) => index % 2 === part)] }
  }
  const other = `${from}-otherwise`
  writeExport(other, { ...tables, ...half('user_enrolments', 0) }, 'once')
  writeExport(join(other, 'rest'), { ...half('user_enrolments', 1), ...half('user_content_consumption', 0) }, 'once')
  renameSync(join(other, 'rest/user_enrolments.csv'), join(other, 'user_enrolments-2.csv'))
  mkdirSync(join(other, 'user_content_consumption'))
  writeFileSync(
    join(other, 'user_content_consumption/part.csv.gz'),
    gzipSync(readFileSync(join(other, 'user_content_consumption.csv'))),
  )
  renameSync(join(other, 'rest/user_content_consumption.csv'), join(other, 'user_content_consumption.csv'))
  rmSync(join(other, 'rest'), { recursive: true })
  const [names = [], ...attempts] = rows('assessment_aggregator')
  rmSync(join(other, 'assessment_aggregator.csv'))
  writeFileSync(
    join(other, 'assessment_aggregator.jsonl'),
    attempts.map((row) => `${JSON.stringify(Object.fromEntries(row.map((cell, at) => [names[at], cell])))}\n`).join(''),
  )
  const hierarchy = rows('content_hierarchy')[1]?.[1] ?? ''
  rmSync(join(other, 'content_hierarchy.csv'))
  writeFileSync(join(other, `hierarchy-${COURSE}.json`), hierarchy)
  const printed = await imported(other, `${data}-otherwise`)
  assert.deepEqual(figures(printed, 'refused'), Array(6).fill(0))
  assert.deepEqual(withoutTimes(dump(`${data}-otherwise`)), expected)
})

test('a text that stands for nothing is read so', async (t) => {
  const tables = exportTables(LEARNERS)
  const { from, data } = folders(t, tables)
  await imported(from, data)
  const expected = withoutTimes(dump(data))
  const named = Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => [
      table,
      rows.map((row) => row.map((cell) => (cell === '' ? '<null>' : cell))),
    ]),
  )
  const other = folders(t, named)
  assert.deepEqual(figures(await imported(other.from, other.data, '--null', '<null>'), 'refused'), Array(6).fill(0))
  assert.deepEqual(withoutTimes(dump(other.data)), expected)
})

test('truncated, wrongly quoted and duplicated rows are refused or change nothing, and the rest goes in', async (t) => {
  const tables = exportTables(LEARNERS)
  const { from, data } = folders(t, tables)
  const file = join(from, 'user_content_consumption.csv')
  const lines = readFileSync(file, 'utf8').split('\r\n')
  writeFileSync(file, [...lines.slice(0, 4), 'user-9,"broken" more', ...lines.slice(3, -1), ''].join('\r\n'))
  appendFileSync(file, 'user-9,do_course,"batch')
  const packed = gzipSync(readFileSync(join(from, 'user_enrolments.csv')))
  writeFileSync(join(from, 'user_enrolments-again.csv.gz'), packed.subarray(0, packed.length - 20))
  const printed = await imported(from, data)
  const refused = printed.rows.filter(({ kind }) => kind === 'refused')
  assert.deepEqual(
    refused
      .map((row) => [row.file, (row as unknown as { line: number }).line])
      .filter(([name]) => name !== 'user_enrolments-again.csv.gz'),
    [
      ['user_content_consumption.csv', 5],
      ['user_content_consumption.csv', lines.length + 2],
    ],
  )
  assert.match(JSON.stringify(refused), /the file cannot be unpacked any further/)
  const whole = folders(t, tables)
  await imported(whole.from, whole.data)
  assert.deepEqual(withoutTimes(dump(data)), withoutTimes(dump(whole.data)))
})

test('who was complete there stays so, although rows were archived; without a time it is said', async (t) => {
  const tables = exportTables(LEARNERS)
  const [columns = [], ...enrolments] = tables['user_enrolments'] ?? []
  const complete = enrolments.filter((row) => row[8] === '2')
  const { from, data } = folders(t, {
    ...tables,
    user_enrolments: [columns, ...enrolments.map((row) => (row === complete[1] ? row.with(4, '') : row))],
    user_content_consumption: (tables['user_content_consumption'] ?? []).slice(0, 1),
  })
  const printed = await imported(from, data)
  assert.deepEqual(
    printed.rows.filter(({ kind }) => kind === 'noted').map(({ file }) => file),
    ['user_enrolments.csv'],
  )
  const statuses = read(data, 'SELECT status, progress, count(*) AS n FROM named_summary GROUP BY 1, 2 ORDER BY 1')
  assert.deepEqual(
    statuses.map((row) => ({ ...row })),
    [
      { status: 0, progress: 0, n: LEARNERS - complete.length + 1 },
      { status: 2, progress: 0, n: complete.length - 1 },
    ],
  )
})

test('statuses of contents whose rows were archived are kept where that is asked for, once, and rows that come later count', async (t) => {
  const tables = exportTables(LEARNERS)
  const views = tables['user_content_consumption'] ?? []
  const { from, data } = folders(t, { ...tables, user_content_consumption: views.slice(0, 11) })
  const without = await imported(from, data)
  assert.ok((without.reasons['NO_ROW'] ?? 0) > 0)
  assert.equal(without.kept, undefined)

  const kept = await imported(from, data, '--keep-statuses')
  assert.equal(kept.kept, views.length - 11)
  assert.deepEqual(Object.keys(kept.reasons), ['BEHIND'])
  const again = await imported(from, data, '--keep-statuses')
  assert.deepEqual([again.kept, again.recomputed], [0, 0])

  const whole = folders(t, tables)
  await imported(whole.from, whole.data)
  const progress = 'SELECT user_id, progress, status, leaves FROM named_summary ORDER BY 1'
  assert.deepEqual(read(data, progress), read(whole.data, progress))
  // What was archived turns up after all.
  await imported(whole.from, data)
  const times = 'SELECT user_id, content_id, completed_at FROM named_view ORDER BY 1, 2'
  assert.deepEqual(read(data, times).length, read(whole.data, times).length)
  const [restored] = read(data, `${times} LIMIT 1 OFFSET 20`)
  assert.deepEqual(restored, read(whole.data, `${times} LIMIT 1 OFFSET 20`)[0])
})

test('what is used wrongly is said with an example; a folder in use is refused; a dry run opens no store', async (t) => {
  const { from, data } = folders(t, exportTables(2))
  const nowhere = await importing(join(from, 'nowhere'), data)
  assert.deepEqual([nowhere.code, /nowhere cannot be read \(ENOENT\)/.test(nowhere.stderr)], [2, true])
  const none = await importing(join(import.meta.dirname, '../fixtures/tls'), data)
  assert.equal(none.code, 2)
  assert.match(none.stderr, /holds no file of an export\. Looked for: content_hierarchy\.csv, .*hierarchy-ID\.json/)
  for (const wrong of [[], [from, '--backslashes', 'thrice']]) {
    const { code, stderr } = await run(['import', 'sunbird', ...wrong])
    assert.equal(code, 2)
    assert.match(stderr, /Example: bin\/waymark import sunbird/)
  }
  const unwritable = await importing(from, data, '--dry-run', '--refused', join(from, 'nowhere', 'rows'))
  assert.deepEqual([unwritable.code, /cannot be written \(ENOENT\)/.test(unwritable.stderr)], [2, true])
  const dry = await importing(from, data, '--dry-run')
  assert.equal(dry.code, 0)
  assert.match(dry.stdout, /user_enrolments +2 +0 +0\n[^]*Nothing was changed\.\n$/)
  assert.equal(statSync(data, { throwIfNoEntry: false }), undefined)
  const server = await startServer({}, data)
  t.after(() => server.end('SIGKILL'))
  const refused = await importing(from, data)
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /in use/)
})
