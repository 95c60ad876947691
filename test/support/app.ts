/** A whole installation in this process: real routes, real SQLite in a folder of its own, a simulated clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { readConfig } from '../../src/config.ts'
import type { Envelope } from '../../src/http/envelope.ts'
import type { Role } from '../../src/http/access.ts'
import { ownKey } from '../../src/http/token-keys.ts'
import { signToken } from '../../src/http/tokens.ts'
import { openWaymark, type Waymark } from '../../src/wire.ts'
import { SimulatedClock } from './simulated-clock.ts'

/** A parsed answer: tests reach into it and compare. Reaching into nothing is undefined and fails the comparison. */
export interface Json {
  readonly [name: string]: Json
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Omit<Envelope, 'result'> & { readonly result: Json }
}

export interface TokenClaims {
  readonly role?: Role
  readonly collections?: readonly string[]
  readonly lifetimeMs?: number
}

export interface TestApp {
  readonly waymark: Waymark
  readonly clock: SimulatedClock
  readonly folder: string
  token(userId: string, claims?: TokenClaims): Promise<string>
  /** Sends a request; `as` is a token (default: that of a service). Objects are sent as JSON. */
  call(method: string, url: string, body?: unknown, options?: CallOptions): Promise<Answered>
  /** Sends anything and gives back what came, unparsed. */
  raw(options: InjectOptions): Promise<{ status: number; headers: Readonly<Record<string, unknown>>; text: string }>
  stop(): Promise<void>
}

export interface CallOptions {
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** @param settings environment variables without their prefix, e.g. `{ BODY_BYTES_MAX: '2048' }`. */
export async function startApp(
  settings: Readonly<Record<string, string>> = {},
  clock: SimulatedClock = new SimulatedClock(),
  folder: string = mkdtempSync(join(tmpdir(), 'waymark-test-')),
): Promise<TestApp> {
  const prefixed = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`WAYMARK_${name}`, value]))
  const config = readConfig({ WAYMARK_DATA: folder, WAYMARK_LOG_LEVEL: 'silent', ...prefixed })
  // The test runner holds on to tests that are over: what they opened must not stay in memory with them.
  let running: Waymark | undefined = await openWaymark(config, clock)
  const opened = (): Waymark => {
    if (running === undefined) throw new Error('this app was stopped')
    return running
  }
  const token = (userId: string, claims: TokenClaims = {}): Promise<string> => {
    const { role = 'learner', collections = [], lifetimeMs = 3_600_000 * 24 * 3650 } = claims
    const request = { userId, role, collections, lifetimeMs, audience: config.TOKEN_AUDIENCE }
    return signToken(ownKey(folder), request, clock.nowMs())
  }
  const service = await token('test-service', { role: 'service' })
  const raw: TestApp['raw'] = async (options) => {
    const response = await opened().app.inject(options)
    return { status: response.statusCode, headers: response.headers, text: response.payload }
  }
  return {
    get waymark() {
      return opened()
    },
    clock,
    folder,
    token,
    raw,
    call: async (method, url, body, options = {}) => {
      const headers: Record<string, string> = { authorization: `Bearer ${options.as ?? service}`, ...options.headers }
      if (body !== undefined) headers['content-type'] ??= 'application/json'
      const payload = body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }
      const {
        status,
        headers: answered,
        text,
      } = await raw({
        method: method as NonNullable<InjectOptions['method']>,
        url,
        headers,
        ...payload,
      })
      return { status, headers: answered, body: JSON.parse(text) as Answered['body'] }
    },
    stop: async () => {
      await running?.stop()
      running = undefined
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
