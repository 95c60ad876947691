import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { run } from '../../../test/support/delivering.ts'
import { emission } from '../../codec/emission.ts'
import type { Store } from '../../ports/store.ts'
import { catalogueOf } from '../../public-events/kernel/catalogue.ts'
import { definePublicEvent } from '../../public-events/kernel/define.ts'
import { string } from '../../public-events/kernel/scalar.ts'
import { field, opt, record } from '../../public-events/kernel/shape.ts'
import { openMemoryStore } from '../../stores/memory/store.ts'
import { startLoop } from '../loop.ts'
import { relay } from '../publish/relay.ts'
import { readRoutes } from '../publish/routes.ts'
import { consumerGroup, type ConsumerGroup } from './consumer-group.ts'
import { groupSubscriber } from './group-subscriber.ts'
import { EventReader } from './reader.ts'

const about = {
  description: 'A thing was made.',
  producer: 'test',
  key: 'thing.who',
  topics: ['things'],
  since: '1',
} as const
const who = { who: field(string, 'who made it') } as const
const TYPE = 'org.example.learning.thing.made.v1'
const Old = definePublicEvent({ ...about, type: TYPE, minor: 0, data: { thing: record('Thing', 'It.', who) } })
const New = definePublicEvent({
  ...about,
  type: TYPE,
  minor: 1,
  data: { thing: record('Thing', 'It.', { ...who, size: opt(string, 'how large') }) },
})
const Lost = definePublicEvent({
  ...about,
  type: 'org.example.learning.thing.lost.v1',
  minor: 0,
  data: { thing: record('LostThing', 'It.', who) },
})

const clock = { nowMs: () => 5_000 }
const catalogue = catalogueOf([New, Lost])
const writerOf = (type: string, minor: number) => (type === TYPE ? { 0: Old.root, 1: New.root }[minor] : undefined)
const routes = readRoutes(catalogue, { [Lost.type]: { elsewhere: {}, things: { enabled: false } } })
const time = Temporal.Instant.from('2026-11-21T10:00:00Z')

async function deliver(t: TestContext, store: Store, group: ConsumerGroup): Promise<void> {
  const options = { catalogue, routes, pseudonym: (text: string) => text, writerOf, commitMax: 9, lingerMs: 0 }
  const loop = startLoop(store.log, relay(store.events, options), {
    readMax: 9,
    batchMax: 9,
    retries: 1,
    onError: (_consumer, error) => {
      throw error
    },
  })
  await loop.idle()
  await loop.stop()
  const sender = { source: '/test', sourceHost: 'host', sourceLib: '1' }
  const retry = { max: 2, firstMs: 1, mostMs: 1 }
  const runner = run(store, groupSubscriber(group, { reader: new EventReader(writerOf), routes, sender, clock, retry }))
  t.after(() => runner.stop())
  await runner.idle()
}

function emit(store: Store, ...emissions: readonly ReturnType<typeof emission>[]): Promise<void> {
  return store.transact((tx) => {
    for (const one of emissions) tx.emit(one)
  })
}

test('a consumer of the next minor reads what the last wrote, and a consumer of the last what the next wrote', async (t) => {
  const store = openMemoryStore(clock)
  const told: unknown[] = []
  await emit(
    store,
    emission(Old, { thing: { who: 'a' } }, { time }),
    emission(New, { thing: { who: 'b', size: '3' } }, { time }),
  )
  await deliver(
    t,
    store,
    consumerGroup({ name: 'next' }).apply(New, (_commit, { thing }) => told.push({ ...thing })),
  )
  await deliver(
    t,
    store,
    consumerGroup({ name: 'last' }).apply(Old, (_commit, { thing }) => told.push({ ...thing })),
  )
  assert.deepEqual(told, [{ who: 'a', size: null }, { who: 'b', size: '3' }, { who: 'a' }, { who: 'b' }])
})

test('a minor whose schema nobody knows is a dead letter that says so', async (t) => {
  const store = openMemoryStore(clock)
  await emit(store, { ...emission(Old, { thing: { who: 'a' } }, { time }), minor: 7 })
  await deliver(
    t,
    store,
    consumerGroup({ name: 'g' }).apply(New, () => undefined),
  )
  const [dead] = await store.deliveries.held('g', 9)
  assert.deepEqual([dead?.state, dead?.tries], ['dead', 1])
  assert.match(dead?.reason ?? '', /cannot be read[^]*schema of its minor 7 is not known/)
})

test('bytes that are not of their schema are a dead letter, and the reason holds nothing of them', async (t) => {
  const store = openMemoryStore(clock)
  const body = Buffer.from([40, ...Buffer.from('asha')]).toString('base64')
  await emit(store, { ...emission(Old, { thing: { who: 'a' } }, { time }), body })
  await deliver(
    t,
    store,
    consumerGroup({ name: 'g' }).apply(New, () => undefined),
  )
  const [dead] = await store.deliveries.held('g', 9)
  assert.equal(dead?.state, 'dead')
  assert.ok(!(dead.reason ?? '').includes('asha'))
})

test('a group reads the topics to which its events go', async (t) => {
  const store = openMemoryStore(clock)
  const told: string[] = []
  await emit(store, emission(Lost, { thing: { who: 'a' } }, { time }), emission(New, { thing: { who: 'b' } }, { time }))
  const group = consumerGroup({ name: 'g' })
    .apply(Lost, (_commit, { thing }, { topic }) => told.push(`${topic} ${thing.who}`))
    .on(New, ({ thing }, { topic, key, position }) => {
      told.push(`${topic} ${thing.who} ${key} ${String(position)}`)
    })
  await deliver(t, store, group)
  // Different keys have no order.
  assert.deepEqual(told.sort(), ['elsewhere a', 'things b b 2'])
})

test('what a handler emits follows from what it was told, and belongs to the same request and trace', async (t) => {
  const store = openMemoryStore(clock)
  const cause = emission(
    New,
    { thing: { who: 'a' } },
    { time, extensions: { traceparent: '00-1-2-01', correlationid: 'r' } },
  )
  await emit(store, cause, emission(New, { thing: { who: 'b' } }, { time }))
  const group = consumerGroup({ name: 'g' }).apply(New, (commit, { thing }) => {
    commit.emit(Lost, { thing: { who: thing.who } })
  })
  await deliver(t, store, group)
  const emitted = (await store.log.read(2, 9)).flatMap(({ occurrence }) =>
    occurrence.type === 'emitted' ? occurrence : [],
  )
  assert.deepEqual(emitted[0]?.extensions, { causationid: cause.id, correlationid: 'r', traceparent: '00-1-2-01' })
  assert.equal(emitted[0]?.timeUs, 5_000_000)
  assert.equal(emitted[1]?.extensions?.['correlationid'], emitted[1]?.extensions?.['causationid'])
})

test('a group handles an event in one way', () => {
  const group = consumerGroup({ name: 'g' }).on(New, () => undefined)
  assert.throws(() => group.apply(Old, () => undefined), /group g handles .*made\.v1 already/)
  assert.throws(() => consumerGroup({ name: 'No Name' }), /lower-case letters/)
})

test('what follows from an event has the same id when that is handled again, so that others handle it once', async (t) => {
  const store = openMemoryStore(clock)
  await emit(store, emission(New, { thing: { who: 'a' } }, { time }))
  const group = consumerGroup({ name: 'g' }).apply(New, (commit, { thing }) => {
    commit.emit(Lost, { thing: { who: thing.who } })
    commit.emit(Lost, { thing: { who: 'another' } })
  })
  await deliver(t, store, group)
  await store.deliveries.replay('g', 0)
  await deliver(t, store, consumerGroup({ name: 'other' }))
  const ids = (await store.log.read(1, 9)).flatMap(({ occurrence }) =>
    occurrence.type === 'emitted' ? occurrence.id : [],
  )
  assert.equal(ids.length, 4)
  assert.deepEqual(ids.slice(2), ids.slice(0, 2))
  assert.notEqual(ids[0], ids[1])
})
