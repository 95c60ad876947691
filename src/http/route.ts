import Type, { type Static, type TSchema } from 'typebox'
import type { Config } from '../config.ts'
import { WaymarkError } from '../domain/errors.ts'
import type { Mode } from '../domain/progress/mode.ts'
import type { Clock } from '../ports/clock.ts'
import type { Operations } from '../ports/operations.ts'
import type { SummaryRepair } from '../ports/repair.ts'
import type { Store } from '../ports/store.ts'
import type { WebhookControl } from '../ports/webhook-control.ts'
import type { Metrics } from '../observe.ts'
import type { Principal, Rule, Target } from './access.ts'
import type { Outcome } from './envelope.ts'
import { Input } from './input.ts'
import type { LinkSigner } from './links.ts'

/** Everything that a route may use. Built once, in wire.ts. */
export interface Services {
  readonly config: Config
  readonly clock: Clock
  readonly mode: Mode
  readonly store: Store
  readonly metrics: Metrics
  readonly links: LinkSigner
  /** What operators do with groups and dead letters. */
  readonly operations: Operations
  readonly webhooks: WebhookControl
  /** Finds summaries that are not right, and recomputes them. */
  readonly repair: SummaryRepair
  /** Logs a fault of the program, without anything of the request. */
  readonly report: (error: Error) => void
  /** Why the process cannot serve now; undefined while it can. */
  readonly unready: () => Promise<WaymarkError | undefined>
}

/** One checked request. */
export interface Call<B extends TSchema, P extends TSchema, Q extends TSchema> {
  readonly body: Static<B>
  readonly params: Static<P>
  readonly query: Static<Q>
  readonly principal: Principal
  /** When the token expired, where it did and the route bears it: only facts up to then may be recorded. */
  readonly expiredAt: number | undefined
  /** The client's own words for a path in the body. */
  readonly nameOf: (path: string) => string
  /** What a client sends with a request to say that it may be the repetition of one (operation, "Requests"). */
  readonly idempotencyKey: string | undefined
  /** Address that the client used, for links. */
  readonly origin: string
  readonly nowMs: number
}

export interface Answer {
  /** HTTP status, 200 if left out. */
  readonly status?: number
  readonly result: unknown
  /** The failure that stands for the whole, where a batch failed in one way. */
  readonly outcome?: Outcome
  /** When what was refused for now may be sent again. */
  readonly retryAfterSeconds?: number | undefined
}

export interface Route {
  /** `id` of the answer envelope. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly tag: string
  readonly summary: string
  readonly description: string
  readonly access: Rule
  /** Whether an expired token may still sync within the grace (see config OFFLINE_GRACE). */
  readonly offline: boolean
  /** Whether the body holds a document of the client's, whose fields are not to be renamed. */
  readonly verbatim: boolean
  readonly body: Input<TSchema> | undefined
  readonly params: Input<TSchema>
  readonly query: Input<TSchema>
  readonly result: TSchema
  /** A body to try it with, for the docs. */
  readonly example: unknown
  /** Undefined where each item of the request is authorised by itself. */
  readonly target: (call: Call<TSchema, TSchema, TSchema>) => Target | undefined
  readonly handle: (services: Services, call: Call<TSchema, TSchema, TSchema>) => Promise<Answer>
}

interface Definition<B extends TSchema, P extends TSchema, Q extends TSchema> {
  readonly id: string
  readonly method: Route['method']
  readonly url: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly access: Rule
  readonly offline?: boolean
  readonly verbatim?: boolean
  readonly body?: B
  readonly params?: P
  readonly query?: Q
  readonly result: TSchema
  readonly example?: unknown
  readonly target: (call: Call<B, P, Q>) => Target | undefined
  readonly handle: (services: Services, call: Call<B, P, Q>) => Promise<Answer>
}

const NOTHING = Type.Object({}, { additionalProperties: false })

/** Defines one operation. The call that its functions get has been checked against its schemas. */
export function defineRoute<
  B extends TSchema = typeof NOTHING,
  P extends TSchema = typeof NOTHING,
  Q extends TSchema = typeof NOTHING,
>(definition: Definition<B, P, Q>): Route {
  const { body, params, query } = definition
  return {
    ...definition,
    description: definition.description ?? '',
    offline: definition.offline ?? false,
    verbatim: definition.verbatim ?? false,
    body: body === undefined ? undefined : new Input<TSchema>(body),
    params: new Input<TSchema>(params ?? NOTHING),
    query: new Input<TSchema>(query ?? NOTHING),
    example: definition.example,
    // The server checks body, params and query with the schemas above before it calls these.
    target: definition.target as Route['target'],
    handle: definition.handle as Route['handle'],
  }
}

/**
 * The learner that a request is about: the one it names, or whoever asks. A service speaks for many and must say whom.
 * @throws WaymarkError MISSING_FIELD
 */
export function learnerOf(call: {
  readonly body: { readonly userId?: string | undefined }
  readonly principal: Principal
  readonly nameOf: (path: string) => string
}): string {
  if (call.body.userId !== undefined) return call.body.userId
  const { role, userId } = call.principal
  if (role === 'service' || role === 'admin') throw new WaymarkError('MISSING_FIELD', { field: call.nameOf('userId') })
  return userId
}

/** One address outside the table of operations. */
export interface PublicRoute {
  readonly method: 'GET'
  readonly url: string
  /** Why it needs no token. */
  readonly why: string
  /** How it stands in the document of the API; left out: not there. */
  readonly summary?: string
  readonly id?: string
}
