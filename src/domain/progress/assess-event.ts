/**
 * ASSESS events of telemetry (version 3) and the flat form that newer players send, read into answers.
 *
 * ```
 * {"eid":"ASSESS","ets":1621247568145,"edata":{"item":{"id":"do_1","maxscore":10,"type":"mcq","title":"…"},
 *   "score":0,"resvalues":[{"4":"…"}],"duration":11}}
 * {"questionId":"do_1","score":0.33,"maxScore":1,"duration":4,"timestamp":1621247568145,"questionType":"mcq","title":"…"}
 * ```
 * Events carry much more; what is not scored is ignored.
 */
import { isId } from '../id.ts'
import type { Answer } from './attempt.ts'

/** An event that cannot be scored. `path` is relative to the event (`edata.item.id`). */
export interface AssessFault {
  readonly path: string
  readonly message: string
}

export type AssessReading =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly fault: AssessFault }

type Fields = Readonly<Record<string, unknown>>

/** Reads one event in either form. */
export function readAssessEvent(event: unknown): AssessReading {
  if (!isFields(event)) return fault('', 'an assessment event must be an object')
  return isFields(event['edata']) ? readTelemetry(event, event['edata']) : readFlat(event)
}

function readTelemetry(event: Fields, edata: Fields): AssessReading {
  if (event['eid'] !== undefined && event['eid'] !== 'ASSESS') return fault('eid', 'only ASSESS events can be scored')
  const item = isFields(edata['item']) ? edata['item'] : {}
  return build(
    { value: item['id'], path: 'edata.item.id' },
    { value: event['ets'], path: 'ets' },
    { value: edata['score'], path: 'edata.score' },
    { value: item['maxscore'], path: 'edata.item.maxscore' },
    { type: item['type'], title: item['title'], duration: edata['duration'], response: edata['resvalues'] },
  )
}

function readFlat(event: Fields): AssessReading {
  return build(
    { value: event['questionId'], path: 'questionId' },
    { value: event['timestamp'] ?? event['ets'], path: 'timestamp' },
    { value: event['score'], path: 'score' },
    { value: event['maxScore'], path: 'maxScore' },
    {
      type: event['questionType'],
      title: event['title'],
      duration: event['duration'],
      response: event['resvalues'] ?? event['response'],
    },
  )
}

/** Greatest score of one question: sums of them stay exact to the sixth decimal. */
const SCORE_MAX = 1e9

interface Field {
  readonly value: unknown
  readonly path: string
}

function build(
  id: Field,
  at: Field,
  score: Field,
  maxScore: Field,
  rest: { type: unknown; title: unknown; duration: unknown; response: unknown },
): AssessReading {
  if (typeof id.value !== 'string' || !isId(id.value)) {
    return fault(id.path, 'the question id must be a string of 1 to 256 characters')
  }
  const answeredAt = readMillis(at.value)
  if (answeredAt === undefined) return fault(at.path, 'the time of the answer must be milliseconds since 1970')
  if (typeof score.value !== 'number' || !(Math.abs(score.value) <= SCORE_MAX)) {
    return fault(score.path, 'the score must be a number')
  }
  if (typeof maxScore.value !== 'number' || !(maxScore.value >= 0 && maxScore.value <= SCORE_MAX)) {
    return fault(maxScore.path, 'the maximum score must be a number, 0 or more')
  }
  if (score.value > maxScore.value) return fault(score.path, 'the score is above the maximum score')
  return {
    ok: true,
    answer: {
      questionId: id.value,
      answeredAt,
      score: score.value,
      maxScore: maxScore.value,
      type: typeof rest.type === 'string' ? rest.type : '',
      title: typeof rest.title === 'string' ? rest.title.toWellFormed() : '',
      durationSeconds: typeof rest.duration === 'number' && Number.isFinite(rest.duration) ? rest.duration : 0,
      response: rest.response ?? null,
    },
  }
}

/** Milliseconds since 1970 from a number or a text of digits (both occur in real telemetry); undefined otherwise. */
export function readMillis(value: unknown): number | undefined {
  const millis = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof millis === 'number' && Number.isSafeInteger(millis) && millis >= 0 ? millis : undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fault(path: string, message: string): AssessReading {
  return { ok: false, fault: { path, message } }
}
