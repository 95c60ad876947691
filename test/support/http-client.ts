/** Sends requests to a real server over connections that are kept open, as many at once as there are callers. */
import { Agent, request } from 'node:http'
import type { Role } from '../../src/http/access.ts'
import { ownKey } from '../../src/http/token-keys.ts'
import { signToken } from '../../src/http/tokens.ts'
import type { Json } from './app.ts'
import type { Server } from './process.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface HttpClient {
  /** Sends anything; rejects where the connection breaks before the whole answer came. */
  send(method: string, path: string, body?: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** Posts one request in its envelope, as a service. */
  post(path: string, fields: unknown): Promise<{ readonly status: number; readonly result: Json }>
  put(path: string, fields: unknown): Promise<{ readonly status: number; readonly result: Json }>
  close(): void
}

/** Bearer token made with the key of the server's folder, without a process of its own. */
export function tokenFor(folder: string, userId: string, role: Role, collections: readonly string[] = []) {
  const claims = { userId, role, collections, lifetimeMs: 3_600_000, audience: 'waymark' }
  return signToken(ownKey(folder), claims, Date.now())
}

/** A client that speaks for a service, which may write for every learner. */
export async function connect(server: Server): Promise<HttpClient> {
  const agent = new Agent({ keepAlive: true })
  const { hostname: host, port } = new URL(server.origin)
  const authorization = `Bearer ${await tokenFor(server.folder, 'test-service', 'service')}`

  const send: HttpClient['send'] = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const content: Record<string, string> =
        body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
      const options = { agent, host, port, method, path, headers: { authorization, ...content, ...headers } }
      const sent = request(options, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const sendFields = async (method: string, path: string, fields: unknown) => {
    const { status, text } = await send(method, path, JSON.stringify({ request: fields }))
    return { status, result: (JSON.parse(text) as { result: Json }).result }
  }
  return {
    send,
    post: (path, fields) => sendFields('POST', path, fields),
    put: (path, fields) => sendFields('PUT', path, fields),
    close: () => {
      agent.destroy()
    },
  }
}

/** One figure of `/metrics`: the sum over its labels; 0 where it does not stand there. */
export function figure(metrics: string, name: string): number {
  let sum = 0
  for (const line of metrics.split('\n')) {
    const match = /^(\w+)(?:\{[^}]*\})? (\S+)/.exec(line)
    if (match?.[1] === name) sum += Number(match[2])
  }
  return sum
}
