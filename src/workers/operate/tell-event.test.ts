import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emission } from '../../codec/emission.ts'
import type { Emission } from '../../domain/emission.ts'
import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'
import { EnrolmentCreated } from '../../public-events/catalogue/waymark/enrolment.ts'
import { CollectionId, ContextId, UserId } from '../../public-events/catalogue/waymark/place.ts'
import { asKey } from '../../public-events/kernel/scalar.ts'
import { EventReader } from '../consume/reader.ts'
import { tellEntry, tellEvent, type TellingParts } from './tell-event.ts'

const PARTS: TellingParts = {
  catalogue: ALL_EVENTS,
  reader: new EventReader(() => undefined),
  sender: { source: '/test', sourceHost: 'here', sourceLib: '1' },
  pseudonym: (text) => `p${String(text.length)}`,
}
const ENROLMENT = {
  user_id: asKey(UserId, 'asha'),
  collection_id: asKey(CollectionId, 'maths'),
  context_id: asKey(ContextId, 'maths'),
}
const EMITTED: Emission = emission(
  EnrolmentCreated,
  { enrolment: ENROLMENT },
  { time: Temporal.Instant.from('2026-01-01T00:00:00Z'), id: '11111111-2222-4333-8444-555555555555' },
)

function logged(changes: Partial<Emission> & { readonly key?: string } = {}) {
  const { event: type, body, ...rest } = { ...EMITTED, ...changes }
  return { ...rest, type, extensions: undefined, body: new Uint8Array(Buffer.from(body, 'base64')) }
}

test('an event is told as a CloudEvent, persons by pseudonyms unless personal data are asked for', () => {
  const told = tellEvent(logged(), PARTS, false)
  assert.deepEqual(told, {
    key: 'p4',
    problem: undefined,
    event: {
      specversion: '1.0',
      type: EnrolmentCreated.type,
      id: EMITTED.id,
      source: '/test',
      time: '2026-01-01T00:00:00+00:00',
      minorversion: 0,
      sourcehost: 'here',
      sourcelib: '1',
      datacontenttype: 'application/json',
      data: { enrolment: { ...ENROLMENT, user_id: 'p4' } },
    },
  })
  const personal = tellEvent(logged(), PARTS, true)
  assert.deepEqual([personal.key, personal.event['data']], ['asha', { enrolment: ENROLMENT }])
})

test('a topic with a key of its own shows no more of a person than the payload does', () => {
  assert.equal(tellEvent(logged({ key: 'maths of asha' }), PARTS, false).key, 'p13')
  assert.equal(tellEvent(logged({ key: 'maths of asha' }), PARTS, true).key, 'maths of asha')
})

test('what cannot be read says why; its bytes are shown only with personal data', () => {
  for (const [changes, problem] of [
    [{ event: 'org.example.gone.v1' }, /^org\.example\.gone\.v1 is no event of this installation$/],
    [{ minor: 9 }, /cannot be read: the schema of its minor 9 is not known here$/],
    [{ body: 'AA==' }, /cannot be read: /],
  ] as const) {
    const told = tellEvent(logged(changes), PARTS, false)
    assert.match(told.problem ?? '', problem)
    assert.deepEqual([told.key, 'data' in told.event, 'data_base64' in told.event], ['p4', false, false])
    const personal = tellEvent(logged(changes), PARTS, true)
    const { datacontenttype, data_base64: bytes } = personal.event
    assert.deepEqual([personal.key, datacontenttype, bytes], ['asha', 'application/avro', changes.body ?? EMITTED.body])
  }
})

test('an entry of the outbox is told as the event that it carries, or as it is, without who it is about', () => {
  const entry = { seq: 1, at: 1 }
  assert.deepEqual(tellEntry({ ...entry, occurrence: EMITTED }, PARTS, false), {
    told: tellEvent(logged(), PARTS, false),
  })
  const published = { type: 'collection-published', collectionId: 'maths', publication: 1 } as const
  for (const personal of [true, false]) {
    assert.deepEqual(tellEntry({ ...entry, occurrence: published }, PARTS, personal), { entry: published })
  }
  const completed = { type: 'enrolment-created', userId: 'asha', collectionId: 'maths', contextId: 'maths' } as const
  assert.deepEqual(tellEntry({ ...entry, occurrence: completed }, PARTS, false), {
    entry: { ...completed, userId: 'p4' },
  })
  const counts = { enrolments: 1, views: 0, attempts: 0, renamedAttempts: 0 }
  const merged = { type: 'learner-merged', userId: 'asha', fromUserId: 'old', ...counts } as const
  assert.doesNotMatch(JSON.stringify(tellEntry({ ...entry, occurrence: merged }, PARTS, false)), /asha|old/)
})
