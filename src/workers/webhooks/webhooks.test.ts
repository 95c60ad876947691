import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { eventually, isSignedWith, Receiver } from '../../../test/support/webhook-receiver.ts'
import { SETTINGS, startWebhooks, viewEnded, type Hooked } from '../../../test/support/webhooks.ts'
import { WaymarkError } from '../../domain/errors.ts'
import type { WebhookReport } from '../../ports/webhook-control.ts'
import type { WebhookSettings } from '../../ports/webhooks.ts'
import { ContentViewEnded, ContentViewStarted } from '../../public-events/catalogue/waymark/view.ts'
import { consumerGroup } from '../consume/consumer-group.ts'

async function opened(t: TestContext, ...parts: Parameters<typeof startWebhooks>): Promise<[Receiver, Hooked]> {
  const receiver = await Receiver.open()
  const hooked = await startWebhooks(...parts)
  t.after(async () => {
    await hooked.stop()
    await receiver.close()
  })
  return [receiver, hooked]
}

async function add(
  hooked: Hooked,
  receiver: Receiver,
  more: Partial<WebhookSettings> = {},
  from: 'latest' | 'earliest' = 'latest',
) {
  const { report, secret } = await hooked.webhooks.add(
    crypto.randomUUID(),
    { ...SETTINGS, url: receiver.url, ...more },
    from,
  )
  return { id: report.webhook.id, secret }
}

async function reportOf(hooked: Hooked, id: string): Promise<WebhookReport> {
  const report = await hooked.webhooks.find(id)
  assert.ok(report !== undefined)
  return report
}

test('an event is sent as a CloudEvent, signed, under its own id', async (t) => {
  const [receiver, hooked] = await opened(t)
  const { secret } = await add(hooked, receiver)
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await receiver.until(1)
  const [got] = receiver.got
  assert.ok(got !== undefined)
  assert.equal(got.headers['content-type'], 'application/cloudevents+json; charset=UTF-8')
  assert.match(String(got.headers['user-agent']), /^Waymark\/\d/)
  assert.equal(got.headers['webhook-id'], 'e1')
  assert.ok(Math.abs(Number(got.headers['webhook-timestamp']) - Date.now() / 1000) < 5)
  assert.ok(isSignedWith(secret, got))
  const { type, id, time, data, datacontenttype } = JSON.parse(got.body) as Record<string, unknown>
  assert.deepEqual([type, id, datacontenttype], [ContentViewEnded.type, 'e1', 'application/json'])
  assert.equal(time, '2026-03-01T08:00:00+00:00')
  const place = { user_id: 'rahul', collection_id: 'maths', context_id: 'batch-1', content_id: 'c1' }
  assert.deepEqual(data, { view: { ...place, completed_at: '2026-03-01T08:00:00+00:00' } })
})

test('in binary mode the payload is the body, and the rest stands in headers', async (t) => {
  const [receiver, hooked] = await opened(t)
  const { secret } = await add(hooked, receiver, { format: 'binary' })
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await receiver.until(1)
  const [got] = receiver.got
  assert.ok(got !== undefined && isSignedWith(secret, got))
  assert.deepEqual([got.headers['ce-type'], got.headers['ce-id']], [ContentViewEnded.type, 'e1'])
  assert.equal(got.headers['content-type'], 'application/json')
  assert.deepEqual(Object.keys(JSON.parse(got.body) as object), ['view'])
})

test('a webhook that asks for it is told of nobody by name', async (t) => {
  const [receiver, hooked] = await opened(t)
  await add(hooked, receiver, { redacted: true })
  await hooked.store.events.append([viewEnded('e1', 'rahul'), viewEnded('e2', 'rahul'), viewEnded('e3', 'mia')])
  await receiver.until(3)
  const names = receiver.got.map(
    ({ body }) => (JSON.parse(body) as { data: { view: { user_id: string } } }).data.view.user_id,
  )
  const byId = new Map(receiver.ids.map((id, index) => [id, names[index]]))
  assert.ok(receiver.got.every(({ body }) => !/rahul|mia/.test(body)))
  assert.equal(byId.get('e1'), byId.get('e2'))
  assert.notEqual(byId.get('e1'), byId.get('e3'))
})

test('a webhook gets the types that it names, and those of a topic', async (t) => {
  const [receiver, hooked] = await opened(t)
  const other = await Receiver.open()
  t.after(() => other.close())
  await add(hooked, receiver, { types: [ContentViewStarted.type] })
  await add(hooked, other, { types: [ContentViewEnded.type], topics: [...ContentViewEnded.topics] })
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await other.until(1)
  await hooked.store.events.append([{ ...viewEnded('e2', 'rahul'), topic: 'elsewhere' }, viewEnded('e3', 'rahul')])
  await other.until(2)
  assert.deepEqual([receiver.ids, other.ids], [[], ['e1', 'e3']])
})

test('a new webhook begins with what comes from now on, or with what is kept of the past', async (t) => {
  const [receiver, hooked] = await opened(t)
  const past = await Receiver.open()
  t.after(() => past.close())
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await add(hooked, receiver)
  await add(hooked, past, {}, 'earliest')
  await hooked.store.events.append([viewEnded('e2', 'rahul')])
  await Promise.all([receiver.until(1), past.until(2)])
  assert.deepEqual([receiver.ids, past.ids], [['e2'], ['e1', 'e2']])
})

test('what fails is sent again under the same id, and what comes after it for that learner waits; others do not', async (t) => {
  const [receiver, hooked] = await opened(t)
  const statuses = [500, 404, 301, 204]
  receiver.reply = ({ headers }) => ({ status: headers['webhook-id'] === 'e1' ? (statuses.shift() ?? 204) : 200 })
  const { id } = await add(hooked, receiver)
  await hooked.store.events.append([viewEnded('e1', 'rahul'), viewEnded('e2', 'rahul'), viewEnded('e3', 'mia')])
  await hooked.store.events.append([viewEnded('e4', 'rahul'), viewEnded('e5', 'mia')])
  await receiver.until(8)
  const of = (...ids: string[]): readonly string[] => receiver.ids.filter((one) => ids.includes(one))
  assert.deepEqual(of('e1', 'e2', 'e4'), ['e1', 'e1', 'e1', 'e1', 'e2', 'e4'])
  assert.deepEqual(of('e3', 'e5'), ['e3', 'e5'])
  await eventually(async () => (await reportOf(hooked, id)).group.waiting === 0)
  assert.equal((await reportOf(hooked, id)).webhook.failingSince, null)
})

test('what fails as often as it may is a dead letter, with a reason that tells nothing of what was sent', async (t) => {
  const [receiver, hooked] = await opened(t, { WEBHOOK_RETRIES: '3' })
  receiver.reply = () => ({ status: 500, body: 'an answer that says too much' })
  const { id, secret } = await add(hooked, receiver, { url: `${receiver.url}?token=hush` })
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await eventually(async () => (await reportOf(hooked, id)).group.dead === 1)
  assert.equal(receiver.got.length, 3)
  const [held] = await hooked.store.deliveries.held(`webhook:${id}`, 1)
  assert.match(String(held?.reason), /answered 500/)
  assert.doesNotMatch(String(held?.reason), new RegExp(`hush|rahul|too much|${secret.slice(6, 12)}`))
})

test('a receiver that is gone (410) disables its webhook, which goes on where it stopped once it is enabled', async (t) => {
  const [receiver, hooked] = await opened(t)
  receiver.reply = (_, count) => ({ status: count === 1 ? 204 : 410 })
  const { id } = await add(hooked, receiver)
  await hooked.store.events.append([viewEnded('e1', 'rahul'), viewEnded('e2', 'rahul')])
  await eventually(async () => (await reportOf(hooked, id)).group.paused !== undefined)
  const { webhook, group } = await reportOf(hooked, id)
  assert.equal(webhook.disabled?.reason, 'its receiver answered 410: it is gone')
  assert.equal(group.paused, webhook.disabled.reason)
  await hooked.store.events.append([viewEnded('e3', 'rahul')])
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(receiver.ids, ['e1', 'e2'])
  receiver.reply = () => ({ status: 200 })
  assert.equal((await hooked.webhooks.enable(id))?.webhook.disabled, null)
  await receiver.until(4)
  assert.deepEqual(receiver.ids, ['e1', 'e2', 'e2', 'e3'])
})

test('a webhook that an operator disabled gets nothing, whoever resumes its group, until it is enabled', async (t) => {
  const [receiver, hooked] = await opened(t)
  const { id } = await add(hooked, receiver)
  await hooked.webhooks.disable(id)
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await hooked.store.deliveries.pause(`webhook:${id}`, undefined)
  await eventually(async () => (await reportOf(hooked, id)).group.paused !== undefined)
  assert.deepEqual(receiver.ids, [])
  await hooked.webhooks.enable(id)
  await receiver.until(1)
})

test('after three days of nothing but failures a webhook is disabled; one delivery that arrives begins them anew', async (t) => {
  const clock = new SimulatedClock()
  const [receiver, hooked] = await opened(t, { WEBHOOK_BACKOFF: 'PT6H', WEBHOOK_BACKOFF_MAX: 'PT6H' }, clock)
  receiver.reply = () => ({ status: 500 })
  const { id } = await add(hooked, receiver)
  const { events, deliveries } = hooked.store
  const fails = async (event: string): Promise<void> => {
    const count = receiver.got.length
    await events.append([viewEnded(event, event)])
    await receiver.until(count + 1)
    await eventually(async () => (await deliveries.held(`webhook:${id}`, 10)).some(({ key }) => key === event))
  }
  await fails('e1')
  const since = clock.nowMs()
  assert.equal((await reportOf(hooked, id)).webhook.failingSince, since)
  clock.advance({ hours: 71 })
  // The first one is due again as well: which of the two comes first is open, so both arrive.
  receiver.reply = () => ({ status: 200 })
  await events.append([viewEnded('e2', 'e2')])
  await eventually(() => receiver.ids.includes('e2'))
  await eventually(async () => (await reportOf(hooked, id)).webhook.failingSince === null)
  await eventually(async () => {
    const { group } = await reportOf(hooked, id)
    return group.waiting === 0 && group.position === (await events.last())
  })
  // From here on nothing arrives any more: three days are counted from the first failure after it.
  receiver.reply = () => ({ status: 500 })
  const begun = receiver.got.length
  clock.advance({ hours: 7 })
  await events.append([viewEnded('e3', 'e3')])
  await receiver.until(begun + 1)
  await eventually(async () => (await reportOf(hooked, id)).webhook.failingSince !== null)
  clock.advance({ hours: 71 })
  await events.append([viewEnded('e4', 'e4')])
  // What is under way would fail beside the next one otherwise.
  await eventually(async () => {
    const held = await deliveries.held(`webhook:${id}`, 10)
    return held.length === 2 && held[0]?.tries === 2 && held[1]?.tries === 1
  })
  assert.equal((await reportOf(hooked, id)).webhook.disabled, null)
  clock.advance({ hours: 2 })
  await events.append([viewEnded('e5', 'e5')])
  await eventually(async () => (await reportOf(hooked, id)).group.paused !== undefined)
  assert.match(
    String((await reportOf(hooked, id)).webhook.disabled?.reason),
    /^nothing arrived since 2026-03-0.*: answered 500$/,
  )
  // Enabled, it tries at once what waited for a far-off try.
  receiver.reply = () => ({ status: 200 })
  await hooked.webhooks.enable(id)
  await eventually(async () => {
    const { group } = await reportOf(hooked, id)
    return group.waiting === 0 && group.dead === 0 && group.position === (await events.last())
  })
  assert.deepEqual(new Set(receiver.ids), new Set(['e1', 'e2', 'e3', 'e4', 'e5']))
})

for (const [status, header, waits] of [
  [429, (nowMs: number) => new Date(nowMs + 60_000).toUTCString(), 60_000],
  [503, () => '60', 60_000],
  [503, () => '86400', 600_000],
  [503, () => 'soon', 5_000],
  [503, () => '-1', 5_000],
  [500, () => '60', 5_000],
] as const) {
  const title = `${String(status)} with Retry-After ${header(0)}`
  test(`${title} is tried again after ${String(waits / 1000)} s, and no other learner's event before it`, async (t) => {
    const clock = new SimulatedClock()
    const [receiver, hooked] = await opened(t, { WEBHOOK_BACKOFF: 'PT5S', WEBHOOK_BACKOFF_MAX: 'PT10M' }, clock)
    receiver.reply = () => ({ status, headers: { 'retry-after': header(clock.nowMs()) } })
    const { id } = await add(hooked, receiver)
    await hooked.store.events.append([viewEnded('e1', 'rahul')])
    const held = async () => hooked.store.deliveries.held(`webhook:${id}`, 10)
    await eventually(async () => (await held()).length === 1)
    assert.equal((await held())[0]?.retryAtMs, clock.nowMs() + waits)
    if (waits === 5_000) return
    await hooked.store.events.append([viewEnded('e2', 'mia')])
    await eventually(async () => (await held()).length === 2)
    assert.deepEqual(receiver.ids, ['e1'])
    receiver.reply = () => ({ status: 200 })
    clock.advance({ milliseconds: waits })
    await hooked.store.events.append([viewEnded('e3', 'lea')])
    await receiver.until(4)
    assert.deepEqual(new Set(receiver.ids), new Set(['e1', 'e2', 'e3']))
  })
}

test('while a secret is replaced, the old one and the new one are both good; then the new one alone', async (t) => {
  const clock = new SimulatedClock()
  const [receiver, hooked] = await opened(t, {}, clock)
  const { id, secret: first } = await add(hooked, receiver)
  const sent = async (): Promise<(secret: string) => boolean> => {
    await hooked.store.events.append([viewEnded(crypto.randomUUID(), 'rahul')])
    await receiver.until(count + 1)
    const got = receiver.got[count++]
    return (secret) => got !== undefined && isSignedWith(secret, got)
  }
  let count = 0
  const second = (await hooked.webhooks.rotateSecret(id))?.secret ?? ''
  assert.deepEqual([first, second].map(await sent()), [true, true])
  const third = (await hooked.webhooks.rotateSecret(id))?.secret ?? ''
  assert.deepEqual([first, second, third].map(await sent()), [false, true, true])
  clock.advance({ hours: 24 })
  assert.deepEqual([first, second, third].map(await sent()), [false, false, true])
})

test('a secret that was sealed under another key stops deliveries with a reason, and a new one puts that right', async (t) => {
  const [receiver, hooked] = await opened(t)
  const { id } = await add(hooked, receiver)
  await hooked.store.webhooks.change(id, (webhook) => ({ ...webhook, secrets: [{ sealed: 'AAAA', until: null }] }))
  const outcome = await hooked.webhooks.test(id)
  assert.match(String(outcome?.reason), /rotate-secret/)
  assert.deepEqual(receiver.got, [])
  await hooked.webhooks.rotateSecret(id)
  assert.equal((await hooked.webhooks.test(id))?.delivered, true)
})

test('a test says what came back, whatever the state, and changes nothing', async (t) => {
  const [receiver, hooked] = await opened(t, { WEBHOOK_TIMEOUT: 'PT0.05S' })
  const { id, secret } = await add(hooked, receiver)
  await hooked.webhooks.disable(id)
  const before = await reportOf(hooked, id)
  const came: unknown[] = []
  for (const reply of [
    { status: 200 },
    { status: 418, body: 'secret of an inner host' },
    { status: 302 },
    'silence',
  ] as const) {
    receiver.reply = () => reply
    const { delivered, status, reason } = (await hooked.webhooks.test(id)) ?? {}
    came.push([delivered, status, reason])
  }
  assert.deepEqual(came, [
    [true, 200, undefined],
    [false, 418, 'answered 418'],
    [false, 302, 'answered 302: redirections are not followed'],
    [false, undefined, 'no answer within 0.05 s'],
  ])
  assert.ok(receiver.got.every((got) => isSignedWith(secret, got)))
  assert.match(receiver.got[0]?.body ?? '', /"type":"org\.waymark\.webhook\.test\.v1"/)
  assert.equal(new Set(receiver.ids).size, 4)
  assert.deepEqual(await reportOf(hooked, id), before)
  assert.equal(await hooked.webhooks.test('nobody'), undefined)
})

test('a webhook is changed while it runs: where it leads at once, and what it gets from where it stands', async (t) => {
  const [receiver, hooked] = await opened(t)
  const other = await Receiver.open()
  t.after(() => other.close())
  const { id, secret } = await add(hooked, receiver)
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await receiver.until(1)
  receiver.reply = () => ({ status: 500 })
  await hooked.store.events.append([viewEnded('e2', 'rahul')])
  await receiver.until(2)
  const changed = await hooked.webhooks.change(id, { ...SETTINGS, url: other.url, types: [ContentViewEnded.type] })
  assert.equal(changed?.webhook.url, other.url)
  await other.until(1)
  assert.deepEqual(other.ids, ['e2'])
  assert.ok(other.got.every((got) => isSignedWith(secret, got)))
  assert.equal(await hooked.webhooks.change('nobody', { ...SETTINGS, url: other.url }), undefined)
})

test('a webhook that is removed takes its group with it, so that the log can be pruned', async (t) => {
  const [receiver, hooked] = await opened(t)
  receiver.reply = () => 'silence'
  const { id } = await add(hooked, receiver)
  await hooked.store.events.append([viewEnded('e1', 'rahul')])
  await receiver.until(1)
  assert.equal(await hooked.webhooks.remove(id), true)
  assert.equal(await hooked.webhooks.remove(id), false)
  assert.deepEqual([await hooked.store.deliveries.groups(), await hooked.webhooks.list()], [[], []])
  assert.deepEqual(hooked.errors, [])
})

test('after a restart a webhook goes on where it stopped, and what was half-removed is removed', async (t) => {
  const [receiver, hooked] = await opened(t)
  receiver.reply = ({ headers }) => (headers['webhook-id'] === 'e2' ? 'silence' : { status: 200 })
  await add(hooked, receiver)
  await hooked.store.events.append([viewEnded('e1', 'rahul'), viewEnded('e2', 'rahul'), viewEnded('e3', 'mia')])
  await receiver.until(3)
  await hooked.stop()
  await hooked.store.deliveries.open('webhook:half-removed', 0)
  await hooked.store.deliveries.open('another', 0)
  await hooked.store.events.append([viewEnded('e4', 'rahul')])
  receiver.reply = () => ({ status: 200 })
  const again = await startWebhooks({}, undefined, hooked.store)
  t.after(() => again.stop())
  await receiver.until(5)
  // The one that was under way comes again, under its id; nothing else does.
  assert.deepEqual(receiver.ids.slice(3), ['e2', 'e4'])
  const names = (await hooked.store.deliveries.groups()).map(({ name }) => name.replace(/webhook:.*/, 'webhook'))
  assert.deepEqual(names, ['another', 'webhook'])
})

test('no group of a plugin can be taken for that of a webhook', () => {
  assert.throws(() => consumerGroup({ name: 'webhook:mine' }), /are those of webhooks/)
  assert.equal(consumerGroup({ name: 'webhooks' }).name, 'webhooks')
})

test('webhooks that would get nothing, or lead nowhere, are refused with the field at fault', async (t) => {
  const [receiver, hooked] = await opened(t, { WEBHOOKS_MAX: '1' })
  const refused = async (more: Partial<WebhookSettings>): Promise<string> => {
    const error: unknown = await add(hooked, receiver, more).catch((error: unknown) => error)
    assert.ok(error instanceof WaymarkError)
    return `${error.code} ${String(error.field)}`
  }
  assert.equal(await refused({ url: 'https://127.0.0.2/' }), 'WEBHOOK_URL_REFUSED url')
  assert.equal(await refused({ types: [ContentViewEnded.type, 'no.such.v1'] }), 'EVENT_TYPE_UNKNOWN types[1]')
  assert.equal(await refused({ topics: ['nowhere'] }), 'TOPIC_UNKNOWN topics[0]')
  assert.equal(await refused({ types: ['toString'] }), 'EVENT_TYPE_UNKNOWN types[0]')
  await add(hooked, receiver)
  assert.equal(await refused({}), 'WEBHOOKS_FULL undefined')
})
