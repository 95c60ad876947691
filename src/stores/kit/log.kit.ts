/** What every implementation of Log must do. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Log, LogEntry } from '../../ports/log.ts'
import type { Store } from '../../ports/store.ts'
import { collection } from './collections.ts'
import type { Implementation } from './stores.ts'

/** Entries of so many learners who enrol. */
async function enrolled(store: Store, count: number): Promise<readonly LogEntry[]> {
  for (let index = 0; index < count; index += 1) {
    await store.progress.enrol({ userId: `l${String(index)}`, collectionId: 'k', contextId: 'x' }, 1)
  }
  return store.log.read(0, count)
}

export function logKit({ name, open }: Implementation): void {
  test(`${name}: the log is read in order from a position, and positions never move back`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    for (const userId of ['a', 'b', 'c']) await store.progress.enrol({ userId, collectionId: 'k', contextId: 'x' }, 1)
    const entries = await store.log.read(0, 10)
    assert.deepEqual(
      entries.map(({ occurrence }) => 'userId' in occurrence && occurrence.userId),
      ['a', 'b', 'c'],
    )
    const [first, second] = entries
    assert.ok(first !== undefined && second !== undefined && first.seq < second.seq)
    assert.deepEqual(await store.log.read(first.seq, 1), [second])
    assert.equal(await store.log.last(), entries.at(-1)?.seq)
    assert.equal(await store.log.position('worker'), 0)
    await store.log.commit('worker', second.seq)
    await store.log.commit('worker', first.seq)
    assert.equal(await store.log.position('worker'), second.seq)
  })

  test(`${name}: the log is read by types: others are left out, and do not count towards the limit`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const key = { userId: 'a', collectionId: 'k', contextId: 'x' }
    await store.catalogue.publish(collection('k', ['c1']), '1')
    await store.progress.enrol(key, 1)
    await store.progress.unenrol(key, 2)
    await store.catalogue.publish(collection('other', ['c1']), '1')
    const typesOf = async (...wanted: Parameters<Log['read']>): Promise<readonly string[]> =>
      (await store.log.read(...wanted)).map(({ occurrence }) => occurrence.type)
    const [published, created, changed] = ['collection-published', 'enrolment-created', 'enrolment-changed'] as const
    assert.deepEqual(await typesOf(0, 10), [published, created, changed, published])
    assert.deepEqual(await typesOf(0, 10, [published]), [published, published])
    assert.deepEqual(await typesOf(0, 1, [changed]), [changed])
    assert.deepEqual(await typesOf(0, 10, [changed, created]), [created, changed])
    assert.deepEqual(await typesOf(0, 1, [changed, created]), [created])
    assert.deepEqual(await typesOf(await store.log.last(), 10, [published]), [])
    assert.deepEqual(await typesOf(0, 10, []), [])
  })

  test(`${name}: an entry put aside is kept with its reason, and the consumer is past it`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    await store.progress.enrol({ userId: 'a', collectionId: 'k', contextId: 'x' }, 1)
    const [entry] = await store.log.read(0, 1)
    assert.ok(entry !== undefined)
    await store.log.park('worker', entry, 'broken')
    const letter = { consumer: 'worker', entry, reason: 'broken' }
    assert.deepEqual(await store.log.deadLetters({ limit: 10 }), [letter])
    assert.deepEqual(await store.log.deadLetter('worker', entry.seq), letter)
    assert.equal(await store.log.position('worker'), entry.seq)
    assert.deepEqual(await store.log.deadLetters({ consumer: 'other', limit: 10 }), [])
    assert.equal(await store.log.deadLetter('other', entry.seq), undefined)
    assert.equal(await store.log.deadLetter('worker', entry.seq + 1), undefined)
  })

  test(`${name}: an entry put aside again keeps the new reason alone, and its consumer stays where it is`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const [first, second] = await enrolled(store, 2)
    assert.ok(first !== undefined && second !== undefined)
    await store.log.park('worker', first, 'broken')
    await store.log.commit('worker', second.seq)
    await store.log.park('worker', first, 'still broken')
    assert.deepEqual(await store.log.deadLetters({ limit: 10 }), [
      { consumer: 'worker', entry: first, reason: 'still broken' },
    ])
    assert.equal(await store.log.position('worker'), second.seq)
  })

  test(`${name}: what was put aside is gone once it is committed, resolved or given up, and nothing else is`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const [first, second, third] = await enrolled(store, 3)
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    for (const entry of [first, second, third]) {
      for (const consumer of ['a', 'b']) await store.log.park(consumer, entry, 'broken')
    }
    const left = async (): Promise<readonly string[]> =>
      (await store.log.deadLetters({ limit: 10 })).map(({ consumer, entry }) => `${consumer}${String(entry.seq)}`)
    await store.log.commit('a', second.seq)
    assert.equal(await store.log.position('a'), third.seq)
    assert.equal(await store.log.resolve('b', third.seq), true)
    assert.equal(await store.log.resolve('b', third.seq), false)
    assert.equal(await store.log.resolve('c', first.seq), false)
    const expected = [
      `a${String(first.seq)}`,
      `a${String(third.seq)}`,
      `b${String(first.seq)}`,
      `b${String(second.seq)}`,
    ]
    assert.deepEqual(await left(), expected)
    await store.events.append([], { consumer: 'b', seq: first.seq })
    assert.deepEqual(await left(), [...expected.slice(0, 2), `b${String(second.seq)}`])
    assert.deepEqual(
      await store.log.deadLetterCounts(),
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
  })

  test(`${name}: dead letters come by consumer and position, page by page, whoever put them aside when`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const entries = await enrolled(store, 3)
    for (const consumer of ['relay', 'aggregate']) {
      for (const entry of entries.toReversed()) await store.log.park(consumer, entry, 'broken')
    }
    const all = await store.log.deadLetters({ limit: 10 })
    assert.deepEqual(
      all.map(({ consumer, entry }) => [consumer, entry.seq]),
      ['aggregate', 'relay'].flatMap((consumer) => entries.map(({ seq }) => [consumer, seq])),
    )
    const [first, second] = [all[0], all[1]]
    assert.ok(first !== undefined && second !== undefined)
    const after = { consumer: second.consumer, seq: second.entry.seq }
    assert.deepEqual(await store.log.deadLetters({ limit: 2 }), [first, second])
    assert.deepEqual(await store.log.deadLetters({ limit: 10, after }), all.slice(2))
    assert.deepEqual(await store.log.deadLetters({ limit: 10, after, consumer: 'relay' }), all.slice(3))
    assert.deepEqual(await store.log.deadLetters({ limit: 10, after, consumer: 'aggregate' }), all.slice(2, 3))
  })

  test(`${name}: entries of some types after a position are counted up to a limit`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const [first] = await enrolled(store, 3)
    await store.catalogue.publish(collection('k', ['c1']), '1')
    const created = ['enrolment-created'] as const
    assert.equal(await store.log.count(0, 10, created), 3)
    assert.equal(await store.log.count(first?.seq ?? 0, 10, [...created, 'collection-published']), 3)
    assert.equal(await store.log.count(0, 2, created), 2)
    assert.equal(await store.log.count(0, 10, []), 0)
  })

  test(`${name}: who listens is called after a commit that appended, with the types, until it stops`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const calls: unknown[] = []
    const heard = new Promise<void>((resolve) => {
      const stop = store.log.onAppend((types) => {
        calls.push(types)
        stop()
        resolve()
      })
    })
    await store.progress.enrol({ userId: 'a', collectionId: 'k', contextId: 'x' }, 1)
    await heard
    await store.progress.enrol({ userId: 'b', collectionId: 'k', contextId: 'x' }, 1)
    assert.deepEqual(calls, [['enrolment-created']])
  })
}
