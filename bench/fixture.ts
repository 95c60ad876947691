/** Makes a store of millions of rows in seconds: SQLite itself generates the rows, in the order of their keys. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Context } from '../src/domain/progress/context.ts'
import { readHierarchy } from '../src/domain/progress/hierarchy.ts'
import { summarise } from '../src/domain/progress/summary.ts'
import { isId } from '../src/domain/id.ts'
import { encodeStructure, encodeSummary } from '../src/stores/codec.ts'
import { openDatabase } from '../src/stores/sqlite/database.ts'
import { collectionOf, COMPLETED_AT, contentOf, doneOf, idsOf, STARTED_AT, userOf, type Group } from './groups.ts'

/** Says how many rows of how many are made. */
export type FixtureProgress = (rows: number) => void

const LEARNERS_AT_ONCE = 2000

const VIEWS = `INSERT INTO view (user_id, collection_id, context_id, content_id,
    started_at, completed_at, last_access_at, progress, timespent_s, details, details_at)
  SELECT printf('%s-u%07d', $name, l.n), printf('%s-c%03d', $name, l.n % $courses),
    printf('%s-c%03d-b1', $name, l.n % $courses), printf('%s-c%03d-k%06d', $name, l.n % $courses, k.n),
    $started, iif(k.n < l.done, $completed, NULL), iif(k.n < l.done, $completed, $started),
    iif(k.n < l.done, 100.0, 0.0), 0.0, NULL, NULL
  FROM (SELECT value AS n, iif($some, (value * 7) % ($leaves + 1), $unread) AS done FROM json_each($learners)) l
  CROSS JOIN (SELECT value AS n FROM json_each($contents)) k`

/** Fills a new data folder; answers the bytes on disk. */
export function makeStore(folder: string, groups: readonly Group[], onProgress: FixtureProgress): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'waymark.db')
  const database = openDatabase(path, 'strict')
  try {
    // Nothing here must survive a crash: whatever made this store makes it again.
    database.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF')
    let rows = 0
    for (const group of [...groups].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      database.exec('BEGIN')
      if (group.views) {
        for (let from = 0; from < group.learners; from += LEARNERS_AT_ONCE) {
          rows += makeViews(database, group, from, Math.min(group.learners, from + LEARNERS_AT_ONCE))
          onProgress(rows)
        }
      }
      if (group.published) for (let course = 0; course < group.courses; course += 1) publish(database, group, course)
      if (group.enrolled) enrolAll(database, group)
      if (group.unread > 0) logUnread(database, group)
      database.exec('COMMIT')
    }
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
  return statSync(path).size
}

function makeViews(database: DatabaseSync, group: Group, from: number, to: number): number {
  database.prepare(VIEWS).run({
    $name: group.name,
    $courses: group.courses,
    $leaves: group.leaves,
    $some: group.completed && group.unread === 0 ? 1 : 0,
    $unread: group.unread,
    $started: STARTED_AT,
    $completed: COMPLETED_AT,
    $learners: JSON.stringify(Array.from({ length: to - from }, (_, index) => from + index)),
    $contents: JSON.stringify(Array.from({ length: group.leaves }, (_, index) => index)),
  })
  return (to - from) * group.leaves
}

/** What the log holds of a group, learners and contents in an order that mixes them. */
function logUnread(database: DatabaseSync, group: Group): void {
  database
    .prepare(
      `INSERT INTO log (at, key, data)
       SELECT $at, user_id, json_object('type', 'view-ended', 'userId', user_id, 'collectionId', collection_id,
           'contextId', context_id, 'contentId', content_id, 'completedAt', completed_at)
       FROM view WHERE user_id >= $first AND user_id <= $last AND completed_at IS NOT NULL
       ORDER BY (CAST(substr(user_id, -7) AS INTEGER) * 7919 + CAST(substr(content_id, -6) AS INTEGER) * 104729) % 1000003`,
    )
    .run({ $at: COMPLETED_AT, $first: userOf(group, 0), $last: userOf(group, group.learners) })
}

/** Enrolments, participants, completions and summaries of a group, as the product writes them. */
function enrolAll(database: DatabaseSync, group: Group): void {
  const enrol = database.prepare('INSERT INTO enrolment VALUES (?, ?, ?, ?, ?, NULL)')
  const participate = database.prepare('INSERT INTO participant VALUES (?, ?, ?)')
  const complete = database.prepare('INSERT INTO completion VALUES (?, ?, ?, ?)')
  const store = database.prepare('INSERT INTO summary VALUES (?, ?, ?, 1, ?, ?, ?, ?)')
  const texts = new Map<string, { readonly status: number; readonly data: string }>()
  for (let learner = 0; learner < group.learners; learner += 1) {
    const { userId, collectionId, contextId } = idsOf(group, learner)
    const done = doneOf(group, learner)
    const name = `${collectionId} ${String(done)}`
    const text = texts.get(name) ?? summaryText(group, collectionId, done)
    texts.set(name, text)
    enrol.run(userId, collectionId, contextId, STARTED_AT, STARTED_AT)
    participate.run(collectionId, contextId, userId)
    if (done === group.leaves) complete.run(userId, collectionId, contextId, COMPLETED_AT)
    store.run(userId, collectionId, contextId, done, group.leaves, text.status, text.data)
  }
}

function publish(database: DatabaseSync, group: Group, course: number): void {
  const id = collectionOf(group, course)
  const content = hierarchyOf(group, id)
  database
    .prepare('INSERT INTO collection VALUES (?, 1, ?, ?, ?)')
    .run(id, STARTED_AT, encodeStructure(structureOf(group, id)), JSON.stringify(content))
  const dates = { startsAt: null, endsAt: null, enrolmentEndsAt: null, startDate: null, endDate: null }
  const context: Context = {
    ...dates,
    collectionId: id,
    contextId: `${id}-b1`,
    kind: 'batch',
    name: 'Batch 1',
    statusSet: null,
    enrollmentEndDate: null,
  }
  database.prepare('INSERT INTO context VALUES (?, ?, ?)').run(id, context.contextId, JSON.stringify(context))
}

function hierarchyOf(group: Group, id: string): { identifier: string; name: string; children: object[] } {
  const children = Array.from({ length: group.leaves }, (_, leaf) => ({ identifier: contentOf(id, leaf) }))
  return { identifier: id, name: `Course ${id}`, children }
}

function structureOf(group: Group, id: string): ReturnType<typeof readHierarchy> {
  return readHierarchy(id, hierarchyOf(group, id), 'best', { nodesMax: 1_000_000, depthMax: 20, isId })
}

/** The stored summary of a learner who has done so many contents of a course. */
function summaryText(group: Group, id: string, done: number): { readonly status: number; readonly data: string } {
  const views = new Map(
    Array.from({ length: group.leaves }, (_, leaf) => {
      const completedAt = leaf < done ? COMPLETED_AT : null
      const rest = { lastAccessAt: STARTED_AT, progress: 0, timespentSeconds: 0, details: null, detailsAt: null }
      return [contentOf(id, leaf), { startedAt: STARTED_AT, completedAt, ...rest }] as const
    }),
  )
  const summary = summarise(structureOf(group, id), 1, { views, attempts: new Map(), completedAt: undefined })
  return { status: summary.status, data: encodeSummary(summary) }
}
