/** The way of one request through an operation: who, what, whether, then the operation itself, then the envelope. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import { authorise } from './access.ts'
import type { CheckedToken } from './tokens.ts'
import { envelope, SUCCESS } from './envelope.ts'
import { unwrap } from './input.ts'
import type { Call, Route, Services } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it: what `admit` leaves for `dispatch`. */
    identity?: CheckedToken
  }
}

/**
 * Admits a request to a route: with a good token, or with an expired one where the route serves offline clients.
 * Runs before the body is read.
 * @throws WaymarkError TOKEN_EXPIRED
 */
export function admit(services: Services, route: Route, request: FastifyRequest, checked: CheckedToken): void {
  if (checked.expired) {
    const { OFFLINE_GRACE } = services.config
    const { expiresAt, role } = checked.principal
    const graced = route.offline && role === 'learner' && services.clock.nowMs() <= expiresAt + OFFLINE_GRACE
    if (!graced) throw new WaymarkError('TOKEN_EXPIRED')
  }
  request.identity = checked
}

/** Runs an admitted request. */
export async function dispatch(
  services: Services,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const checked = request.identity
  if (checked === undefined) throw new WaymarkError('UNAUTHENTICATED')
  const call = readCall(services, route, request, checked)
  const target = route.target(call)
  if (target !== undefined) authorise(route.access, call.principal, target)
  const { status = 200, result, outcome = SUCCESS, retryAfterSeconds } = await route.handle(services, call)
  void reply.status(status)
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds))
  return envelope(route.id, request.id, services.clock.nowMs(), status, outcome, result)
}

/** The request, checked against the schemas of its route. */
function readCall(
  services: Services,
  route: Route,
  request: FastifyRequest,
  { principal, expired }: CheckedToken,
): Call<TSchema, TSchema, TSchema> {
  const params = route.params.check(request.params, (path) => `path.${path}`)
  const query = route.query.check(request.query, (path) => `query.${path}`)
  const body = readBody(route, request)
  return {
    body: body.value,
    params,
    query,
    principal,
    expiredAt: expired ? principal.expiresAt : undefined,
    nameOf: body.nameOf,
    idempotencyKey: idempotencyKeyOf(request),
    origin: originOf(services, request),
    nowMs: services.clock.nowMs(),
  }
}

function readBody(route: Route, request: FastifyRequest): { value: unknown; nameOf: (path: string) => string } {
  if (route.body === undefined) return { value: undefined, nameOf: (path) => path }
  // A DELETE may come without its body: proxies drop it.
  const sent = request.body === undefined && route.method === 'DELETE' ? {} : request.body
  if (sent === undefined) throw new WaymarkError('EMPTY_BODY')
  const { request: fields, nameOf } = unwrap(sent, route.verbatim)
  return { value: route.body.check(fields, nameOf), nameOf }
}

const IDEMPOTENCY_KEY = /^[\u0020-\u007e]{1,255}$/

/** @throws WaymarkError INVALID_FIELD where the header is none: a client that relies on it must know */
function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers?.['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key
  throw new WaymarkError('INVALID_FIELD', { field: 'header.Idempotency-Key' })
}

function originOf({ config }: Services, request: FastifyRequest): string {
  if (config.PUBLIC_URL !== '') return config.PUBLIC_URL.replace(/\/$/, '')
  return `${request.protocol}://${request.host}`
}
