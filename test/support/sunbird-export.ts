/** An export of today's system with as many learners as wanted, for tests that import it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backslashes } from '../../src/codec/cqlsh-csv.ts'
import { cqlLiteral, cqlshRow } from './cqlsh-writer.ts'

export const COURSE = 'do_course'
const BATCH = 'batch-1'
const LEAVES = ['do_a', 'do_b', 'do_quiz'] as const

const HIERARCHY = JSON.stringify({
  identifier: COURSE,
  name: 'A "quoted" \\ name',
  children: [
    {
      identifier: 'do_unit',
      mimeType: 'application/vnd.ekstep.content-collection',
      children: LEAVES.slice(0, 2).map(leaf),
    },
    leaf('do_quiz'),
  ],
})

function leaf(identifier: string): object {
  return { identifier, mimeType: 'application/pdf' }
}

const at = (day: number): string => `2021-06-${String(day).padStart(2, '0')} 05:37:40.575000+0000`

export type ExportTables = Readonly<Record<string, readonly (readonly string[])[]>>

/** What the course says of the score of who has done all of it. */
function scored(done: number): string {
  return done < LEAVES.length ? '' : ", 'score:do_quiz': 2, 'max_score:do_quiz': 3, 'attempts_count:do_quiz': 1"
}

/** The rows of each table, the names of the columns first. */
export function exportTables(learners: number): ExportTables {
  const users = Array.from({ length: learners }, (_, index) => `user-${String(index).padStart(3, '0')}`)
  /** How many leaves a learner has completed. */
  const done = (index: number): number => index % (LEAVES.length + 1)
  return {
    content_hierarchy: [
      ['identifier', 'hierarchy'],
      [COURSE, HIERARCHY],
    ],
    course_batch: [
      ['courseid', 'batchid', 'start_date', 'end_date', 'name', 'status'],
      [COURSE, BATCH, at(1), '', 'First, of all', '1'],
    ],
    user_enrolments: [
      [
        'userid',
        'courseid',
        'batchid',
        'active',
        'completedon',
        'contentstatus',
        'enrolled_date',
        'progress',
        'status',
      ],
      ...users.map((user, index) => {
        const contents = new Map(LEAVES.slice(0, done(index)).map((id) => [id, '2']))
        const status = done(index) === LEAVES.length ? '2' : done(index) === 0 ? '0' : '1'
        const completedOn = status === '2' ? at(12) : ''
        // Of every fifth learner the course says less than was done.
        const count = String(Math.max(0, done(index) - (index % 5 === 2 ? 1 : 0)))
        const literal = contents.size === 0 ? '' : cqlLiteral(contents)
        return [user, COURSE, BATCH, 'True', completedOn, literal, at(2), count, status]
      }),
    ],
    user_content_consumption: [
      [
        'userid',
        'courseid',
        'batchid',
        'contentid',
        'status',
        'progress',
        'progressdetails',
        'last_access_time',
        'last_completed_time',
      ],
      ...users.flatMap((user, index) =>
        LEAVES.slice(0, done(index)).map((id, place) => {
          const details = JSON.stringify({ note: `a "quote", \\ and\na line of ${user}` })
          return [user, COURSE, BATCH, id, '2', '100', details, at(10 + place), at(10 + place)]
        }),
      ),
    ],
    assessment_aggregator: [
      [
        'course_id',
        'batch_id',
        'user_id',
        'content_id',
        'attempt_id',
        'last_attempted_on',
        'total_score',
        'total_max_score',
        'question',
      ],
      ...users.flatMap((user, index) =>
        done(index) < LEAVES.length ? [] : [[COURSE, BATCH, user, 'do_quiz', 'attempt-1', at(12), '2', '3', '']],
      ),
    ],
    user_activity_agg: [
      ['activity_type', 'activity_id', 'user_id', 'context_id', 'agg'],
      ...users.flatMap((user, index) => [
        ['Course', COURSE, user, `cb:${BATCH}`, `{'completedCount': ${String(done(index))}${scored(done(index))}}`],
        ['course-unit', 'do_unit', user, `cb:${BATCH}`, `{'completedCount': ${String(Math.min(2, done(index)))}}`],
      ]),
    ],
  }
}

/** Writes tables as CSV files of their names. */
export function writeExport(folder: string, tables: ExportTables, backslashes: Backslashes = 'twice'): void {
  mkdirSync(folder, { recursive: true })
  for (const [table, rows] of Object.entries(tables)) {
    writeFileSync(join(folder, `${table}.csv`), rows.map((row) => cqlshRow(row, backslashes)).join(''))
  }
}
