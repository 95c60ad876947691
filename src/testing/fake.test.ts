import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  asKey,
  bytes,
  Bytes,
  CollectionCompleted,
  CollectionId,
  datetime,
  definePublicEvent,
  EnrolmentCreated,
  field,
  list,
  long,
  map,
  opt,
  PayloadError,
  record,
  string,
} from 'waymark/events'
import { fake } from 'waymark/events/testing'
import { ALL_EVENTS } from '../public-events/catalogue/all.ts'
import { writeJson } from '../public-events/kernel/write-json.ts'

const item = record('ItemData', 'An item.', { name: field(string, 'its name'), weight: opt(long, 'its weight, grams') })
const Packed = definePublicEvent({
  type: 'org.example.learning.box.packed.v1',
  minor: 0,
  description: 'A box was packed.',
  producer: 'boxes',
  key: 'box.id',
  topics: ['boxes'],
  data: {
    box: record('BoxData', 'The box.', {
      id: field(string, 'its id'),
      items: field(list(item), 'what is in it'),
      labels: field(map(string), 'what stands on it'),
      seal: field(bytes, 'its seal'),
      packed_at: opt(datetime, 'when'),
    }),
  },
  since: '1.0.0',
})

test('a payload of any event is made, in which every field says something, and it is the same every time', () => {
  for (const event of ALL_EVENTS.values()) {
    const json = JSON.stringify(writeJson(event.root, fake(event)))
    assert.doesNotMatch(json, /null|""|\[\]|\{\}/, event.type)
    assert.equal(JSON.stringify(writeJson(event.root, fake(event, {}))), json)
  }
})

test('events of one seed tell of the same learner and collection, those of another of others', () => {
  const ids = (seed: number): readonly string[] => {
    const { enrolment } = fake(EnrolmentCreated, {}, { seed })
    const { completion } = fake(CollectionCompleted, {}, { seed })
    assert.deepEqual([enrolment.user_id, enrolment.collection_id], [completion.user_id, completion.collection_id])
    return [enrolment.user_id, enrolment.collection_id]
  }
  assert.deepEqual([ids(1), ids(2)].flat(), ['user_id-1', 'collection_id-1', 'user_id-2', 'collection_id-2'])
})

test('parts are given down to any depth; lists have as many items as are given, maps the keys', () => {
  const packed_at = Temporal.Instant.from('2026-05-01T00:00:00Z')
  const { box } = fake(Packed, {
    box: { items: [{ weight: null }, {}, { name: '' }], labels: { __proto: 'x' }, packed_at },
  })
  assert.deepEqual(
    box.items.map(({ name }) => name),
    ['name-1.1', 'name-1.2', ''],
  )
  assert.deepEqual([box.items[0]?.weight, box.items[1]?.weight === null], [null, false])
  assert.deepEqual([{ ...box.labels }, box.packed_at?.toString()], [{ __proto: 'x' }, '2026-05-01T00:00:00Z'])
  assert.equal(fake(Packed, { box: { packed_at: null, items: [] } }).box.items.length, 0)
  assert.equal(fake(Packed, { box: { seal: Bytes.fromBase64('AA==') } }).box.seal.toBase64(), 'AA==')
})

test('what is not of the event is refused, by the compiler and when it runs', () => {
  // @ts-expect-error the field is named user_id
  assert.throws(() => fake(CollectionCompleted, { completion: { user: 'asha' } }), PayloadError)
  // @ts-expect-error a key is text
  assert.throws(() => fake(CollectionCompleted, { completion: { user_id: 1 } }), /user_id must be an opaque key/)
  // @ts-expect-error it is required
  assert.throws(() => fake(CollectionCompleted, { completion: { user_id: null } }), /completion.user_id is missing/)
  // A key of another sort is text, too, and so it is not told apart here.
  assert.ok(fake(CollectionCompleted, { completion: { user_id: asKey(CollectionId, 'maths') } }))
})
