import { ERRORS, type WaymarkError } from '../domain/errors.ts'
import { JsonText } from './json-text.ts'

/** The answer envelope of the viewer-service seed. */
export interface Envelope {
  readonly id: string
  readonly ver: 'v1'
  /** `2021-06-23 05:37:40:575+0000`, UTC. */
  readonly ts: string
  readonly params: {
    readonly resmsgid: null
    readonly msgid: string
    readonly err: string | null
    readonly status: 'success' | 'failed'
    readonly errmsg: string | null
  }
  readonly responseCode: 'OK' | 'BAD_REQUEST' | 'CLIENT_ERROR' | 'SERVER_ERROR'
  readonly result: unknown
}

/** The outcome part of `params`, which items of a batch carry as well. */
export interface Outcome {
  readonly err: string | null
  readonly status: 'success' | 'failed'
  readonly errmsg: string | null
}

export const SUCCESS: Outcome = { err: null, status: 'success', errmsg: null }

export function failure(error: WaymarkError): Outcome {
  return { err: error.code, status: 'failed', errmsg: error.message }
}

/** What `result` holds beside a failure: the field at fault, where there is one. */
export function faultResult(error: WaymarkError): { readonly field?: string } {
  return error.field === undefined ? {} : { field: error.field }
}

/** The latest time that was asked for: a busy server answers many requests within one millisecond. */
let latest = { milliseconds: Number.NaN, text: '' }

/** The seed's form of a time: milliseconds after a colon, offset without one. */
export function envelopeTime(milliseconds: number): string {
  if (milliseconds !== latest.milliseconds) {
    const iso = new Date(milliseconds).toISOString()
    latest = { milliseconds, text: `${iso.slice(0, 10)} ${iso.slice(11, 19)}:${iso.slice(20, 23)}+0000` }
  }
  return latest.text
}

/** Operations of the content-state API: their clients read another word for a refusal (enrolment-sync seed, "Response"). */
const CONTENT_STATE: ReadonlySet<string> = new Set([
  'api.content.state.update',
  'api.user.content.state',
  'api.content.state.read',
  'api.user.courses.list',
  'api.user.enrollment.list',
])

function refusedAs(id: string): 'BAD_REQUEST' | 'CLIENT_ERROR' {
  return CONTENT_STATE.has(id) ? 'CLIENT_ERROR' : 'BAD_REQUEST'
}

/** Wraps a result. `status` is the HTTP status that it will be sent with. */
export function envelope(
  id: string,
  msgid: string,
  nowMs: number,
  status: number,
  outcome: Outcome,
  result: unknown,
): Envelope {
  return {
    id,
    ver: 'v1',
    ts: envelopeTime(nowMs),
    params: { resmsgid: null, msgid, err: outcome.err, status: outcome.status, errmsg: outcome.errmsg },
    responseCode: status < 400 ? 'OK' : status >= 500 ? 'SERVER_ERROR' : refusedAs(id),
    result,
  }
}

/** An answer as it is sent. */
export function answerText(answer: unknown): string {
  if (!isEnvelope(answer)) return JSON.stringify(answer)
  const { result, ...rest } = answer
  // What is around the result is never empty, so that it ends in a brace.
  return `${JSON.stringify(rest).slice(0, -1)},"result":${result.text}}`
}

function isEnvelope(answer: unknown): answer is Envelope & { readonly result: JsonText } {
  return typeof answer === 'object' && answer !== null && 'result' in answer && answer.result instanceof JsonText
}

/** All error codes with their HTTP status, for the generated table. */
export function errorTable(): readonly { readonly code: string; readonly status: number; readonly text: string }[] {
  return Object.entries(ERRORS).map(([code, { status, text }]) => ({ code, status, text }))
}
