import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import type { PublishedEvent } from '../../ports/event-log.ts'
import { openMemoryStore } from '../../stores/memory/store.ts'
import { startRunner } from './runner.ts'
import type { Subscriber } from './subscriber.ts'

function event(key: string): PublishedEvent {
  const about = { topic: 'told', type: 'org.example.told.v1', minor: 0, timeUs: 1, extensions: undefined }
  return { ...about, key, id: crypto.randomUUID(), body: new Uint8Array() }
}

test('what was driven again is not begun a second time while it is under way, whoever changes the group meanwhile', async (t) => {
  const clock = new SimulatedClock()
  const { events, deliveries } = openMemoryStore(clock)
  let broken = true
  const underWay = new Set<string>()
  let overlaps = 0
  const delivered: string[] = []
  const subscriber: Subscriber = {
    name: 'slow',
    topics: ['told'],
    from: 'earliest',
    retry: { max: 1, firstMs: 1, mostMs: 1 },
    concurrency: 2,
    afterDead: 'park',
    accepts: () => 'deliver',
    deliver: async ({ key }) => {
      if (broken) throw new Error('broken')
      overlaps += underWay.has(key) ? 1 : 0
      underWay.add(key)
      if (key === 'quick') await deliveries.drop('slow', 3)
      else await new Promise((resolve) => setTimeout(resolve, 30))
      underWay.delete(key)
      delivered.push(key)
    },
    apply: () => undefined,
  }
  await events.append(['slow', 'quick', 'given up', 'last'].map(event))
  const runner = startRunner(subscriber, { events, deliveries, clock, heldMax: 10, onError: () => undefined })
  t.after(() => runner.stop())
  await runner.idle()
  broken = false
  for (const seq of [1, 2, 4]) await deliveries.redrive('slow', seq, clock.nowMs())
  await runner.idle()
  assert.equal(overlaps, 0)
  assert.deepEqual([...delivered].sort(), ['last', 'quick', 'slow'])
})

test('a group that is paused in the middle of many events is delivered no more of them, and goes on with the next', async (t) => {
  const clock = new SimulatedClock()
  const { events, deliveries } = openMemoryStore(clock)
  const delivered: string[] = []
  const subscriber: Subscriber = {
    name: 'slow',
    topics: ['told'],
    from: 'earliest',
    retry: { max: 1, firstMs: 1, mostMs: 1 },
    concurrency: 2,
    afterDead: 'park',
    accepts: () => 'deliver',
    deliver: async ({ key }) => {
      delivered.push(key)
      if (key === '5') await deliveries.pause('slow', 'it misbehaves')
    },
    apply: () => undefined,
  }
  const keys = Array.from({ length: 100 }, (_, index) => String(index))
  await events.append(keys.map(event))
  const errors: unknown[] = []
  const onError = (_group: string, error: unknown): void => void errors.push(error)
  const runner = startRunner(subscriber, { events, deliveries, clock, heldMax: 10, onError })
  t.after(() => runner.stop())
  await runner.idle()
  // What the other of the two had begun is finished.
  assert.ok(delivered.length <= 7, String(delivered.length))
  await deliveries.pause('slow', undefined)
  await runner.idle()
  assert.deepEqual([...delivered].sort(), [...keys].sort())
  assert.deepEqual(errors, [])
})
