import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { WaymarkError, type ErrorCode } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import { envelope, failure, faultResult } from './envelope.ts'

/** What the framework finds wrong with a request, in our codes. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'EMPTY_BODY',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_JSON',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
  FST_ERR_MAX_PARAM_LENGTH: 'INVALID_ID',
  FST_ERR_NOT_FOUND: 'NOT_FOUND',
}

/** Any error as one of ours; undefined where it is a fault of the program. */
export function expectedError(error: unknown): WaymarkError | undefined {
  if (error instanceof WaymarkError) return error
  if (!(error instanceof Error)) return undefined
  const { code = '', statusCode } = error as Partial<FastifyError>
  const known = Object.hasOwn(FRAMEWORK_CODES, code) ? FRAMEWORK_CODES[code] : undefined
  if (known !== undefined) return new WaymarkError(known, { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new WaymarkError('BAD_REQUEST', { cause: error })
  return undefined
}

/** Answers a refusal or a fault in the envelope. A fault is reported, and the answer says nothing of it. */
export function answerFailure(
  error: unknown,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
  clock: Clock,
  report: (error: unknown, msgid: string) => void,
): FastifyReply {
  const known = expectedError(error) ?? new WaymarkError('INTERNAL_ERROR', { cause: error })
  if (known.status >= 500 && known.code !== 'OVERLOADED' && known.code !== 'STOPPING')
    report(known.cause ?? known, request.id)
  if (known.status === 401) void reply.header('www-authenticate', 'Bearer')
  if (known.retryAfterSeconds !== undefined) void reply.header('retry-after', String(known.retryAfterSeconds))
  return reply
    .status(known.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(envelope(id, request.id, clock.nowMs(), known.status, failure(known), faultResult(known)))
}

/**
 * Whether a request before the broken bytes still waits for its answer. A refusal sent now would be taken for that
 * answer, although the request may be recorded: the connection is cut instead, which says that nothing is known.
 */
export function answersEarlier(socket: object): boolean {
  // Node keeps the response under way here and has no public name for it.
  const { _httpMessage: response } = socket as { _httpMessage?: { req?: { complete?: boolean } } | null }
  return response?.req?.complete === true
}

/** The raw answer to what is not even HTTP: the framework has no reply for it. */
export function rawFailure(error: { readonly code?: string }, clock: Clock, msgid: string): string {
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request']
  const refused = new WaymarkError('BAD_REQUEST')
  const body = JSON.stringify(envelope('api.http', msgid, clock.nowMs(), status, failure(refused), {}))
  return [
    `HTTP/1.1 ${String(status)} ${reason}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
