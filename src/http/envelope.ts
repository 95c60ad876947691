import { ERRORS, type WaymarkError } from '../domain/errors.ts'

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
  readonly responseCode: 'OK' | 'BAD_REQUEST' | 'SERVER_ERROR'
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

/** The seed's form of a time: milliseconds after a colon, offset without one. */
export function envelopeTime(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}:${iso.slice(20, 23)}+0000`
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
    responseCode: status < 400 ? 'OK' : status < 500 ? 'BAD_REQUEST' : 'SERVER_ERROR',
    result,
  }
}

/** All error codes with their HTTP status, for the generated table. */
export function errorTable(): readonly { readonly code: string; readonly status: number; readonly text: string }[] {
  return Object.entries(ERRORS).map(([code, { status, text }]) => ({ code, status, text }))
}
