import assert from 'node:assert/strict'
import test from 'node:test'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'
import { event } from '../stores/kit/event-log.kit.ts'
import { openMemoryStore } from '../stores/memory/store.ts'
import { keepFor } from './retention.ts'

test('events are kept for their time, in pages, and longer where a group has not read them', async () => {
  const clock = new SimulatedClock()
  const store = openMemoryStore(clock)
  let look = (): void => undefined
  const end = keepFor(store, {
    keepMs: 1_000,
    clock,
    every: (_milliseconds, work) => {
      look = work
      return () => undefined
    },
    onError: assert.ifError,
  })
  const left = async (): Promise<number> => {
    look()
    await new Promise((resolve) => setTimeout(resolve, 20))
    return (await store.events.read(0, 9_999, ['t'])).length
  }
  await store.events.append(Array.from({ length: 1_200 }, (_, index) => event(String(index))))
  const group = await store.deliveries.open('g', 0)
  assert.equal(await left(), 1_200)
  clock.advance({ seconds: 2 })
  await store.events.append([event('new')])
  assert.equal(await left(), 1_201)
  await store.deliveries.advance(group, 1_100, [])
  assert.equal(await left(), 101)
  await store.deliveries.advance(group, 1_201, [])
  assert.equal(await left(), 1)
  end()
})
