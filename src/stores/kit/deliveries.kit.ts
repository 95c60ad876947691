/** What every implementation of Deliveries, and of commits of several things, must do. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Emission } from '../../domain/emission.ts'
import { GroupMoved, type Held } from '../../ports/deliveries.ts'
import type { Implementation } from './stores.ts'

const EMISSION: Emission = {
  type: 'emitted',
  event: 'org.example.a.b.c.v1',
  minor: 0,
  id: '3b241101-e2bb-4255-8caf-4136c566a962',
  key: 'k',
  timeUs: 5,
  body: 'AA==',
}
const nothing = (): void => undefined

function held(seq: number, more: Partial<Held> = {}): Held {
  return { seq, key: 'k', state: 'waiting', tries: 0, retryAtMs: 0, failedAtMs: undefined, reason: undefined, ...more }
}

export function deliveriesKit(implementation: Implementation): void {
  const { name, open } = implementation
  transactionKit(implementation)

  test(`${name}: a group begins where it is told to, once, and its position never moves back`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 3)
    assert.deepEqual(group, { name: 'g', position: 3, generation: 0, paused: undefined })
    await store.deliveries.advance(group, 7, [])
    await store.deliveries.advance(group, 5, [])
    const { position } = await store.deliveries.open('g', 0)
    assert.equal(position, 7)
    await store.deliveries.open('a', 0)
    assert.deepEqual(
      (await store.deliveries.groups()).map(({ name }) => name),
      ['a', 'g'],
    )
    assert.equal(await store.deliveries.find('other'), undefined)
  })

  test(`${name}: an event is handled once by a group, and by every group`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const [g, h] = [await store.deliveries.open('g', 0), await store.deliveries.open('h', 0)]
    let done = 0
    const work = (): void => {
      done += 1
    }
    assert.equal(await store.deliveries.settle(g, { seq: 1, id: 'e' }, work), true)
    assert.equal(await store.deliveries.settle(g, { seq: 2, id: 'e' }, work), false)
    assert.equal(await store.deliveries.settle(h, { seq: 1, id: 'e' }, work), true)
    assert.equal(done, 2)
    assert.deepEqual([...(await store.deliveries.settled(g, ['e', 'f']))], ['e'])
  })

  test(`${name}: work that throws leaves nothing behind, and is not handled; its neighbours in the commit are`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 0)
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((seq) =>
        store.deliveries.settle(group, { seq, id: String(seq) }, (tx) => {
          tx.emit({ ...EMISSION, key: String(seq) })
          tx.keep(`of ${String(seq)}`, seq)
          if (seq === 2) throw new Error('broken')
        }),
      ),
    )
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual([...(await store.deliveries.settled(group, ['1', '2', '3']))].sort(), ['1', '3'])
    const emitted = await store.log.read(0, 10, ['emitted'])
    assert.deepEqual(
      emitted.map(({ occurrence }) => occurrence.type === 'emitted' && occurrence.key),
      ['1', '3'],
    )
    const kept = await store.transact((tx) => [1, 2, 3].map((seq) => tx.kept(`of ${String(seq)}`)))
    assert.deepEqual(kept, [1, undefined, 3])
  })

  test(`${name}: what is held up is kept until it is handled`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 0)
    const one = held(1, { key: 'a', tries: 2, retryAtMs: 9, failedAtMs: 4, reason: 'because' })
    await store.deliveries.advance(group, 3, [one, held(2), held(3, { state: 'dead', tries: 8 })])
    assert.deepEqual(await store.deliveries.held('g', 10), [one, held(2), held(3, { state: 'dead', tries: 8 })])
    assert.deepEqual(await store.deliveries.held('g', 1, 1), [held(2)])
    await store.deliveries.advance(group, 0, [{ ...one, tries: 3 }])
    await store.deliveries.settle(group, { seq: 2, id: 'e' }, nothing)
    const { position, waiting, dead } = (await store.deliveries.find('g')) ?? {}
    assert.deepEqual([position, waiting, dead], [3, 1, 1])
    assert.deepEqual((await store.deliveries.held('g', 10))[0], { ...one, tries: 3 })
  })

  test(`${name}: a duplicate of what was handled is no longer held up`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 0)
    await store.deliveries.settle(group, { seq: 1, id: 'e' }, nothing)
    await store.deliveries.advance(group, 2, [held(2)])
    assert.equal(await store.deliveries.settle(group, { seq: 2, id: 'e' }, nothing), false)
    assert.deepEqual(await store.deliveries.held('g', 10), [])
  })

  test(`${name}: dead letters are driven again or given up, one or all, and nothing else is`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 0)
    const dead = (seq: number): Held => held(seq, { state: 'dead', tries: 8, failedAtMs: 1, reason: 'r' })
    await store.deliveries.advance(group, 5, [dead(1), held(2, { tries: 1 }), dead(3), dead(4)])
    assert.equal(await store.deliveries.redrive('g', 2, 50), 0)
    assert.equal(await store.deliveries.redrive('other', undefined, 50), 0)
    assert.equal(await store.deliveries.redrive('g', 1, 50), 1)
    assert.deepEqual((await store.deliveries.held('g', 1))[0], {
      ...dead(1),
      state: 'waiting',
      tries: 0,
      retryAtMs: 50,
    })
    assert.equal(await store.deliveries.drop('g', 2), false)
    assert.equal(await store.deliveries.drop('g', 3), true)
    assert.equal(await store.deliveries.redrive('g', undefined, 60), 1)
    assert.deepEqual(
      (await store.deliveries.held('g', 10)).map(({ seq, tries }) => [seq, tries]),
      [
        [1, 0],
        [2, 1],
        [4, 0],
      ],
    )
  })

  test(`${name}: after a replay a group reads again, and handles again what it had handled`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const before = await store.deliveries.open('g', 0)
    await store.deliveries.settle(before, { seq: 1, id: 'e' }, nothing)
    await store.deliveries.advance(before, 9, [held(2), held(7)])
    await store.deliveries.replay('g', 3)
    const { position, generation } = (await store.deliveries.find('g')) ?? {}
    assert.deepEqual([position, generation], [3, 1])
    assert.deepEqual(
      (await store.deliveries.held('g', 9)).map(({ seq }) => seq),
      [2],
      'what is read again is not held',
    )
    await assert.rejects(store.deliveries.advance(before, 9, [held(8)]), GroupMoved)
    assert.deepEqual(
      (await store.deliveries.held('g', 9)).map(({ seq }) => seq),
      [2],
    )
    const after = await store.deliveries.open('g', 0)
    assert.equal(await store.deliveries.settle(after, { seq: 4, id: 'e' }, nothing), true)
    await store.deliveries.replay('new', 5)
    assert.equal((await store.deliveries.find('new'))?.position, 5)
  })

  test(`${name}: a group is paused and resumed with the reason, and forgotten with all that belongs to it`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 0)
    await store.deliveries.settle(group, { seq: 1, id: 'e' }, nothing)
    await store.deliveries.advance(group, 1, [held(1)])
    assert.equal(await store.deliveries.pause('g', 'an operator said so'), true)
    assert.equal((await store.deliveries.find('g'))?.paused, 'an operator said so')
    await store.deliveries.pause('g', undefined)
    assert.equal((await store.deliveries.find('g'))?.paused, undefined)
    assert.equal(await store.deliveries.pause('other', 'x'), false)
    assert.equal(await store.deliveries.remove('g'), true)
    assert.equal(await store.deliveries.remove('g'), false)
    await assert.rejects(store.deliveries.settle(group, { seq: 2, id: 'f' }, nothing), GroupMoved)
    const again = await store.deliveries.open('g', 0)
    assert.deepEqual(await store.deliveries.held('g', 9), [])
    assert.equal(await store.deliveries.settle(again, { seq: 1, id: 'e' }, nothing), true)
  })

  test(`${name}: what was handled long ago is forgotten, some at a time`, async (t) => {
    const { store, clock, close } = await open()
    t.after(close)
    const group = await store.deliveries.open('g', 0)
    const begun = clock.nowMs()
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      clock.set(begun + index)
      await store.deliveries.settle(group, { seq: index, id }, nothing)
    }
    assert.equal(await store.deliveries.forget(begun + 2, 1), 1)
    assert.equal(await store.deliveries.forget(begun + 2, 10), 1)
    assert.equal(await store.deliveries.forget(begun + 2, 10), 0)
    assert.deepEqual([...(await store.deliveries.settled(group, ['a', 'b', 'c']))], ['c'])
  })

  test(`${name}: who listens learns of what others did to a group`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const told: string[] = []
    const end = store.deliveries.onChange((group) => told.push(group))
    const group = await store.deliveries.open('g', 0)
    await store.deliveries.advance(group, 2, [held(1, { state: 'dead' }), held(2, { key: 'l', state: 'dead' })])
    assert.deepEqual(told, [])
    await store.deliveries.redrive('g', 1, 0)
    await store.deliveries.drop('g', 2)
    await store.deliveries.drop('g', 2)
    await store.deliveries.pause('g', 'x')
    await store.deliveries.replay('g', 0)
    await store.deliveries.remove('g')
    end()
    await store.deliveries.open('g', 0)
    await store.deliveries.pause('g', 'x')
    assert.deepEqual(told, ['g', 'g', 'g', 'g', 'g'])
  })
}

function transactionKit({ name, open }: Implementation): void {
  test(`${name}: several things are one commit: all of them or none`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const result = await store.transact((tx) => {
      tx.emit(EMISSION)
      tx.keep('a', { list: [0, '', false, null] })
      assert.deepEqual(tx.kept('a'), { list: [0, '', false, null] })
      return 'done'
    })
    assert.equal(result, 'done')
    const broken = store.transact((tx) => {
      tx.emit({ ...EMISSION, id: 'other' })
      tx.keep('a', 'changed')
      tx.keep('b', 1)
      throw new Error('no')
    })
    await assert.rejects(broken, /^Error: no$/)
    assert.deepEqual(
      (await store.log.read(0, 9)).map(({ occurrence }) => occurrence),
      [EMISSION],
    )
    assert.deepEqual(await store.transact((tx) => [tx.kept('a'), tx.kept('b')]), [
      { list: [0, '', false, null] },
      undefined,
    ])
    await store.transact((tx) => {
      tx.keep('a', undefined)
      assert.equal(tx.kept('a'), undefined)
    })
    assert.equal(await store.transact((tx) => tx.kept('a')), undefined)
  })
}
