/** What operators ask of the event log and of the groups that read it: how many are behind, and all dead letters. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PublishedEvent } from '../../ports/event-log.ts'
import type { Held } from '../../ports/deliveries.ts'
import type { Implementation } from './stores.ts'

function published(topic: string, key: string): PublishedEvent {
  const about = { type: 'org.example.told.v1', minor: 0, timeUs: 1, extensions: undefined }
  return { topic, key, ...about, id: crypto.randomUUID(), body: new Uint8Array() }
}

function held(seq: number, state: Held['state']): Held {
  return { seq, key: 'k', state, tries: 3, retryAtMs: 5, failedAtMs: 4, reason: `failed ${String(seq)}` }
}

export function deadLettersKit({ name, open }: Implementation): void {
  test(`${name}: events after a position are read and counted, of some topics or of all`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    await store.events.append([published('a', '1'), published('b', '2'), published('c', '3'), published('a', '4')])
    const [first] = await store.events.read(0, 1)
    assert.ok(first !== undefined)
    const keys = async (topics?: readonly string[]): Promise<readonly string[]> =>
      (await store.events.read(first.seq, 10, topics)).map(({ key }) => key)
    assert.deepEqual(await keys(), ['2', '3', '4'])
    assert.deepEqual(await keys(['a', 'c']), ['3', '4'])
    assert.deepEqual(await keys([]), [])
    assert.equal(await store.events.count(0, 10), 4)
    assert.equal(await store.events.count(first.seq, 10, ['a', 'c']), 2)
    assert.equal(await store.events.count(0, 3), 3)
    assert.equal(await store.events.count(0, 10, []), 0)
  })

  test(`${name}: dead letters of all groups come by group and position, page by page, and nothing that waits`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { deliveries } = store
    for (const group of ['later', 'badges']) {
      const known = await deliveries.open(group, 0)
      await deliveries.advance(known, 9, [held(7, 'dead'), held(3, 'dead'), held(5, 'waiting')])
    }
    const all = await deliveries.dead({ limit: 10 })
    assert.deepEqual(
      all,
      ['badges', 'later'].flatMap((group) => [3, 7].map((seq) => ({ ...held(seq, 'dead'), group }))),
    )
    const after = { group: 'badges', seq: 3 }
    assert.deepEqual(await deliveries.dead({ limit: 2 }), all.slice(0, 2))
    assert.deepEqual(await deliveries.dead({ limit: 10, after }), all.slice(1))
    assert.deepEqual(await deliveries.dead({ limit: 10, after, group: 'badges' }), all.slice(1, 2))
    assert.deepEqual(await deliveries.dead({ limit: 10, after, group: 'later' }), all.slice(2))
    assert.deepEqual(await deliveries.dead({ limit: 10, group: 'nobody' }), [])
  })
}
