import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { eventOf, handledIn, Recorder, run } from '../../../test/support/delivering.ts'
import { WaymarkError } from '../../domain/errors.ts'
import { IMPLEMENTATIONS } from '../../stores/kit/stores.ts'

const KEYS = ['a', 'b', 'c']

/** One event: its key, how often it fails (more than it may: for good), and whether the store fails before. */
const happening = fc.record({
  key: fc.constantFrom(...KEYS),
  failures: fc.constantFrom(0, 0, 0, 1, 2, 9),
  storeFails: fc.constantFrom(false, false, false, true),
  twice: fc.constantFrom(false, false, false, true),
})
const history = fc.record({
  events: fc.array(happening, { minLength: 1, maxLength: 14 }),
  /** After how many events the group is stopped and started again, and after how many dead letters are driven again. */
  restarts: fc.uniqueArray(fc.nat(14), { maxLength: 3 }),
  redrives: fc.uniqueArray(fc.nat(14), { maxLength: 3 }),
  where: fc.constantFrom('commit', 'outside'),
})

for (const { name, open } of IMPLEMENTATIONS.slice(0, 2)) {
  test(`${name}: whatever fails and whenever it is stopped, each event takes effect once, in the order of its key, or waits behind a dead letter`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ events, restarts, redrives, where }) => {
        const { store, close } = await open()
        const recorder = new Recorder()
        const storeFailed = new Set<string>()
        recorder.fault = ({ id }, tries) => {
          const told = events[Number(id)]
          if (told?.storeFails === true && !storeFailed.has(id)) {
            storeFailed.add(id)
            throw new WaymarkError('STORE_UNAVAILABLE')
          }
          if (tries - (storeFailed.has(id) ? 1 : 0) < (told?.failures ?? 0)) throw new Error('broken')
        }
        const subscriber = recorder.subscriber({ retry: { max: 3, firstMs: 1, mostMs: 2 }, concurrency: 2 }, where)
        let group = run(store, subscriber)
        for (const [index, { key, twice }] of events.entries()) {
          const told = eventOf(String(index), key)
          await store.events.append(twice ? [told, told] : [told])
          if (restarts.includes(index)) {
            await group.stop()
            group = run(store, subscriber)
          }
          if (redrives.includes(index)) await store.deliveries.redrive('group', undefined, Date.now())
        }
        await group.idle()
        const handled = await handledIn(store)
        assert.equal(new Set(handled).size, handled.length, 'nothing takes effect twice')
        const held = await store.deliveries.held('group', 100)
        const heldIds = new Map<string, string>()
        for (const { seq, state } of held) {
          const id = (await store.events.get(seq))?.id ?? ''
          if (!heldIds.has(id)) heldIds.set(id, state)
        }
        for (const key of KEYS) {
          const ids = events.flatMap((event, index) => (event.key === key ? [String(index)] : []))
          const done = handled.filter((id) => events[Number(id)]?.key === key)
          assert.deepEqual(done, ids.slice(0, done.length), 'in the order of the key, none left out')
          const [first, ...rest] = ids.slice(done.length)
          if (first !== undefined) assert.equal(heldIds.get(first), 'dead')
          for (const id of rest) assert.equal(heldIds.get(id), 'waiting')
        }
        await group.stop()
        await close()
      }),
      { numRuns: 60 },
    )
  })
}
