import assert from 'node:assert/strict'
import test from 'node:test'
import { eventOf, handledIn, Recorder, run } from '../../../test/support/delivering.ts'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { openMemoryStore } from '../../stores/memory/store.ts'

test('a group that is resumed while it is being read goes on', async (t) => {
  const store = openMemoryStore(new SimulatedClock())
  const { deliveries } = store
  await deliveries.open('group', 0)
  await deliveries.pause('group', 'not yet')
  await store.events.append([eventOf('e1', 'k')])
  // The reading that finds it paused answers after it was resumed.
  const open = deliveries.open.bind(deliveries)
  deliveries.open = async (...about) => {
    const group = await open(...about)
    if (group.paused !== undefined) await deliveries.pause('group', undefined)
    return group
  }
  const runner = run(store, new Recorder().subscriber())
  t.after(() => runner.stop())
  await runner.idle()
  assert.deepEqual(await handledIn(store), ['e1'])
})
