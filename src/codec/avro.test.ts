import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyPayload, samplePayload, SAMPLES } from '../../test/support/payloads.ts'
import avsc from 'avsc'
import fc from 'fast-check'
import { DERIVED, STORED } from '../../test/support/openedx-schemas.ts'
import { ALL_EVENTS } from '../public-events/catalogue/all.ts'
import { SessionLoginCompleted } from '../public-events/catalogue/openedx/account.ts'
import { avroSchema } from '../public-events/kernel/avro-schema.ts'
import { Bytes } from '../public-events/kernel/bytes.ts'
import { makeEvent, makePayload } from '../public-events/kernel/define.ts'
import { readAvsc } from '../public-events/kernel/read-avsc.ts'
import type { PublicEvent } from '../public-events/kernel/public-event.ts'
import { boolean, bytes, datetime, double, long, string, uuid } from '../public-events/kernel/scalar.ts'
import { field, list, map, opt, record } from '../public-events/kernel/shape.ts'
import { writeJson } from '../public-events/kernel/write-json.ts'
import { AvroError, AvroReader } from './avro-reader.ts'
import { AvroWriter } from './avro-writer.ts'
import { avroDecoder } from './avro-decode.ts'
import { encodeAvro, encodeAvroKey } from './avro-encode.ts'
import { frame, unframe } from './confluent-frame.ts'

const Part = record('Part', 'a part', { count: field(long, 'how many'), note: opt(string, 'note') })
const Everything = record('Everything', 'every kind', {
  flag: field(boolean, 'flag'),
  count: field(long, 'count'),
  ratio: field(double, 'ratio'),
  name: field(string, 'name'),
  proof: field(bytes, 'proof'),
  at: field(datetime, 'at'),
  id: field(uuid, 'id'),
  parts: field(list(Part), 'parts'),
  marks: field(map(list(long)), 'marks'),
  maybe_flag: opt(boolean, 'flag'),
  maybe_count: opt(long, 'count'),
  maybe_ratio: opt(double, 'ratio'),
  maybe_name: opt(string, 'name'),
  maybe_proof: opt(bytes, 'proof'),
  maybe_parts: opt(list(string), 'parts'),
  maybe_marks: opt(map(string), 'marks'),
  maybe_part: opt(Part, 'part'),
})
/** An event that has every kind of field. */
const EVERYTHING: PublicEvent = makeEvent({
  type: 'org.example.a.b.c.v1',
  minor: 0,
  description: 'It was.',
  producer: 'p',
  key: 'all.name',
  topics: ['t'],
  since: '1',
  root: record('CloudEvent', '', { all: field(Everything, '') }),
})
const EVENTS = [EVERYTHING, ...ALL_EVENTS.values()]

function avscType(event: PublicEvent): avsc.Type {
  return avsc.Type.forSchema(avroSchema(event) as avsc.Schema)
}

function roundTrip(event: PublicEvent, input: unknown): void {
  const payload = makePayload(event, input)
  const decoded = avroDecoder(event.root, event.root)(encodeAvro(event.root, payload))
  const json = (value: unknown): string => JSON.stringify(writeJson(event.root, value))
  assert.equal(json(decoded), json(payload))
  // As a consumer sees it that knows only the schema.
  const stored = readAvsc(avroSchema(event)).root
  const foreign = avroDecoder(stored, event.root)(encodeAvro(event.root, payload))
  assert.equal(json(foreign), json(payload))
}

for (const event of EVENTS) {
  for (const sample of SAMPLES) {
    test(`${event.type} comes back as it went, ${sample}`, () => {
      roundTrip(event, samplePayload(event.root, sample))
    })
  }
  test(`${event.type} comes back as it went, whatever it says`, () => {
    fc.assert(
      fc.property(anyPayload(event.root), (input) => {
        roundTrip(event, input)
      }),
      { numRuns: 25 },
    )
  })
}

for (const event of ALL_EVENTS.values()) {
  test(`${event.type} is written byte for byte as another implementation writes it, and read by it`, () => {
    const type = avscType(event)
    for (const sample of SAMPLES) {
      const payload = makePayload(event, judgeable(samplePayload(event.root, sample)))
      // None of the events has bytes, so that JSON is what the other implementation is given, too.
      const plain: unknown = JSON.parse(JSON.stringify(writeJson(event.root, payload)))
      assert.equal(Buffer.from(encodeAvro(event.root, payload)).toString('hex'), type.toBuffer(plain).toString('hex'))
      assert.equal(JSON.stringify(type.fromBuffer(type.toBuffer(plain))), JSON.stringify(plain))
    }
  })
}

/** The other implementation loses keys named `__proto__` and is wrong about numbers below -2^52, so that it cannot judge those. */
function judgeable(value: unknown): unknown {
  if (typeof value === 'number') return Math.min(value, LONG_MAX)
  if (Array.isArray(value)) return value.map(judgeable)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Bytes || value instanceof Temporal.Instant) return value
  const entries = Object.entries(value as object).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(entries.map(([key, inner]) => [key, judgeable(inner)]))
}
const LONG_MAX = 2 ** 52 - 1

for (const [type, schema] of [...STORED, ...DERIVED]) {
  test(`${type} comes back as it went where only its foreign schema is known`, () => {
    const foreign = makeEvent({ ...EVERYTHING, ...readAvsc(schema) })
    for (const sample of SAMPLES) roundTrip(foreign, samplePayload(foreign.root, sample))
  })
}

function written(value: number): Uint8Array {
  const writer = new AvroWriter()
  writer.long(value)
  return writer.done()
}

/** The edges at which a number takes a byte more. */
const EDGES = [0, 6, 13, 20, 27, 30, 31, 32, 34, 41, 48, 51].flatMap((bits) => [2 ** bits, -(2 ** bits), 2 ** bits - 1])

test('numbers are written as another implementation writes them', () => {
  const type = avsc.Type.forSchema('long')
  for (const value of EDGES) assert.deepEqual([...written(value)], [...type.toBuffer(value)])
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -LONG_MAX, max: LONG_MAX }), fc.integer()), (value) => {
      assert.deepEqual([...written(value)], [...type.toBuffer(value)])
    }),
  )
})

test('every number that JavaScript holds exactly comes back as it went', () => {
  for (const value of EDGES) assert.equal(new AvroReader(written(value)).long(), value)
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      assert.equal(new AvroReader(written(value)).long(), value)
    }),
  )
})

test('a login is written as in the sample of Open edX', () => {
  const payload = makePayload(SessionLoginCompleted, {
    user: { id: 123, is_active: true, pii: { username: 'foobob', email: 'bob@foo.example', name: 'Bob Foo' } },
  })
  const value = frame(100_019, encodeAvro(SessionLoginCompleted.root, payload))
  assert.equal(Buffer.from(value).subarray(0, 15).toString('hex'), '00000186b3f601010c666f6f626f62')
  const key = frame(1, encodeAvroKey(SessionLoginCompleted, payload))
  assert.equal(Buffer.from(key).toString('hex'), '00000000010c666f6f626f62')
})

test('a frame is taken off as it was put on, and nothing else is taken for one', () => {
  const { schemaId, body } = unframe(
    Buffer.concat([Buffer.from('x'), frame(2 ** 32 - 1, new Uint8Array([7]))]).subarray(1),
  )
  assert.deepEqual([schemaId, [...body]], [2 ** 32 - 1, [7]])
  assert.throws(() => unframe(new Uint8Array([0, 0, 0, 1])), AvroError)
  assert.throws(() => unframe(new Uint8Array([1, 0, 0, 0, 1])), /begins with byte 0, not 1/)
  assert.throws(() => frame(-1, new Uint8Array()), RangeError)
})
