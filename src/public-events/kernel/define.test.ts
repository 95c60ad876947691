import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bytes } from './bytes.ts'
import { catalogueOf } from './catalogue.ts'
import { DefinitionError, definePublicEvent, makePayload, payloadFromJson, PayloadError } from './define.ts'
import { keyOf } from './definition-problems.ts'
import type { Payload } from './public-event.ts'
import { asKey, boolean, bytes, datetime, double, long, opaqueKey, string, uuid } from './scalar.ts'
import { field, list, map, opt, record } from './shape.ts'
import { writeJson } from './write-json.ts'

const CourseKey = opaqueKey('CourseKey')
const User = record('User', 'a learner', {
  id: field(long, 'id'),
  name: field(string, 'name', { pii: 'identifier' }),
  nick: opt(string, 'nickname'),
})
const Course = record('Course', 'a course', { course_key: field(CourseKey, 'key'), weight: field(double, 'weight') })
const Enrolment = record('Enrolment', 'an enrolment', {
  user: field(User, 'who'),
  course: field(Course, 'where'),
  active: field(boolean, 'whether it counts'),
  at: field(datetime, 'when'),
  receipt: field(bytes, 'proof'),
  batch: opt(uuid, 'batch'),
  invited_by: opt(User, 'who invited'),
  tags: field(list(string), 'tags'),
  marks: field(map(long), 'marks'),
})

const about = {
  minor: 0,
  description: 'A learner enrolled.',
  producer: 'waymark',
  topics: ['enrolment'],
  since: '1.0.0',
} as const

const Enrolled = definePublicEvent({
  ...about,
  type: 'org.example.learning.course.enrolled.v1',
  key: 'enrolment.course.course_key',
  data: { enrolment: Enrolment },
})

const at = Temporal.Instant.from('2026-11-21T10:00:00Z')
const input = {
  enrolment: {
    user: { id: 0, name: '' },
    course: { course_key: asKey(CourseKey, 'course-v1:a+b+c'), weight: 0 },
    active: false,
    at,
    receipt: Bytes.of(new Uint8Array()),
    tags: [],
    marks: {},
  },
}

test('a payload has the types that its definition says, all of them readonly', () => {
  const payload = makePayload(Enrolled, input)
  const { user, batch } = payload.enrolment
  const id: number = user.id
  const nick: string | null = user.nick
  assert.deepEqual([id, nick, batch], [0, null, null])
  // @ts-expect-error payloads are readonly
  assert.throws(() => (payload.enrolment.active = true), TypeError)
  // @ts-expect-error an optional field may be null
  const wrong: string = batch
  assert.equal(wrong, null)
})

test('the compiler refuses keys that do not exist, may be null, or are no text', () => {
  const data = { enrolment: Enrolment }
  const base = { ...about, type: 'org.example.learning.course.enrolled.v1', data } as const
  // @ts-expect-error no such field
  assert.throws(() => definePublicEvent({ ...base, key: 'enrolment.course.id' }), /is not in the payload/)
  // @ts-expect-error through an optional record
  assert.throws(() => definePublicEvent({ ...base, key: 'enrolment.invited_by.id' }), /may be null/)
  // @ts-expect-error an optional field
  assert.throws(() => definePublicEvent({ ...base, key: 'enrolment.batch' }), /may be null/)
  // @ts-expect-error a boolean
  assert.throws(() => definePublicEvent({ ...base, key: 'enrolment.active' }), /must be text/)
  // @ts-expect-error a record
  assert.throws(() => definePublicEvent({ ...base, key: 'enrolment.user' }), /must be text/)
  assert.equal(keyOf({ key: 'enrolment.user.id' }, makePayload(Enrolled, input)), '0')
})

test('the compiler refuses names that are no type names', () => {
  const base = { ...about, key: 'user.id', data: { user: User } } as const
  const define = [
    // @ts-expect-error no version
    () => definePublicEvent({ ...base, type: 'org.example.learning.course.enrolled' }),
    // @ts-expect-error version 0
    () => definePublicEvent({ ...base, type: 'org.example.learning.course.enrolled.v0' }),
    // @ts-expect-error a hyphen, which Avro's names do not have
    () => definePublicEvent({ ...base, type: 'org.example.learning.course.re-enrolled.v1' }),
    // @ts-expect-error capitals
    () => definePublicEvent({ ...base, type: 'org.example.learning.course.Enrolled.v1' }),
    // @ts-expect-error too few parts
    () => definePublicEvent({ ...base, type: 'org.example.learning.enrolled.v1' }),
    // @ts-expect-error an empty part
    () => definePublicEvent({ ...base, type: 'org.example.learning..course.enrolled.v1' }),
  ]
  for (const attempt of define) assert.throws(attempt, /type must be reverse DNS/)
})

test('a definition says everything that is wrong with it at once', () => {
  const other = record('User', 'another record of the same name', { id: field(long, 'id') })
  const empty = record('Nothing', 'a record without a field', {})
  const faulty = { user: User, owner: other, none: empty, 'a-b': string }
  assert.throws(
    () => definePublicEvent({ ...about, type: 'org.example.a.b.c.v1', minor: -1, key: 'user.id', data: faulty }),
    (error) => {
      assert.ok(error instanceof DefinitionError)
      assert.deepEqual(error.problems, [
        'minor must be 0, 1, 2, …',
        'CloudEvent.a-b must be letters, digits and _',
        'two records are named User',
        'record Nothing must have a field',
      ])
      return true
    },
  )
})

test('two events of one type are refused', () => {
  assert.throws(() => catalogueOf([Enrolled, Enrolled]), /is defined twice/)
})

test('values that count as nothing elsewhere are values here, and stay', () => {
  const payload = makePayload(Enrolled, input)
  assert.deepEqual(writeJson(Enrolled.root, payload), {
    enrolment: {
      user: { id: 0, name: '', nick: null },
      course: { course_key: 'course-v1:a+b+c', weight: 0 },
      active: false,
      at: '2026-11-21T10:00:00+00:00',
      receipt: '',
      batch: null,
      invited_by: null,
      tags: [],
      marks: Object.create(null) as unknown,
    },
  })
})

test('a payload is a copy that nobody can change, down to the last field', () => {
  const marks = { maths: 1 }
  const raw = new Uint8Array([1, 2])
  const payload = makePayload(Enrolled, {
    enrolment: { ...input.enrolment, tags: ['a'], marks, receipt: Bytes.of(raw) },
  })
  marks.maths = 9
  raw[0] = 9
  payload.enrolment.receipt.copy()[0] = 9
  assert.equal(payload.enrolment.marks['maths'], 1)
  assert.deepEqual([...payload.enrolment.receipt.copy()], [1, 2])
  const { enrolment } = payload
  for (const part of [payload, enrolment, enrolment.user, enrolment.tags, enrolment.marks, enrolment.receipt]) {
    assert.ok(Object.isFrozen(part))
  }
})

test('everything that is wrong with a payload is said at once, with its place', () => {
  const wrong = {
    enrolment: {
      ...input.enrolment,
      user: { id: 2 ** 53, name: '\ud800', nik: 'misspelt' },
      course: { course_key: '', weight: Number.NaN },
      active: 0,
      at: new Date(),
      tags: [1],
      marks: { a: 1.5 },
    },
  }
  const result = Enrolled['~standard'].validate(wrong)
  assert.ok('issues' in result)
  assert.deepEqual(
    result.issues.map(({ path }) => path.join('.')),
    [
      'enrolment.user.id',
      'enrolment.user.name',
      'enrolment.user.nik',
      'enrolment.course.course_key',
      'enrolment.course.weight',
      'enrolment.active',
      'enrolment.at',
      'enrolment.tags.0',
      'enrolment.marks.a',
    ],
  )
  assert.throws(() => makePayload(Enrolled, {} as typeof input), PayloadError)
})

test('__proto__ is a key of a map like others', () => {
  const marks = JSON.parse('{"__proto__": 3, "a": 1}') as Record<string, number>
  const payload: Payload<typeof Enrolled> = makePayload(Enrolled, { enrolment: { ...input.enrolment, marks } })
  assert.equal(JSON.stringify(payload.enrolment.marks), '{"__proto__":3,"a":1}')
})

test('JSON is read as it is written', () => {
  const payload = makePayload(Enrolled, {
    enrolment: { ...input.enrolment, receipt: Bytes.of(new Uint8Array([0, 255])), invited_by: { id: 1, name: 'n' } },
  })
  const json: unknown = JSON.parse(JSON.stringify(writeJson(Enrolled.root, payload)))
  const read = payloadFromJson(Enrolled, json)
  assert.deepEqual(writeJson(Enrolled.root, read), writeJson(Enrolled.root, payload))
  assert.equal(read.enrolment.at.equals(at), true)
})
