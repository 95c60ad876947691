/** What every implementation of Log must do. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Log } from '../../ports/log.ts'
import { collection } from './collections.ts'
import type { Implementation } from './stores.ts'

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
    assert.deepEqual(await store.log.deadLetters('worker'), [{ consumer: 'worker', entry, reason: 'broken' }])
    assert.equal(await store.log.position('worker'), entry.seq)
    assert.deepEqual(await store.log.deadLetters('other'), [])
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
