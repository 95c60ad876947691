/** A few single requests beside the load: figures, probes, checks through the API. */
import { request } from 'node:http'
import type { Target } from './context.ts'
import { ownKey } from '../src/http/token-keys.ts'
import { signToken } from '../src/http/tokens.ts'

export interface Answer {
  readonly status: number
  readonly body: string
}

/** Sends one request on a connection of its own. */
export function send(
  port: number,
  method: 'GET' | 'POST',
  path: string,
  token: string,
  fields?: unknown,
): Promise<Answer> {
  const body = fields === undefined ? '' : JSON.stringify({ request: fields })
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: text })
      })
    })
    sent.setTimeout(30_000, () => sent.destroy(new Error(`no answer to ${method} ${path}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A token that may do everything to every learner. */
export function serviceToken({ folder }: Target): Promise<string> {
  const claims = { userId: 'bench', role: 'service', collections: [], lifetimeMs: 3_600_000 } as const
  return signToken(ownKey(folder), { ...claims, audience: 'waymark' }, Date.now())
}

export interface Figures {
  get(name: string, otherwise: number): number
}

/** The figures of `/metrics`, summed over their labels. */
export async function metricsOf({ server }: Target): Promise<Figures> {
  const { body } = await send(server.port, 'GET', '/metrics', '')
  const sums = new Map<string, number>()
  for (const line of body.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{[^}]*\})? (\S+)/.exec(line) ?? []
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  return { get: (name, otherwise) => sums.get(name) ?? otherwise }
}
