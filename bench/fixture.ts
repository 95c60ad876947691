/** Makes a store of millions of rows in seconds: SQLite itself generates the rows, in the order of their keys. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Context } from '../src/domain/progress/context.ts'
import { readHierarchy } from '../src/domain/progress/hierarchy.ts'
import { summarise } from '../src/domain/progress/summary.ts'
import { isId } from '../src/domain/id.ts'
import { encodeStructure, encodeSummary, type StoredSummary } from '../src/stores/codec.ts'
import { openDatabase } from '../src/stores/sqlite/database.ts'
import { collectionOf, COMPLETED_AT, contentOf, doneOf, STARTED_AT, type Group } from './groups.ts'

/** Says how many rows of how many are made. */
export type FixtureProgress = (rows: number) => void

const LEARNERS_AT_ONCE = 2000

/** Learner n of a group, and how many contents of its course are done: the numbers that rows are made from. */
const LEARNERS = `(SELECT value AS n, value % $courses AS course,
  iif($some, (value * 7) % ($leaves + 1), $unread) AS done FROM json_each($learners))`

const CONTENTS = `INSERT INTO content (content, content_id)
  SELECT $firstContent + c.value * $leaves + k.value, printf('%s-c%03d-k%06d', $name, c.value, k.value)
  FROM json_each($each) c CROSS JOIN json_each($contents) k`

const PARTICIPATIONS = `INSERT INTO participation (participation, user_id, collection_id, context_id, member,
    first_enrolled_at, enrolled_at, unenrolled_at, completed_at)
  SELECT $first + n, printf('%s-u%07d', $name, n), printf('%s-c%03d', $name, course),
    printf('%s-c%03d-b1', $name, course), 1, $enrolled, $enrolled, NULL, iif(done = $leaves, $finished, NULL)
  FROM ${LEARNERS}`

const VIEWS = `INSERT INTO view (participation, content, started_at, completed_at, last_access_at, progress, timespent_s,
    details, details_at)
  SELECT $first + l.n, $firstContent + l.course * $leaves + k.n, $started, iif(k.n < l.done, $completed, NULL),
    iif(k.n < l.done, $completed, $started), iif(k.n < l.done, 100.0, 0.0), 0.0, NULL, NULL
  FROM ${LEARNERS} l CROSS JOIN (SELECT value AS n FROM json_each($contents)) k`

/** Learners and contents in an order that mixes them. */
const UNREAD = `INSERT INTO log (at, type, key, data)
  SELECT $at, 'view-ended', user_id, json_object('type', 'view-ended', 'userId', user_id,
    'collectionId', collection_id, 'contextId', context_id,
    'contentId', printf('%s-k%06d', collection_id, k.value), 'completedAt', $at)
  FROM participation CROSS JOIN json_each($ended) k WHERE participation BETWEEN $first AND $last
  ORDER BY ((participation - $first) * 7919 + k.value * 104729) % 1000003`

/** Numbers of the first participation and of the first content of a group: the next ones follow, so that rows are appended. */
interface Numbers {
  readonly first: number
  readonly firstContent: number
}

/** Fills a new data folder; answers the bytes on disk. */
export function makeStore(folder: string, groups: readonly Group[], onProgress: FixtureProgress): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'waymark.db')
  const database = openDatabase(path, 'strict')
  try {
    // Nothing here must survive a crash: whatever made this store makes it again.
    database.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF')
    let rows = 0
    let numbers: Numbers = { first: 1, firstContent: 1 }
    for (const group of [...groups].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      database.exec('BEGIN')
      if (group.views || group.enrolled) {
        const before = rows
        makeRows(database, group, numbers, (made) => {
          rows = before + made
          onProgress(rows)
        })
        const { first, firstContent } = numbers
        numbers = { first: first + group.learners, firstContent: firstContent + group.courses * group.leaves }
      }
      if (group.published) for (let course = 0; course < group.courses; course += 1) publish(database, group, course)
      database.exec('COMMIT')
    }
    // What the log holds was published before: only what is measured is published while it is.
    database.exec("INSERT INTO position SELECT 'relay', max(seq) FROM log HAVING max(seq) > 0")
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
  return statSync(path).size
}

/** Contents, participations, view rows, summaries and unread triggers of a group, as the product writes them. */
function makeRows(database: DatabaseSync, group: Group, numbers: Numbers, onProgress: FixtureProgress): void {
  const { name, courses, leaves, learners, unread } = group
  const contents = JSON.stringify(upTo(leaves))
  const { first, firstContent } = numbers
  if (group.views) {
    const each = JSON.stringify(upTo(courses))
    database
      .prepare(CONTENTS)
      .run({ $name: name, $leaves: leaves, $firstContent: firstContent, $each: each, $contents: contents })
  }
  const participations = database.prepare(PARTICIPATIONS)
  const views = database.prepare(VIEWS)
  for (let from = 0; from < learners; from += LEARNERS_AT_ONCE) {
    const to = Math.min(learners, from + LEARNERS_AT_ONCE)
    const common = {
      $courses: courses,
      $leaves: leaves,
      $some: group.completed && unread === 0 ? 1 : 0,
      $unread: unread,
      $first: first,
      $learners: JSON.stringify(upTo(to - from).map((index) => from + index)),
    }
    const [enrolled, finished] = group.enrolled ? [STARTED_AT, COMPLETED_AT] : [null, null]
    participations.run({ ...common, $name: name, $enrolled: enrolled, $finished: finished })
    if (!group.views) continue
    const times = { $started: STARTED_AT, $completed: COMPLETED_AT }
    views.run({ ...common, ...times, $firstContent: firstContent, $contents: contents })
    onProgress(to * leaves)
  }
  if (group.enrolled) storeSummaries(database, group, first)
  if (unread === 0) return
  const ended = JSON.stringify(upTo(unread))
  database.prepare(UNREAD).run({ $at: COMPLETED_AT, $first: first, $last: first + learners - 1, $ended: ended })
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** The summaries of a group: they depend on nothing but how many contents are done. */
function storeSummaries(database: DatabaseSync, group: Group, first: number): void {
  const store = database.prepare('INSERT INTO summary VALUES (?, 1, ?, ?, ?, ?, ?)')
  const texts = new Map<number, ReturnType<typeof summaryOf>>()
  for (let learner = 0; learner < group.learners; learner += 1) {
    const done = doneOf(group, learner)
    const { status, leaves, details } = texts.get(done) ?? summaryOf(group, done)
    texts.set(done, { status, leaves, details })
    store.run(first + learner, done, group.leaves, status, leaves, details)
  }
}

function publish(database: DatabaseSync, group: Group, course: number): void {
  const id = collectionOf(group, course)
  const content = hierarchyOf(group, id)
  database
    .prepare('INSERT INTO collection VALUES (?, 1, ?, ?, ?, 0)')
    .run(id, STARTED_AT, encodeStructure(structureOf(group, id)), JSON.stringify(content))
  const dates = { startsAt: null, endsAt: null, enrolmentEndsAt: null, startDate: null, endDate: null }
  const context: Context = {
    ...dates,
    collectionId: id,
    contextId: `${id}-b1`,
    kind: 'batch',
    name: 'Batch 1',
    statusSet: null,
    rules: null,
    enrollmentEndDate: null,
  }
  database.prepare('INSERT INTO context VALUES (?, ?, ?, 0)').run(id, context.contextId, JSON.stringify(context))
}

function hierarchyOf(group: Group, id: string): { identifier: string; name: string; children: object[] } {
  const children = Array.from({ length: group.leaves }, (_, leaf) => ({ identifier: contentOf(id, leaf) }))
  return { identifier: id, name: `Course ${id}`, children }
}

function structureOf(group: Group, id: string): ReturnType<typeof readHierarchy> {
  return readHierarchy(id, hierarchyOf(group, id), 'best', { nodesMax: 1_000_000, depthMax: 20, isId })
}

/** The stored summary of a learner who has done so many contents of a course. */
function summaryOf(group: Group, done: number): StoredSummary & { readonly status: number } {
  const id = collectionOf(group, 0)
  const structure = structureOf(group, id)
  const views = new Map(
    Array.from({ length: group.leaves }, (_, leaf) => {
      const completedAt = leaf < done ? COMPLETED_AT : null
      const rest = { lastAccessAt: STARTED_AT, progress: 0, timespentSeconds: 0, details: null, detailsAt: null }
      return [contentOf(id, leaf), { startedAt: STARTED_AT, completedAt, ...rest }] as const
    }),
  )
  const summary = summarise(structure, 1, { views, attempts: new Map(), completedAt: undefined })
  return { status: summary.status, ...encodeSummary(summary, structure) }
}
