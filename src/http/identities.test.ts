/** Who is asking is said once: by one token in one header, or by a configured proxy. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { exchange, listen, parseAnswer, refusal, storeText, type Came } from '../../test/support/hostile.ts'
import { ConfigError } from '../config.ts'
import { addressList } from './authenticate.ts'

const LIST = '/v1/summary/list/rahul'
const IDENTITY = 'x-authenticated-userid'
const USER_TOKEN = 'x-authenticated-user-token'

async function get(
  app: TestApp,
  headers: Readonly<Record<string, string>>,
  remoteAddress = '127.0.0.1',
): Promise<string> {
  const came = await app.raw({ method: 'GET', url: LIST, headers, remoteAddress })
  return outcome(came)
}

function outcome(came: Came): string {
  return came.status === 200 ? 'OK' : refusal(came)
}

test('one token may stand in both headers, two may not', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const [one, other] = [await app.token('rahul'), await app.token('rahul', { lifetimeMs: 1000 })]
  assert.equal(await get(app, { authorization: `Bearer ${one}`, [USER_TOKEN]: one }), 'OK')
  assert.equal(await get(app, { authorization: `Bearer ${one}`, [USER_TOKEN]: other }), 'TWO_IDENTITIES')
  assert.equal(await get(app, { authorization: `Bearer ${one}`, [USER_TOKEN]: '' }), 'TWO_IDENTITIES')
  assert.equal(await get(app, { authorization: '', [USER_TOKEN]: one }), 'TOKEN_INVALID')
})

test('a repeated header of either name is refused, even where both say the same', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const port = await listen(app)
  const [one, other] = [await app.token('rahul'), await app.token('victim')]
  const ask = async (...headers: readonly string[]): Promise<string> => {
    const lines = [`GET ${LIST} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers, '', '']
    return outcome(parseAnswer(await exchange(port, lines.join('\r\n'))))
  }
  assert.equal(await ask(`Authorization: Bearer ${one}`), 'OK')
  assert.equal(await ask(`AUTHORIZATION: Bearer ${one}`), 'OK')
  for (const second of [one, other, '']) {
    assert.equal(await ask(`Authorization: Bearer ${one}`, `authorization: Bearer ${second}`), 'TWO_IDENTITIES')
    assert.equal(await ask(`X-Authenticated-User-Token: ${one}`, `${USER_TOKEN}: ${second}`), 'TWO_IDENTITIES')
  }
})

test('a token in the query is no identity', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const token = await app.token('rahul')
  for (const name of ['access_token', 'token', 'authorization', USER_TOKEN]) {
    const came = await app.raw({ method: 'GET', url: `${LIST}?${name}=${token}` })
    assert.equal(refusal(came), 'UNAUTHENTICATED', name)
    assert.equal(came.headers['www-authenticate'], 'Bearer')
  }
  const cookie = await app.raw({
    method: 'GET',
    url: LIST,
    headers: { cookie: `token=${token}; authorization=${token}` },
  })
  assert.equal(refusal(cookie), 'UNAUTHENTICATED')
})

test('an identity header is taken from configured proxies alone', async (t) => {
  const closed = await startApp()
  t.after(closed.stop)
  assert.equal(await get(closed, { [IDENTITY]: 'rahul' }), 'IDENTITY_HEADER_REFUSED')
  assert.equal(await get(closed, { [IDENTITY]: '' }), 'IDENTITY_HEADER_REFUSED')
  assert.equal(await get(closed, { [IDENTITY]: 'rahul', 'x-forwarded-for': '127.0.0.1' }), 'IDENTITY_HEADER_REFUSED')
  const token = { authorization: `Bearer ${await closed.token('rahul')}` }
  assert.equal(await get(closed, { [IDENTITY]: 'rahul', ...token }), 'IDENTITY_HEADER_REFUSED')

  const app = await startApp({ TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::5' })
  t.after(app.stop)
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::5', '2001:db8:0::0:5'])
    assert.equal(await get(app, { [IDENTITY]: 'rahul' }, address), 'OK', address)
  for (const address of ['127.0.0.1', '11.1.2.3', '::ffff:11.1.2.3', '2001:db8::6', '::1'])
    assert.equal(
      await get(app, { [IDENTITY]: 'rahul', 'x-forwarded-for': '10.1.2.3', 'x-real-ip': '10.1.2.3' }, address),
      'IDENTITY_HEADER_REFUSED',
      address,
    )
})

test('a proxy vouches for learners only, for one at a time, and beside no token', async (t) => {
  const app = await startApp({ TRUSTED_PROXIES: '127.0.0.1' })
  t.after(app.stop)
  const before = await storeText(app)
  assert.equal(await get(app, { [IDENTITY]: 'rahul' }), 'OK')
  assert.equal(await get(app, { [IDENTITY]: 'victim' }), 'FORBIDDEN')
  assert.equal(await get(app, { [IDENTITY]: 'victim', 'x-authenticated-role': 'admin', role: 'admin' }), 'FORBIDDEN')
  assert.equal(await get(app, { [IDENTITY]: '' }), 'TOKEN_INVALID')
  assert.equal(await get(app, { [IDENTITY]: 'x'.repeat(257) }), 'TOKEN_INVALID')
  const token = await app.token('rahul')
  assert.equal(await get(app, { [IDENTITY]: 'rahul', authorization: `Bearer ${token}` }), 'TWO_IDENTITIES')
  assert.equal(await get(app, { [IDENTITY]: 'rahul', [USER_TOKEN]: token }), 'TWO_IDENTITIES')
  const headers = { [IDENTITY]: 'rahul', 'content-type': 'application/json' }
  const publish = await app.raw({ method: 'PUT', url: '/v1/collection/k', headers, payload: '{}' })
  assert.equal(refusal(publish), 'FORBIDDEN')
  assert.equal(await storeText(app), before)
})

test("a client cannot add a name to the one that the proxy gives, and a name's script survives the header", async (t) => {
  const app = await startApp({ TRUSTED_PROXIES: '127.0.0.1' })
  t.after(app.stop)
  const port = await listen(app)
  const ask = async (userId: string, ...headers: readonly (string | Uint8Array)[]): Promise<string> => {
    const lines = headers.map((header) =>
      Buffer.concat([Buffer.from(`${IDENTITY}: `), Buffer.from(header), Buffer.from('\r\n')]),
    )
    const head = `GET /v1/summary/list/${encodeURIComponent(userId)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
    return outcome(parseAnswer(await exchange(port, Buffer.concat([Buffer.from(head), ...lines, Buffer.from('\r\n')]))))
  }
  assert.equal(await ask('rahul', 'rahul'), 'OK')
  assert.equal(await ask('rahul, victim', 'rahul', 'victim'), 'TWO_IDENTITIES')
  assert.equal(await ask('rahul', 'rahul', 'rahul'), 'TWO_IDENTITIES')
  for (const userId of ['மாணவர்', 'طالب', 'é', '😀']) assert.equal(await ask(userId, userId), 'OK', userId)
  assert.equal(await ask('é', Buffer.from('é', 'latin1')), 'TOKEN_INVALID')
})

test('a proxy that is neither an address nor a range is told as a wrong setting', () => {
  for (const entry of [
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '*',
    '/8',
  ])
    assert.throws(() => addressList([entry]), ConfigError, entry)
})
