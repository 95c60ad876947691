import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'
import { collection } from '../stores/kit/collections.ts'
import { openMemoryStore } from '../stores/memory/store.ts'
import { REPUBLISHER, republisher } from './republish.ts'

test('told to stop, it ends between two pages, and the publication is handled again from its start', async () => {
  const { progress, catalogue, log } = openMemoryStore(new SimulatedClock())
  await catalogue.publish(collection('maths', ['a']), '1')
  for (const userId of ['a', 'b', 'c', 'd', 'e']) {
    await progress.enrol({ userId, collectionId: 'maths', contextId: 'maths' }, 1)
  }
  const entries = await log.read(0, 10, REPUBLISHER.types)
  const pages: number[] = []
  const stopping = new AbortController()
  progress.recompute = (keys) => {
    pages.push(keys.length)
    if (pages.length === 2) stopping.abort()
    return Promise.resolve()
  }
  const worker = republisher(progress, log, 2)
  await worker.handle(entries, stopping.signal)
  assert.deepEqual([pages, await log.position(REPUBLISHER.name)], [[2, 2], 0])
  await worker.handle(entries, new AbortController().signal)
  assert.deepEqual([pages, await log.position(REPUBLISHER.name)], [[2, 2, 2, 2, 1], 1])
})
