import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyPayload } from '../../../test/support/payloads.ts'
import { ALL_EVENTS } from '../catalogue/all.ts'
import { Bytes } from './bytes.ts'
import { makePayload } from './define.ts'
import { readRecord } from './read-payload.ts'
import { redact } from './redact.ts'
import { bytes, datetime, long, opaqueKey, string, uuid } from './scalar.ts'
import { field, list, map, opt, record } from './shape.ts'

const pseudonym = (text: string): string => `p-${String(text.length)}`
const Person = record('Person', 'Somebody.', {
  id: field(string, 'who', { pii: 'identifier' }),
  key: field(opaqueKey('Key'), 'who', { pii: 'identifier' }),
  number: field(long, 'who', { pii: 'identifier' }),
  uuid: field(uuid, 'who', { pii: 'identifier' }),
  mail: field(string, 'where', { pii: 'contact' }),
  phone: opt(string, 'where', { pii: 'contact' }),
  words: field(list(string), 'what was said', { pii: 'free-text' }),
  born: field(datetime, 'when', { pii: 'identifier' }),
  photo: field(bytes, 'face', { pii: 'contact' }),
  grade: field(long, 'no personal data'),
})
const Root = record('Root', 'All.', {
  people: field(list(Person), 'some'),
  by_name: field(map(Person), 'some'),
  more: opt(Person, 'one'),
})

test('identifiers become pseudonyms, contacts and words are gone, the rest stays', () => {
  const person = {
    id: 'asha',
    key: 'k1',
    number: 7,
    uuid: '3b241101-e2bb-4255-8caf-4136c566a962',
    mail: 'a@example.org',
    phone: '1',
    words: ['hello'],
    born: Temporal.Instant.from('2010-01-01T00:00:00Z'),
    photo: Bytes.of(new Uint8Array([1])),
    grade: 3,
  }
  const redacted = redact(Root, { people: [person], by_name: { x: person }, more: null }, pseudonym) as {
    people: readonly Record<string, unknown>[]
    by_name: Record<string, unknown>
    more: unknown
  }
  const [one] = redacted.people
  assert.deepEqual(
    { ...one, born: String(one?.['born']), photo: (one?.['photo'] as { length: number } | undefined)?.length },
    {
      id: 'p-4',
      key: 'p-2',
      number: 0,
      uuid: '00000000-0000-0000-0000-000000000000',
      mail: '',
      phone: null,
      words: [],
      born: '1970-01-01T00:00:00Z',
      photo: 0,
      grade: 3,
    },
  )
  assert.deepEqual(redacted.by_name['x'], one)
  assert.equal(redacted.more, null)
  assert.ok(Object.isFrozen(redacted) && Object.isFrozen(one))
})

test('an identifier that is empty stays empty: it names nobody', () => {
  const Root = record('Root', 'All.', { id: field(string, 'who', { pii: 'identifier' }) })
  assert.deepEqual(redact(Root, { id: '' }, pseudonym), { id: '' })
})

for (const event of ALL_EVENTS.values()) {
  test(`what is left of any ${event.type} is still a payload of it`, () => {
    fc.assert(
      fc.property(anyPayload(event.root), (input) => {
        const redacted = redact(event.root, makePayload(event, input), pseudonym)
        assert.deepEqual(readRecord(event.root, redacted, 'payload'), { value: redacted })
      }),
      { numRuns: 20 },
    )
  })
}
