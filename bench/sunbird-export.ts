/**
 * `node bench/sunbird-export.ts FOLDER ENROLMENTS [SEED]`: writes what an installation of that size exports, as cqlsh writes
 * it. The same numbers give the same bytes. Of what its jobs aggregated, some is wrong, as theirs is.
 */
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { noise } from './random.ts'

const LEAVES = 10
const LEARNERS_PER_BATCH = 1000
/** One enrolment in so many has an attempt; in so many its aggregates are behind. */
const ATTEMPT_EVERY = 4
const BEHIND_EVERY = 100
const BEGUN = Date.UTC(2024, 0, 1)
const MINUTE = 60_000

/** What one enrolment is made from. */
interface Learner {
  readonly userId: string
  readonly course: string
  readonly batch: string
  /** Contents that are complete; the next one is under way. */
  readonly done: number
  readonly attempted: boolean
  /** How many of them the aggregates know. */
  readonly aggregated: number
  readonly enrolledAt: number
}

export interface ExportSize {
  readonly enrolments: number
  readonly seed: number
}

export function learner(seed: number, index: number): Learner {
  const place = Math.floor(index / LEARNERS_PER_BATCH)
  const done = noise(seed, index) % (LEAVES + 1)
  const behind = noise(seed + 1, index) % BEHIND_EVERY === 0
  return {
    userId: `learner-${String(index).padStart(8, '0')}`,
    course: courseOf(place),
    batch: `batch-${String(place)}`,
    done,
    attempted: done > 0 && noise(seed + 2, index) % ATTEMPT_EVERY === 0,
    aggregated: behind ? Math.max(0, done - 1) : done,
    enrolledAt: BEGUN + (index % 10_000) * MINUTE,
  }
}

const courseOf = (place: number): string => `do_course_${String(place % 50)}`
const leafOf = (course: string, leaf: number): string => `${course}_k${String(leaf)}`
const doneAt = ({ enrolledAt }: Learner, leaf: number): number => enrolledAt + (leaf + 1) * 10 * MINUTE
const time = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '000+0000')
/** As Python's csv module writes it for cqlsh: quoted where it must be, quotes by a backslash. */
const quoted = (text: string): string => `"${text.replaceAll('"', String.raw`\"`)}"`

type Lines = (size: ExportSize) => Iterable<string>

function* eachLearner({ enrolments, seed }: ExportSize, lines: (one: Learner) => Iterable<string>): Iterable<string> {
  for (let index = 0; index < enrolments; index += 1) yield* lines(learner(seed, index))
}

function places({ enrolments }: ExportSize): number {
  return Math.ceil(enrolments / LEARNERS_PER_BATCH)
}

const FILES: Readonly<Record<string, Lines>> = {
  *content_hierarchy(size) {
    yield 'identifier,hierarchy'
    for (let course = 0; course < Math.min(50, places(size)); course += 1) {
      const id = courseOf(course)
      const children = Array.from({ length: LEAVES }, (_, leaf) => ({ identifier: leafOf(id, leaf) }))
      yield `${id},${quoted(JSON.stringify({ identifier: id, name: `Course ${String(course)}`, status: 'Live', children }))}`
    }
  },
  *course_batch(size) {
    yield 'courseid,batchid,name,enrollmenttype,start_date,end_date,status'
    for (let place = 0; place < places(size); place += 1) {
      yield `${courseOf(place)},batch-${String(place)},Batch ${String(place)},open,${time(BEGUN)},,1`
    }
  },
  *user_enrolments(size) {
    yield 'userid,courseid,batchid,active,completedon,contentstatus,datetime,enrolled_date,progress,status'
    yield* eachLearner(size, function* (one) {
      const { userId, course, batch, aggregated, enrolledAt } = one
      const statuses = Array.from({ length: aggregated }, (_, leaf) => `'${leafOf(course, leaf)}': 2`).join(', ')
      const complete = aggregated === LEAVES
      const completedOn = complete ? time(doneAt(one, LEAVES - 1) + MINUTE) : ''
      const status = complete ? 2 : aggregated > 0 ? 1 : 0
      const contents = statuses === '' ? '' : quoted(`{${statuses}}`)
      yield `${userId},${course},${batch},True,${completedOn},${contents},${time(enrolledAt)},${time(enrolledAt)},${String(aggregated)},${String(status)}`
    })
  },
  *user_content_consumption(size) {
    yield 'userid,courseid,batchid,contentid,completedcount,datetime,last_access_time,last_completed_time,last_updated_time,progress,progressdetails,status,viewcount'
    yield* eachLearner(size, function* (one) {
      const { userId, course, batch, done } = one
      for (let leaf = 0; leaf < done; leaf += 1) {
        const at = time(doneAt(one, leaf))
        yield `${userId},${course},${batch},${leafOf(course, leaf)},1,${at},${at},${at},${at},100,,2,1`
      }
      if (done === LEAVES) return
      const at = time(doneAt(one, done))
      yield `${userId},${course},${batch},${leafOf(course, done)},0,${at},${at},,${at},30,,1,1`
    })
  },
  *assessment_aggregator(size) {
    yield 'course_id,batch_id,user_id,content_id,attempt_id,created_on,last_attempted_on,updated_on,grand_total,total_max_score,total_score,question'
    yield* eachLearner(size, function* (one) {
      if (!one.attempted) return
      const { userId, course, batch } = one
      const at = time(doneAt(one, 0))
      const question = `[{id: 'q1', assess_ts: '${at}', max_score: 2, score: ${String(scoreOf(one))}, type: 'mcq', title: 'What''s 1, and 1?', resvalues: [], params: [], description: , duration: 9}]`
      yield `${course},${batch},${userId},${leafOf(course, 0)},attempt-1,${at},${at},${at},${String(scoreOf(one))}.0/2.0,2,${String(scoreOf(one))},${quoted(question)}`
    })
  },
  *user_activity_agg(size) {
    yield 'activity_type,activity_id,user_id,context_id,agg,agg_last_updated,aggregates'
    yield* eachLearner(size, function* (one) {
      const { userId, course, batch, aggregated, attempted } = one
      if (aggregated === 0) return
      const leaf = leafOf(course, 0)
      const score = `, 'score:${leaf}': ${String(scoreOf(one))}, 'max_score:${leaf}': 2, 'attempts_count:${leaf}': 1`
      const numbers = `{'completedCount': ${String(aggregated)}${attempted ? score : ''}}`
      yield `Course,${course},${userId},cb:${batch},{'completedCount': ${String(aggregated)}},,${quoted(numbers)}`
    })
  },
}

const scoreOf = ({ done }: Learner): number => (done % 2) + 1

/** Writes every table, a file each; holds no more than a chunk of one in memory. */
export async function writeExport(folder: string, size: ExportSize): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const [table, lines] of Object.entries(FILES)) {
    await pipeline(Readable.from(chunks(lines(size))), createWriteStream(join(folder, `${table}.csv`)))
  }
}

const CHUNK = 65_536

function* chunks(lines: Iterable<string>): Iterable<string> {
  let chunk = ''
  for (const line of lines) {
    chunk += `${line}\n`
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

if (import.meta.main) {
  const [folder = '', enrolments = '', seed = '1'] = process.argv.slice(2)
  if (folder === '' || !/^[1-9]\d{0,8}$/.test(enrolments) || !/^\d{1,9}$/.test(seed)) {
    process.stderr.write('use: node bench/sunbird-export.ts FOLDER ENROLMENTS [SEED]\n')
    process.exitCode = 2
  } else await writeExport(folder, { enrolments: Number(enrolments), seed: Number(seed) })
}
