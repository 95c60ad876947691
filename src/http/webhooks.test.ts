/** Webhooks through the API of a whole installation. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { startApp, type Answered, type Json, type TestApp } from '../../test/support/app.ts'
import { eventually, isSignedWith, Receiver } from '../../test/support/webhook-receiver.ts'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'

const ENDED = 'org.waymark.learning.content.view.ended.v1'
const SETTINGS = { WEBHOOK_ALLOW: 'http://127.0.0.1', WEBHOOK_BACKOFF: 'PT1S' }

type Call = (method: string, url: string, body?: unknown) => Promise<Answered>

async function asAdmin(app: TestApp): Promise<Call> {
  const as = await app.token('boss', { role: 'admin' })
  return (method, url, body) => app.call(method, url, body, { as })
}

async function endView(app: TestApp, contentId: string): Promise<void> {
  const view = { userId: 'rahul', collectionId: 'maths', contextId: 'batch-1', contentId }
  await app.call('POST', '/v1/view/start', view)
  assert.equal((await app.call('POST', '/v1/view/end', view)).status, 200)
}

const withoutSecret = ({ secret: _secret, ...rest }: Record<string, unknown>): Record<string, unknown> => rest

test('a webhook is registered, read, changed, and deleted, and its secret is answered once', async (t) => {
  const receiver = await Receiver.open()
  const app = await startApp(SETTINGS)
  t.after(() => Promise.all([app.stop(), receiver.close()]))
  const admin = await asAdmin(app)
  const settings = { url: receiver.url, types: [ENDED], description: 'Badges' }
  const added = await admin('POST', '/v1/webhooks', { request: settings })
  assert.equal(added.status, 201)
  const { webhookId, secret } = added.body.result as unknown as Record<string, string>
  assert.match(String(secret), /^whsec_/)
  assert.deepEqual(withoutSecret({ ...added.body.result }), {
    webhookId,
    ...settings,
    topics: null,
    format: 'structured',
    redacted: false,
    createdAt: '2026-03-01T08:00:00.000Z',
    state: 'active',
    reason: null,
    since: null,
    failingSince: null,
    group: `webhook:${String(webhookId)}`,
    paused: null,
    position: 0,
    lastPosition: 0,
    waiting: 0,
    dead: 0,
  })
  const at = `/v1/webhooks/${String(webhookId)}`
  assert.deepEqual((await admin('GET', at)).body.result, withoutSecret({ ...added.body.result }))
  const listed = (await admin('GET', '/v1/webhooks')).body.result['webhooks']
  assert.deepEqual(listed, [withoutSecret({ ...added.body.result })])

  await endView(app, 'c1')
  await receiver.until(1)
  const [got] = receiver.got
  assert.ok(got !== undefined && isSignedWith(String(secret), got))
  assert.equal((JSON.parse(got.body) as { type: string }).type, ENDED)

  const put = await admin('PUT', at, { url: `${receiver.url}/2`, redacted: true })
  assert.deepEqual([put.status, put.body.result['types'], put.body.result['redacted']], [200, null, true])
  const tested = await admin('POST', `${at}/test`)
  assert.deepEqual(
    { ...tested.body.result, milliseconds: 0 },
    { delivered: true, status: 204, reason: null, milliseconds: 0 },
  )
  assert.equal(receiver.got.at(-1)?.path, '/hook/2')
  // As `curl -X POST` with a content type sends it: no body, where none is wanted.
  const bare = {
    authorization: `Bearer ${await app.token('boss', { role: 'admin' })}`,
    'content-type': 'application/json',
  }
  assert.equal((await app.raw({ method: 'POST', url: `${at}/test`, headers: bare })).status, 200)
  assert.equal((await admin('POST', `${at}/disable`)).body.result['state'], 'disabled')
  assert.equal((await admin('GET', at)).body.result['reason'], 'an operator disabled it')
  assert.equal((await admin('POST', `${at}/enable`)).body.result['state'], 'active')
  const rotated = (await admin('POST', `${at}/rotate-secret`)).body.result['secret']
  assert.match(String(rotated), /^whsec_/)
  assert.notEqual(rotated, secret)

  assert.equal((await admin('DELETE', at)).status, 200)
  for (const [method, url, body] of [
    ['GET', at],
    ['PUT', at, { url: receiver.url }],
    ['DELETE', at],
    ['POST', `${at}/test`],
    ['POST', `${at}/enable`],
    ['POST', `${at}/disable`],
    ['POST', `${at}/rotate-secret`],
  ] as const) {
    const { status, body: answer } = await admin(method, url, body)
    const told = [status, answer.params.err, answer.result]
    assert.deepEqual(told, [404, 'WEBHOOK_NOT_FOUND', { field: 'path.webhookId' }], `${method} ${url}`)
  }
})

test('a webhook that cannot be meant is refused with a code and the field at fault', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const admin = await asAdmin(app)
  const url = 'https://hooks.example/'
  const cases: readonly (readonly [body: unknown, err: string, field: string])[] = [
    [{}, 'MISSING_FIELD', 'url'],
    [{ url, secret: 'whsec_mine' }, 'UNKNOWN_FIELD', 'secret'],
    [{ url: 5 }, 'INVALID_FIELD', 'url'],
    [{ url: 'nonsense' }, 'WEBHOOK_URL_REFUSED', 'url'],
    [{ request: { url: 'http://hooks.example/' } }, 'WEBHOOK_URL_REFUSED', 'request.url'],
    [{ url: 'https://10.0.0.1/' }, 'WEBHOOK_URL_REFUSED', 'url'],
    [{ url, types: [] }, 'INVALID_FIELD', 'types'],
    [{ url, types: [ENDED, 'org.nobody.v1'] }, 'EVENT_TYPE_UNKNOWN', 'types[1]'],
    [{ request: { url, topics: ['nowhere'] } }, 'TOPIC_UNKNOWN', 'request.topics[0]'],
    [{ url, types: [ENDED], topics: ['learning-collection-progress-lifecycle'] }, 'TOPIC_UNKNOWN', 'topics'],
    [{ url, format: 'xml' }, 'INVALID_FIELD', 'format'],
    [{ url, from: 'yesterday' }, 'INVALID_FIELD', 'from'],
    [{ url, redacted: 'yes' }, 'INVALID_FIELD', 'redacted'],
  ]
  for (const [body, err, field] of cases) {
    const { status, body: answer } = await admin('POST', '/v1/webhooks', body)
    assert.deepEqual([answer.params.err, answer.result['field'], status], [err, field, 400], JSON.stringify(body))
  }
  assert.deepEqual((await admin('GET', '/v1/webhooks')).body.result['webhooks'], [])
})

test('a webhook is delivered to after a restart, from where it stopped; its secret stands in no file as it is', async (t) => {
  const receiver = await Receiver.open()
  const clock = new SimulatedClock()
  const app = await startApp(SETTINGS, clock)
  const admin = await asAdmin(app)
  const { result } = (await admin('POST', '/v1/webhooks', { url: receiver.url, types: [ENDED] })).body
  const secret = String(result['secret'])
  await endView(app, 'c1')
  await receiver.until(1)
  receiver.reply = () => ({ status: 503 })
  await endView(app, 'c2')
  await receiver.until(2)
  await endView(app, 'c3')
  await app.waymark.stop()
  for (const name of readdirSync(app.folder)) {
    assert.ok(!readFileSync(join(app.folder, name)).includes(secret.slice('whsec_'.length)), name)
  }
  receiver.reply = () => ({ status: 200 })
  clock.advance({ hours: 1 })
  const again = await startApp(SETTINGS, clock, app.folder)
  t.after(() => Promise.all([again.stop(), receiver.close()]))
  await receiver.until(4)
  assert.ok(receiver.got.every((got) => isSignedWith(secret, got)))
  const contents = receiver.got.map(({ body }) => {
    const { data } = JSON.parse(body) as { data: { view: Json } }
    return data.view['content_id']
  })
  assert.deepEqual(contents, ['c1', 'c2', 'c2', 'c3'])
  const callAgain = await asAdmin(again)
  await eventually(
    async () => (await callAgain('GET', '/v1/webhooks')).body.result['webhooks']?.['0']?.['waiting'] === (0 as unknown),
  )
})

test('a setting of what webhooks may reach that cannot be read stops the start', async () => {
  const { message } = await startApp({ WEBHOOK_ALLOW: '10.0.0.0/33' }).then(
    () => new Error('it started'),
    (error: unknown) => error as Error,
  )
  assert.match(message, /^WAYMARK_WEBHOOK_ALLOW: 10\.0\.0\.0\/33 is no host/)
})

test('a repetition with the same Idempotency-Key makes no second webhook and answers the same, secret included', async (t) => {
  const app = await startApp(SETTINGS)
  t.after(() => app.stop())
  const as = await app.token('boss', { role: 'admin' })
  const add = (key: string, description: string, who = as): Promise<Answered> => {
    const request = { url: 'http://127.0.0.1:9/hook', description }
    return app.call('POST', '/v1/webhooks', { request }, { as: who, headers: { 'idempotency-key': key } })
  }
  const [first, beside] = await Promise.all([add('once', 'Badges'), add('once', 'Badges')])
  const again = await add('once', 'Badges')
  assert.equal(first.status, 201)
  for (const other of [beside, again]) assert.deepEqual([other.status, other.body.result], [201, first.body.result])
  const other = await add('once', 'Mail')
  assert.deepEqual([other.status, other.body.params.err], [409, 'IDEMPOTENCY_KEY_REUSED'])
  assert.equal((await add('twice', 'Badges')).status, 201)
  const somebody = await app.token('other', { role: 'admin' })
  assert.equal((await add('once', 'Mail', somebody)).status, 201, 'a key is of whoever sends it')
  const listed = (await app.call('GET', '/v1/webhooks', undefined, { as })).body.result[
    'webhooks'
  ] as unknown as unknown[]
  assert.equal(listed.length, 3)
  const wrong = await add('ಕ', 'Badges')
  assert.deepEqual([wrong.status, wrong.body.result], [400, { field: 'header.Idempotency-Key' }])
})
