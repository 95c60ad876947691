/** Wrong addresses, queries, methods and header values are refused in the envelope, or taken literally. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { refusal, type Came } from '../../test/support/hostile.ts'

const START = '/v1/view/start'

async function get(app: TestApp, url: string, method = 'GET'): Promise<Came> {
  const authorization = `Bearer ${await app.token('test-service', { role: 'service' })}`
  return app.raw({ method: method as 'GET', url, headers: { authorization } })
}

test('odd addresses are refused or taken literally, and never lead elsewhere', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const list = '/v1/summary/list/'
  const cases: readonly (readonly [url: string, expected: string])[] = [
    ['/nothing', 'NOT_FOUND'],
    ['/v1', 'NOT_FOUND'],
    ['//v1/summary/list/u', 'NOT_FOUND'],
    ['/v1//summary/list/u', 'NOT_FOUND'],
    ['/V1/summary/list/u', 'NOT_FOUND'],
    [list, 'NOT_FOUND'],
    [`${list}a/b`, 'NOT_FOUND'],
    ['/v1/summary/file/x', 'NOT_FOUND'],
    [`${list}%zz`, 'BAD_REQUEST'],
    [`${list}%`, 'BAD_REQUEST'],
    [`${list}%ff`, 'BAD_REQUEST'],
    [`${list}%ed%a0%80`, 'BAD_REQUEST'],
    [`${list}%00`, 'INVALID_ID path.userId'],
    [`${list}${'a'.repeat(257)}`, 'INVALID_ID path.userId'],
    [`${list}${'a'.repeat(5000)}`, 'INVALID_ID'],
    [`${list}${'%2e%2e%2f'.repeat(1000)}`, 'INVALID_ID path.userId'],
    [`${list}u?limit=1&limit=2`, 'INVALID_FIELD query.limit'],
    [`${list}u?limit=0`, 'INVALID_FIELD query.limit'],
    [`${list}u?limit=-1`, 'INVALID_FIELD query.limit'],
    [`${list}u?limit=1e2`, 'INVALID_FIELD query.limit'],
    [`${list}u?limit=201`, 'INVALID_FIELD query.limit'],
    [`${list}u?limit=`, 'INVALID_FIELD query.limit'],
    [`${list}u?cursor=x`, 'INVALID_CURSOR query.cursor'],
    [`${list}u?cursor=${Buffer.from('["a"]').toString('base64url')}`, 'INVALID_CURSOR query.cursor'],
    [`${list}u?cursor=${Buffer.from('[1,2]').toString('base64url')}`, 'INVALID_CURSOR query.cursor'],
    [`${list}u?cursor=${Buffer.from('{"length":2}').toString('base64url')}`, 'INVALID_CURSOR query.cursor'],
    [`${list}u?cursor=${'x'.repeat(4097)}`, 'INVALID_FIELD query.cursor'],
    [`${list}u?__proto__=1`, 'UNKNOWN_FIELD query.__proto__'],
    [`${list}u?constructor=1`, 'UNKNOWN_FIELD query.constructor'],
    [`${list}u?limit[]=1`, 'UNKNOWN_FIELD query.limit[]'],
    [`${list}u?${'a=1&'.repeat(3000)}`, 'UNKNOWN_FIELD query.a'],
    ['/v1/summary/download/u?format=xml', 'INVALID_FIELD query.format'],
    ['/v1/summary/download/u?format=toString', 'INVALID_FIELD query.format'],
    ['/v1/summary/file/u_viewer_summary.json', 'LINK_INVALID'],
    ['/v1/summary/file/u_viewer_summary.json?expires=1&signature=%00', 'LINK_INVALID'],
    ['/v1/summary/file/u_viewer_summary.json?expires=1&expires=2&signature=x', 'LINK_INVALID'],
    ['/v1/collection/__proto__', 'COLLECTION_NOT_FOUND path.collectionId'],
    ['/v1/context/constructor/toString', 'CONTEXT_NOT_FOUND path.contextId'],
  ]
  for (const [url, expected] of cases) assert.equal(refusal(await get(app, url)), expected, url.slice(0, 100))
  for (const url of [`${list}..%2f..%2fetc`, `${list}u/`, `${list}a;b`, `${list}%F0%9F%98%80`])
    assert.equal((await get(app, url)).status, 200, url)
})

test('an unknown address is unknown before its body is read', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const type of ['text/plain', 'application/json'])
    assert.equal(
      refusal(await app.raw({ method: 'POST', url: '/nothing', headers: { 'content-type': type }, payload: '{' })),
      'NOT_FOUND',
    )
})

test('a method that an address does not have is refused with those that it has', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
    const answered = await get(app, START, method)
    assert.equal(refusal(answered), 'METHOD_NOT_ALLOWED', method)
    assert.equal(answered.headers['allow'], 'POST')
  }
  const patched = await get(app, '/v1/collection/k', 'PATCH')
  assert.equal(refusal(patched), 'METHOD_NOT_ALLOWED')
  assert.equal(patched.headers['allow'], 'PUT, GET, HEAD')
})

test('HEAD answers as GET would, without the body', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const [url, status] of [
    ['/health/live', 200],
    ['/v1/summary/list/u', 200],
    ['/v1/collection/k', 404],
    [START, 405],
  ] as const) {
    const answered = await get(app, url, 'HEAD')
    assert.deepEqual([answered.status, answered.text], [status, ''], url)
  }
})

test('every answer forbids guessing its type, framing and keeping it', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const url of ['/health/live', '/nothing', '/v1/summary/list/%zz', '/v1/summary/list/u', '/docs', START]) {
    const { headers } = await get(app, url)
    const safe = ['cache-control', 'x-content-type-options', 'x-frame-options', 'referrer-policy'].map(
      (name) => headers[name],
    )
    assert.deepEqual(safe, ['no-store', 'nosniff', 'DENY', 'no-referrer'], url)
  }
})

test('a message id is given back only where it is plain', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const ids = ['abc-1', 'a b', '<script>', 'x'.repeat(65), '"', '__proto__']
  for (const sent of ids) {
    const { text } = await app.raw({ method: 'GET', url: '/health/live', headers: { 'x-request-id': sent } })
    const { msgid } = (JSON.parse(text) as { params: { msgid: string } }).params
    assert.equal(msgid === sent, /^[\w.-]{1,64}$/.test(sent), sent)
  }
})
