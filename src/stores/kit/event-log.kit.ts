/** What every implementation of EventLog must do. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PublishedEvent } from '../../ports/event-log.ts'
import type { Implementation } from './stores.ts'

/** An event that differs from others by its id; the body holds that too. */
export function event(id: string, topic = 't', key = 'k'): PublishedEvent {
  const body = new TextEncoder().encode(`body of ${id}`)
  return { topic, key, type: 'org.example.a.b.c.v1', minor: 0, id, timeUs: 1_000_001, extensions: undefined, body }
}

export function eventLogKit({ name, open }: Implementation): void {
  test(`${name}: events are read as they were appended, in order, by topics`, async (t) => {
    const { store, clock, close } = await open()
    t.after(close)
    const first = { ...event('1'), extensions: { causationid: 'x', traceparent: 'y' } }
    await store.events.append([first, event('2', 'other')])
    await store.events.append([event('3')])
    const [one, three, ...rest] = await store.events.read(0, 10, ['t'])
    assert.deepEqual(rest, [])
    assert.deepEqual(
      { ...one, body: [...(one?.body ?? [])] },
      {
        ...first,
        body: [...first.body],
        seq: one?.seq,
        at: clock.nowMs(),
      },
    )
    assert.equal(three?.id, '3')
    assert.deepEqual(
      (await store.events.read(0, 10, ['other', 't'])).map(({ id }) => id),
      ['1', '2', '3'],
    )
    assert.deepEqual(
      (await store.events.read(one?.seq ?? 0, 1, ['other', 't'])).map(({ id }) => id),
      ['2'],
    )
    assert.deepEqual(await store.events.read(0, 10, []), [])
    assert.equal((await store.events.get(three?.seq ?? 0))?.id, '3')
    assert.equal(await store.events.get(99), undefined)
    assert.equal(await store.events.last(), three?.seq)
  })

  test(`${name}: who read the outbox is moved on with what was made of it`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    await store.progress.enrol({ userId: 'a', collectionId: 'k', contextId: 'x' }, 1)
    const seq = await store.log.last()
    await store.events.append([event('1')], { consumer: 'relay', seq })
    assert.equal(await store.log.position('relay'), seq)
    await store.events.append([], { consumer: 'relay', seq: seq + 5 })
    assert.equal(await store.log.position('relay'), seq + 5)
  })

  test(`${name}: a time is looked up as the position before what was appended then or later`, async (t) => {
    const { store, clock, close } = await open()
    t.after(close)
    assert.equal(await store.events.positionBefore(0), 0)
    const begun = clock.nowMs()
    for (const [id, ms] of [
      ['1', 100],
      ['2', 200],
      ['3', 200],
      ['4', 300],
    ] as const) {
      clock.set(begun + ms)
      await store.events.append([event(id)])
    }
    const after = async (ms: number): Promise<readonly string[]> =>
      (await store.events.read(await store.events.positionBefore(begun + ms), 10, ['t'])).map(({ id }) => id)
    assert.deepEqual(await after(0), ['1', '2', '3', '4'])
    assert.deepEqual(await after(100), ['1', '2', '3', '4'])
    assert.deepEqual(await after(101), ['2', '3', '4'])
    assert.deepEqual(await after(200), ['2', '3', '4'])
    assert.deepEqual(await after(300), ['4'])
    assert.deepEqual(await after(301), [])
  })

  test(`${name}: a clock that goes back does not make later events earlier`, async (t) => {
    const { store, clock, close } = await open()
    t.after(close)
    const begun = clock.nowMs()
    await store.events.append([event('1')])
    clock.set(begun - 5_000)
    await store.events.append([event('2')])
    assert.deepEqual(
      (await store.events.read(0, 9, ['t'])).map(({ at }) => at),
      [begun, begun],
    )
  })

  test(`${name}: old events are removed, but none that a group has not read or still holds`, async (t) => {
    const { store, clock, close } = await open()
    t.after(close)
    const begun = clock.nowMs()
    await store.events.append(['1', '2', '3', '4'].map((id) => event(id)))
    clock.set(begun + 1_000)
    await store.events.append([event('5')])
    const [one, two, , four] = await store.events.read(0, 9, ['t'])
    assert.ok(one !== undefined && two !== undefined && four !== undefined)
    const group = await store.deliveries.open('g', 0)
    assert.equal(await store.events.prune(begun + 1_000, 10), 0)
    const held = { key: 'k', state: 'dead', tries: 1, retryAtMs: 0, failedAtMs: 1, reason: 'r' } as const
    await store.deliveries.advance(group, four.seq, [{ ...held, seq: two.seq }])
    assert.equal(await store.events.prune(begun + 1_000, 1), 1)
    assert.equal(await store.events.prune(begun + 1_000, 10), 2)
    assert.deepEqual(
      (await store.events.read(0, 9, ['t'])).map(({ id }) => id),
      ['2', '5'],
    )
    await store.deliveries.drop('g', two.seq)
    assert.equal(await store.events.prune(begun + 1_000, 10), 1)
    assert.equal(await store.events.prune(begun + 1_000, 10), 0)
    const last = await store.events.last()
    await store.deliveries.remove('g')
    assert.equal(await store.events.prune(begun + 9_000, 10), 1)
    assert.equal(await store.events.last(), last, 'a position stays what it is where everything was removed')
    await store.events.append([event('6')])
    assert.ok((await store.events.last()) > last)
  })

  test(`${name}: who listens is called after events were appended, until it stops`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    let calls = 0
    const heard = new Promise<void>((resolve) => {
      const stop = store.events.onAppend(() => {
        calls += 1
        stop()
        resolve()
      })
    })
    await store.events.append([event('1')])
    await heard
    await store.events.append([event('2')])
    await new Promise(setImmediate)
    assert.equal(calls, 1)
  })
}
