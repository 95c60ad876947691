import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePublicEvent, field, long, opt, record, string } from 'waymark/events'
import { roundTrip } from 'waymark/events/testing'
import { seeded } from '../demo/random.ts'
import { ALL_EVENTS, WAYMARK_EVENTS } from '../public-events/catalogue/all.ts'
import { makeEvent, makePayload } from '../public-events/kernel/define.ts'
import { kindOf, KINDS } from '../public-events/kernel/scalar.ts'
import { combinations } from './combinations.ts'
import { randomPayload } from './random-payload.ts'

for (const event of WAYMARK_EVENTS.values()) {
  test(`${event.type} comes back as it went by every way that carries it`, () => {
    roundTrip(event)
  })
}

const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${String(index)}`, opt(string, 'a field')]))
const withFields = (count: number) => record('Data', 'Data.', { data: field(record('D', 'd', fields(count)), 'd') })

test('all combinations of present, falsy and null are tried where they are few, all of two fields where they are many', () => {
  const few = [...combinations(withFields(4))].map((payload) => JSON.stringify(payload))
  assert.deepEqual([few.length, new Set(few).size], [81, 81])
  const many = [...combinations(withFields(12))] as { data: Record<string, string | null> }[]
  assert.ok(many.length < 3000)
  for (const first of [null, '', 'ಕ']) {
    for (const second of [null, '', 'ಕ']) {
      const is = (value: string | null | undefined, wanted: string | null): boolean =>
        wanted === 'ಕ' ? value?.startsWith('ಕ') === true : value === wanted
      assert.ok(many.some(({ data }) => is(data['f3'], first) && is(data['f11'], second)))
    }
  }
})

test('payloads at random are of their event, and a seed makes them again', () => {
  for (const event of ALL_EVENTS.values()) {
    const [one, other] = [seeded(7), seeded(7)]
    for (let run = 0; run < 10; run += 1) {
      const payload = randomPayload(event.root, one)
      makePayload(event, payload)
      assert.deepEqual(randomPayload(event.root, other), payload)
    }
  }
})

test('an event that one way carries wrong is found, with the payload that shows it', (t) => {
  const event = definePublicEvent({
    type: 'org.example.learning.number.told.v1',
    minor: 0,
    description: 'A number was told.',
    producer: 'numbers',
    key: 'told.id',
    topics: ['numbers'],
    data: { told: record('ToldData', 'What was told.', { id: field(string, 'id'), number: opt(long, 'a number') }) },
    since: '1.0.0',
  })
  roundTrip(event)
  // As upstream reads: what counts as nothing is taken for missing.
  const { read } = kindOf({ kind: 'long' })
  t.mock.method(KINDS.long, 'read', (raw: unknown) => read(raw === 0 ? undefined : raw))
  assert.throws(
    () => {
      roundTrip(makeEvent(event))
    },
    { name: 'AssertionError', message: /told.v1 does not come back from Avro as it went:\n {2}went .*"number":0\}/ },
  )
})
