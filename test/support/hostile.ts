/** What tests of hostile input share: what every refusal must look like, what the store holds, and a bare socket. */
import assert from 'node:assert/strict'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts'
import type { TestApp } from './app.ts'

/** An answer as it came, before anyone parsed it. */
export interface Came {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/** Checks the form of a refusal and gives back what differs between refusals: `CODE` or `CODE field`. */
export function refusal({ status, headers, text }: Came): string {
  assert.ok(status >= 400 && status < 500, `expected a refusal: ${String(status)} ${text.slice(0, 300)}`)
  assert.match(String(headers['content-type']), /^application\/json; charset=utf-8$/)
  const body = JSON.parse(text) as Record<string, Record<string, unknown> | undefined>
  assert.deepEqual(Object.keys(body), ['id', 'ver', 'ts', 'params', 'responseCode', 'result'])
  const { params = {}, result = {} } = body
  assert.deepEqual(Object.keys(params), ['resmsgid', 'msgid', 'err', 'status', 'errmsg'])
  assert.equal(params['status'], 'failed')
  assert.match(String(body['responseCode']), /^(BAD_REQUEST|CLIENT_ERROR)$/)
  const code = String(params['err'])
  assert.ok(Object.hasOwn(ERRORS, code), `${code} is in the table of errors`)
  assert.equal(ERRORS[code as ErrorCode].status, status)
  assert.doesNotMatch(String(params['errmsg']), /\n|\bat \w+ \(|node:|\.ts\b|node_modules|SQLITE|undefined/)
  return result['field'] === undefined ? code : `${code} ${String(result['field'])}`
}

const TABLES = [
  'content',
  'participation',
  'view',
  'attempt',
  'collection',
  'context',
  'rule',
  'log',
  'webhook',
] as const

/** Everything that requests can change, as text: equal before and after means that nothing was written. */
export async function storeText(app: TestApp): Promise<string> {
  await app.waymark.store.fold()
  const database = new DatabaseSync(join(app.folder, 'waymark.db'), { readOnly: true })
  try {
    return JSON.stringify(TABLES.map((table) => database.prepare(`SELECT * FROM ${table}`).all()))
  } finally {
    database.close()
  }
}

/** Sends a body as it is (text) or as JSON. */
export async function send(app: TestApp, method: string, url: string, body: unknown): Promise<Came> {
  const authorization = `Bearer ${await app.token('test-service', { role: 'service' })}`
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { authorization, 'content-type': 'application/json' }
  return app.raw({ method: method as 'POST', url, headers, payload })
}

/** Sends every case to one address and compares all the answers at once; nothing may be written. */
export async function refuseAll(
  app: TestApp,
  method: string,
  url: string,
  cases: readonly (readonly [body: unknown, expected: string])[],
): Promise<void> {
  const before = await storeText(app)
  for (const [body, expected] of cases) {
    const label = (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 100)
    assert.equal(refusal(await send(app, method, url, body)), expected, `${url} ${label}`)
  }
  assert.equal(await storeText(app), before)
}

/** Listens on a free port of this machine; for what only a real connection can show. */
export async function listen(app: TestApp): Promise<number> {
  await app.waymark.app.listen({ host: '127.0.0.1', port: 0 })
  return (app.waymark.app.server.address() as AddressInfo).port
}

/** Sends bytes as they are and gives back everything that came until the server closed the connection. */
export function exchange(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    let came = ''
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      came += chunk
    })
    // A server that refuses may cut the connection while we still send: what came before counts.
    socket.on('error', () => undefined)
    socket.setTimeout(10_000, () => socket.destroy())
    socket.on('close', () => {
      resolve(came)
    })
  })
}

/** The first answer in what came over a bare socket. */
export function parseAnswer(came: string): Came {
  const end = came.indexOf('\r\n\r\n')
  const [line = '', ...lines] = came.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((header) => [header.slice(0, header.indexOf(':')).toLowerCase(), header.replace(/^[^:]*: */, '')]),
  )
  const text = came.slice(end + 4)
  return { status: Number(line.split(' ')[1]), headers, text: text.slice(0, Number(headers['content-length'] ?? 0)) }
}
