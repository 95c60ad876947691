/** Wrong HTTP: encodings, content types, sizes and broken bytes are refused in the envelope. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { exchange, listen, parseAnswer, refusal, storeText, type Came } from '../../test/support/hostile.ts'

const START = '/v1/view/start'
const BODY = JSON.stringify({ userId: 'rahul', contentId: 'c1' })
const LINE = `POST ${START} HTTP/1.1\r\n`

/** Posts bytes under any headers. */
async function post(app: TestApp, payload: string | Buffer, headers: Readonly<Record<string, string>>): Promise<Came> {
  const authorization = `Bearer ${await app.token('test-service', { role: 'service' })}`
  return app.raw({ method: 'POST', url: START, headers: { authorization, ...headers }, payload: Buffer.from(payload) })
}

/** Headers of a request over a bare socket, which then is the connection's last. */
async function lastHeaders(app: TestApp): Promise<string> {
  const token = await app.token('test-service', { role: 'service' })
  return `Host: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nConnection: close\r\n`
}

test('only application/json is read, whatever else the header says', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  const types = [
    'text/plain',
    'application/jsonx',
    'application/json garbage',
    'application/json\tgarbage',
    'text/json',
  ]
  const more = [
    'application/json, text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    '',
  ]
  for (const type of [...types, ...more])
    assert.equal(refusal(await post(app, BODY, { 'content-type': type })), 'UNSUPPORTED_MEDIA_TYPE', type)
  assert.equal(refusal(await post(app, BODY, {})), 'UNSUPPORTED_MEDIA_TYPE')
  assert.equal(await storeText(app), before)
  for (const type of [
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;x="y"',
  ])
    assert.equal((await post(app, BODY, { 'content-type': type })).status, 200, type)
})

test('whatever the spelling of its content type, a body is checked in full', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  const wrong = JSON.stringify({ userId: 'rahul', contentId: 'c1', role: 'admin' })
  for (const type of ['application/json\t', 'application/json\t; charset=utf-8', 'Application/Json ;charset=x'])
    assert.match(refusal(await post(app, wrong, { 'content-type': type })), /^UNKNOWN_FIELD role|UNSUPPORTED_/, type)
  assert.equal(await storeText(app), before)
})

test('a gzip body is read, and one that is not what it says is refused', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  const packed = gzipSync(BODY)
  const broken = Buffer.from(packed)
  broken.fill(0xff, 12, 20)
  const cases: readonly (readonly [encoding: string, payload: Buffer, expected: string])[] = [
    ['gzip', broken, 'BAD_ENCODING'],
    ['gzip', packed.subarray(0, -9), 'BAD_ENCODING'],
    ['gzip', packed.subarray(0, 5), 'BAD_ENCODING'],
    ['gzip', Buffer.concat([packed, Buffer.from('trailing')]), 'BAD_ENCODING'],
    ['gzip', Buffer.from(BODY), 'BAD_ENCODING'],
    ['gzip', gzipSync(''), 'EMPTY_BODY'],
    ['gzip', gzipSync(packed), 'INVALID_JSON'],
    ['gzip', gzipSync(Buffer.alloc(100_000_000, 0x20)), 'BODY_TOO_LARGE'],
    ['gzip', gzipSync('['.repeat(1_000_000)), 'JSON_TOO_DEEP'],
    ['gzip, gzip', packed, 'UNSUPPORTED_MEDIA_TYPE'],
    ['br', packed, 'UNSUPPORTED_MEDIA_TYPE'],
    ['deflate', packed, 'UNSUPPORTED_MEDIA_TYPE'],
    ['__proto__', packed, 'UNSUPPORTED_MEDIA_TYPE'],
  ]
  for (const [encoding, payload, expected] of cases) {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    assert.equal(refusal(await post(app, payload, headers)), expected, `${encoding} ${payload.toString('hex', 0, 30)}`)
  }
  assert.equal(await storeText(app), before)
  for (const [encoding, payload] of [
    ['gzip', packed],
    ['GZIP', packed],
    ['identity', Buffer.from(BODY)],
  ] as const) {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    assert.equal((await post(app, payload, headers)).status, 200, encoding)
  }
})

test('bytes that are not UTF-8 are refused instead of becoming another id', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  for (const bytes of [[0xff], [0xc3], [0xe0, 0xae], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
    const [head = '', tail = ''] = BODY.split('c1')
    const payload = Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)])
    assert.equal(refusal(await post(app, payload, { 'content-type': 'application/json' })), 'INVALID_JSON')
  }
  assert.equal(await storeText(app), before)
})

test('a body over the limit is refused, with its length told or in chunks', async (t) => {
  const app = await startApp({ BODY_BYTES_MAX: '2048' })
  t.after(app.stop)
  const before = await storeText(app)
  const large = `{"userId":"rahul","contentId":"${'x'.repeat(4096)}"}`
  const port = await listen(app)
  const headers = await lastHeaders(app)
  const chunk = `${(1024).toString(16)}\r\n${' '.repeat(1024)}\r\n`
  const ways = [
    `${LINE}${headers}Content-Length: ${String(large.length)}\r\n\r\n${large}`,
    `${LINE}${headers}Content-Length: 999999999999\r\n\r\n`,
    `${LINE}${headers}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}${chunk}${chunk}0\r\n\r\n`,
  ]
  for (const way of ways) assert.equal(refusal(parseAnswer(await exchange(port, way))), 'BODY_TOO_LARGE')
  const bomb = gzipSync(Buffer.alloc(10_000_000, 0x20))
  const line = `${LINE}${headers}Content-Encoding: gzip\r\nContent-Length: ${String(bomb.length)}\r\n\r\n`
  assert.equal(refusal(parseAnswer(await exchange(port, line, bomb))), 'BODY_TOO_LARGE')
  assert.equal(await storeText(app), before)
})

test('what is not HTTP is answered in the envelope, and the server goes on', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  const port = await listen(app)
  const headers = await lastHeaders(app)
  const large = 'x'.repeat(20_000)
  const broken: readonly string[] = [
    'hello\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'FETCH /v1/view/start HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /health/live HTTP/9.9\r\nHost: a\r\n\r\n',
    'GET /health/live HTTP/1.1\nHost: a\n\n',
    'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nHost: a\r\nX-A: a\r\n b\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n',
    'GET /health live HTTP/1.1\r\nHost: a\r\n\r\n',
    `${LINE}${headers}Content-Length: -1\r\n\r\n`,
    `${LINE}${headers}Content-Length: 0x10\r\n\r\n`,
    `${LINE}${headers}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`,
    `${LINE}${headers}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${LINE}${headers}Transfer-Encoding: xchunked\r\n\r\n`,
    `${LINE}${headers}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
  ]
  for (const text of broken) assert.equal(refusal(parseAnswer(await exchange(port, text))), 'BAD_REQUEST', text)
  for (const text of [
    `GET /${large} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${large}\r\n\r\n`,
  ]) {
    const answered = parseAnswer(await exchange(port, text))
    assert.equal(answered.status, 431)
    assert.equal((JSON.parse(answered.text) as { params: { err: string } }).params.err, 'BAD_REQUEST')
  }
  assert.equal(await storeText(app), before)
  const good = `${LINE}${headers}Content-Length: ${String(BODY.length)}\r\n\r\n${BODY}`
  assert.equal(parseAnswer(await exchange(port, good)).status, 200)
})

test('expectations that nobody has heard of are ignored, not answered outside the envelope', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const port = await listen(app)
  const headers = await lastHeaders(app)
  const text = `${LINE}${headers}Expect: the-unexpected\r\nContent-Length: ${String(BODY.length)}\r\n\r\n${BODY}`
  assert.equal(parseAnswer(await exchange(port, text)).status, 200)
})

test('broken bytes after a good request never make it look refused', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const port = await listen(app)
  const headers = (await lastHeaders(app)).replace('Connection: close\r\n', '')
  const good = `${LINE}${headers}Content-Length: ${String(BODY.length)}\r\n\r\n${BODY}`
  const came = await exchange(port, `${good}broken\r\n\r\n`)
  assert.doesNotMatch(came, /^HTTP\/1.1 4/)
})

test('who sends slowly is cut off at the time limit, and others are served meanwhile', async (t) => {
  const app = await startApp({ REQUEST_TIMEOUT: 'PT1S' })
  t.after(app.stop)
  const port = await listen(app)
  const headers = await lastHeaders(app)
  const begun = performance.now()
  const slow = Promise.all([
    exchange(port, 'GET /health/live HTTP/1.1\r\nHos'),
    exchange(port, `${LINE}${headers}Content-Length: 100\r\n\r\n{`),
  ])
  const live = parseAnswer(await exchange(port, 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'))
  assert.equal(live.status, 200)
  for (const came of await slow) assert.match(came, /^HTTP\/1.1 408 /)
  assert.ok(performance.now() - begun < 5000)
})
