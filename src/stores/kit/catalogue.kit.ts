/** What every implementation of Catalogue must do. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Context } from '../../domain/progress/context.ts'
import { collection } from './collections.ts'
import type { Implementation } from './stores.ts'

export const BATCH: Context = {
  collectionId: 'maths',
  contextId: 'batch-1',
  kind: 'batch',
  name: 'Class 1A',
  startsAt: 1,
  endsAt: null,
  enrolmentEndsAt: null,
  statusSet: null,
  rules: null,
  startDate: '1970-01-01',
  endDate: null,
  enrollmentEndDate: null,
}

export function catalogueKit({ name, open }: Implementation): void {
  test(`${name}: a publication is counted, given back as it came, and logged; the same one again is none`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    assert.equal(await catalogue.publication('maths'), undefined)
    const structure = collection('maths', ['a', { unit: 'u', children: ['?b', '__proto__'] }])
    assert.deepEqual(await catalogue.publish(structure, '{"v":1}'), { publication: 1, changed: true })
    assert.deepEqual(await catalogue.publish(structure, '{"v":1}'), { publication: 1, changed: false })
    assert.deepEqual(await catalogue.publish(structure, '{"v":2}'), { publication: 2, changed: true })
    assert.deepEqual((await catalogue.publication('maths'))?.structure, structure)
    assert.equal(await catalogue.content('maths'), '{"v":2}')
    const published = (await store.log.read(0, 10)).map(({ occurrence }) => occurrence.type)
    assert.deepEqual(published, ['collection-published', 'collection-published'])
  })

  test(`${name}: a leaf that a publication drops is remembered`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    await store.catalogue.publish(collection('maths', ['a', 'b']), '1')
    await store.catalogue.publish(collection('maths', ['b', 'c']), '2')
    await store.catalogue.publish(collection('maths', ['b']), '3')
    const published = await store.catalogue.publication('maths')
    assert.deepEqual(published?.structure.formerLeaves.toSorted(), ['a', 'c'])
  })

  test(`${name}: contexts are kept per collection, replaced, and listed in order`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    assert.equal(await catalogue.putContext(BATCH), 'CREATED')
    assert.equal(await catalogue.putContext({ ...BATCH, name: 'Class 1B' }), 'CHANGED')
    await catalogue.putContext({ ...BATCH, contextId: 'batch-0' })
    await catalogue.putContext({ ...BATCH, collectionId: 'physics' })
    assert.equal((await catalogue.context('maths', 'batch-1'))?.name, 'Class 1B')
    assert.equal(await catalogue.context('maths', 'batch-9'), undefined)
    const first = await catalogue.contexts('maths', { limit: 1 })
    assert.deepEqual(
      first.items.map((item) => item.contextId),
      ['batch-0'],
    )
    const second = await catalogue.contexts('maths', { limit: 1, after: first.next })
    assert.deepEqual([second.items.map((item) => item.contextId), second.next], [['batch-1'], undefined])
  })
}
