/**
 * `assessment_aggregator`: attempts with the answers that counted. The score is made from the answers, as for every other
 * attempt; where the row's totals say otherwise, that is noted. Rows without answers keep their totals.
 */
import { readAssessEvent } from '../../domain/progress/assess-event.ts'
import { scoreAttempt, type Answer, type Attempt } from '../../domain/progress/attempt.ts'
import type { ViewKey } from '../../domain/progress/key.ts'
import { isList, isMap, type CqlMap, type CqlValue } from '../../codec/cql-value.ts'
import { readCqlInstant, readCqlNumber } from '../../codec/cql-scalar.ts'
import { RowFault, type ExportRow } from './export-row.ts'
import type { Note, Table } from './table.ts'

/** An attempt and where it was made. */
export interface AttemptWrite {
  readonly key: ViewKey
  readonly attempt: Attempt
}

/** cqlsh writes doubles with 12 digits, unless it was told otherwise. */
const TOTALS_APART_MAX = 1e-5

export const ASSESSMENT_ATTEMPTS: Table<AttemptWrite> = {
  name: 'assessment_aggregator',
  columns: [
    ['user_id'],
    ['collection_id', 'course_id'],
    ['context_id', 'batch_id'],
    ['content_id'],
    ['attempt_id'],
    ['last_attempted_on', 'updated_on', 'created_on'],
  ],
  read: (row, { nowMs }) => {
    const key: ViewKey = {
      userId: row.id('user_id'),
      collectionId: row.id('collection_id', 'course_id'),
      contextId: row.id('context_id', 'batch_id'),
      contentId: row.id('content_id'),
    }
    const attemptId = row.id('attempt_id')
    const submittedAt = row.past(nowMs, 'last_attempted_on', 'updated_on', 'created_on')
    if (submittedAt === undefined)
      throw new RowFault('last_attempted_on', 'the row does not say when the attempt was made')
    const firstSubmittedAt = Math.min(submittedAt, row.past(nowMs, 'created_on') ?? submittedAt)
    const answers = row.list('question').map(answerOf)
    const scored = scoreAttempt(attemptId, submittedAt, answers)
    const totals = totalsOf(row)
    if (answers.length > 0) {
      return { value: { key, attempt: { ...scored, firstSubmittedAt } }, notes: differences(scored, totals) }
    }
    if (totals === undefined) throw new RowFault('question', 'the row has neither answers nor totals')
    const { score, maxScore } = totals
    if (!(maxScore >= 0 && score <= maxScore)) throw new RowFault('total_score', 'the score is above the maximum score')
    return { value: { key, attempt: { ...scored, firstSubmittedAt, score, maxScore } }, notes: [] }
  },
}

interface Totals {
  readonly score: number
  readonly maxScore: number
}

/** The totals, or what the older text column holds instead: `3.0/5.0`. */
function totalsOf(row: ExportRow): Totals | undefined {
  const score = row.number('total_score')
  const maxScore = row.number('total_max_score')
  if (score !== undefined && maxScore !== undefined) return { score, maxScore }
  const grand = row.text('grand_total')
  if (grand === undefined) return undefined
  const [left, right, ...more] = grand.split('/').map((part) => readCqlNumber(part.trim()))
  if (left === undefined || right === undefined || more.length > 0) {
    throw new RowFault('grand_total', 'grand_total is not of the form 3.0/5.0')
  }
  return { score: left, maxScore: right }
}

function differences(scored: Totals, totals: Totals | undefined): Note[] {
  if (totals === undefined) return []
  const apart = Math.max(Math.abs(scored.score - totals.score), Math.abs(scored.maxScore - totals.maxScore))
  if (apart <= TOTALS_APART_MAX * Math.max(1, totals.maxScore)) return []
  const said = `${String(totals.score)} of ${String(totals.maxScore)}`
  const found = `${String(scored.score)} of ${String(scored.maxScore)}`
  return [{ column: 'total_score', text: `the row's total is ${said}; its answers make ${found}, which counts` }]
}

function answerOf(question: CqlValue, index: number): Answer {
  const at = `question[${String(index)}]`
  if (!isMap(question)) throw new RowFault(at, `${at} is no question`)
  const reading = readAssessEvent({
    questionId: question.get('id'),
    timestamp: scalar(question, 'assess_ts', readCqlInstant),
    score: scalar(question, 'score', readCqlNumber),
    maxScore: scalar(question, 'max_score', readCqlNumber),
    questionType: question.get('type'),
    title: question.get('title'),
    duration: scalar(question, 'duration', readCqlNumber),
    resvalues: jsonOf(question.get('resvalues') ?? null),
  })
  if (reading.ok) return reading.answer
  const field = FIELDS[reading.fault.path] ?? reading.fault.path
  throw new RowFault(`${at}.${field}`, `${at}.${field}: ${reading.fault.message}`)
}

/** What the fields of the user type are called where answers are read. */
const FIELDS: Readonly<Record<string, string>> = { questionId: 'id', timestamp: 'assess_ts', maxScore: 'max_score' }

function scalar(question: CqlMap, field: string, read: (text: string) => number | undefined): number | undefined {
  const value = question.get(field)
  return typeof value === 'string' ? read(value) : undefined
}

function jsonOf(value: CqlValue): unknown {
  if (isMap(value)) return Object.fromEntries([...value].map(([key, item]) => [key, jsonOf(item)]))
  return isList(value) ? value.map(jsonOf) : value
}
