import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPENEDX_EVENTS, WAYMARK_EVENTS } from '../public-events/catalogue/all.ts'
import { payloadFromJson } from '../public-events/kernel/define.ts'
import type { PublicEvent } from '../public-events/kernel/public-event.ts'
import { cloudEventHeaders } from './cloudevent.ts'
import { EventTooLarge } from './emission.ts'
import { keySubject, kafkaMessage, valueSubject } from './kafka-message.ts'
import { openEdxKafkaHeaders } from './openedx-headers.ts'

const LOGIN = 'org.openedx.learning.auth.session.login.completed.v1'

function eventOf(type: string): PublicEvent {
  const event = OPENEDX_EVENTS.get(type) ?? WAYMARK_EVENTS.get(type)
  assert.ok(event !== undefined)
  return event
}

const login = eventOf(LOGIN)
const metadata = {
  type: LOGIN,
  minor: 0,
  id: '69c1d5a4-9d6f-11ed-8f3e-0242ac120004',
  source: 'openedx/lms/web',
  sourceHost: 'host',
  sourceLib: '11.2.0',
  time: Temporal.Instant.from('2026-11-21T17:48:32Z'),
}
const of = (username: string, email = 'bob@foo.example') =>
  payloadFromJson(login, { user: { id: 123, is_active: true, pii: { username, email, name: 'Bob Foo' } } })
const route = { topic: 'prod-login', keySchema: 1, valueSchema: 100_019 } as const

test('in profile openedx key, value and headers are byte for byte what Open edX sends', () => {
  const message = kafkaMessage(login, of('foobob'), metadata, { ...route, profile: 'openedx' })
  assert.equal(Buffer.from(message.key).toString('hex'), '00000000010c666f6f626f62')
  assert.equal(
    Buffer.from(message.value).toString('hex'),
    `00000186b3f601010c666f6f626f621e${Buffer.from('bob@foo.example').toString('hex')}0e${Buffer.from('Bob Foo').toString('hex')}`,
  )
  assert.equal(message.topic, 'prod-login')
  assert.deepEqual(message.headers, openEdxKafkaHeaders(metadata))
})

test('in profile cloudevents every attribute has its prefix, and the key stands among them', () => {
  const message = kafkaMessage(login, of('foobob'), metadata, { ...route, profile: 'cloudevents' })
  const extensions = { partitionkey: 'foobob' }
  assert.deepEqual(message.headers, cloudEventHeaders({ ...metadata, extensions }, 'application/avro', 'kafka'))
  assert.ok(message.headers.every(([name]) => name.startsWith('ce_') || name === 'content-type'))
})

test('subjects are those under which Open edX registers its schemas', () => {
  assert.equal(valueSubject('prod-login', login), `prod-login-${LOGIN}.CloudEvent`)
  assert.equal(keySubject('prod-login', login), 'prod-login-string')
  for (const event of [...OPENEDX_EVENTS.values(), ...WAYMARK_EVENTS.values()]) {
    assert.match(keySubject('t', event), /^t-(?:string|long)$/, event.type)
  }
})

test('what no topic would take is refused before it is sent', () => {
  assert.throws(
    () => kafkaMessage(login, of('x', 'm'.repeat(70_000)), metadata, { ...route, profile: 'openedx' }),
    EventTooLarge,
  )
})
