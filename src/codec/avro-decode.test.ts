import assert from 'node:assert/strict'
import { test } from 'node:test'
import avsc from 'avsc'
import fc from 'fast-check'
import { anyPayload, samplePayload, SAMPLES } from '../../test/support/payloads.ts'
import { DERIVED, STORED } from '../../test/support/openedx-schemas.ts'
import { OPENEDX_EVENTS } from '../public-events/catalogue/all.ts'
import { avroSchema } from '../public-events/kernel/avro-schema.ts'
import { resolutionProblems } from '../public-events/kernel/compatibility.ts'
import { makeEvent, makePayload } from '../public-events/kernel/define.ts'
import { readAvsc } from '../public-events/kernel/read-avsc.ts'
import { boolean, double, long, string, type ScalarType } from '../public-events/kernel/scalar.ts'
import {
  field,
  list,
  map,
  opt,
  record,
  type DataType,
  type Field,
  type RecordType,
} from '../public-events/kernel/shape.ts'
import { AvroError } from './avro-reader.ts'
import { avroDecoder } from './avro-decode.ts'
import { encodeAvro } from './avro-encode.ts'

const about = { description: 'It was.', producer: 'p', key: 'it.id', topics: ['t'], since: '1' } as const
const TYPE = 'org.example.a.b.c.v1'

function event(minor: number, fields: Record<string, Field>): ReturnType<typeof makeEvent> {
  return makeEvent({ ...about, type: TYPE, minor, root: root(fields) })
}

function root(fields: Record<string, Field>): RecordType {
  return record('CloudEvent', '', { it: field(record('It', 'it', fields), '') })
}

const OLD = { id: field(string, 'id'), flag: field(boolean, 'flag'), marks: field(map(list(long)), 'marks') }
const Added = record('Added', 'added', { n: field(long, 'n'), deep: opt(map(string), 'deep') })
const NEW = {
  id: OLD.id,
  first: opt(Added, 'added before'),
  flag: OLD.flag,
  more: opt(list(Added), 'added between'),
  marks: OLD.marks,
  last: opt(double, 'added after'),
}

test('a consumer with the next minor reads the bytes of the last one, and the other way round', () => {
  const [last, next] = [event(0, OLD), event(1, NEW)]
  for (const sample of SAMPLES) {
    const old = makePayload(last, samplePayload(last.root, sample))
    const read = avroDecoder(last.root, next.root)(encodeAvro(last.root, old)) as { it: object }
    assert.deepEqual(read.it, { id: null, first: null, more: null, last: null, ...(old as { it: object }).it })
    const fresh = makePayload(next, samplePayload(next.root, sample))
    const { it } = avroDecoder(next.root, last.root)(encodeAvro(next.root, fresh)) as { it: object }
    assert.deepEqual(it, (old as { it: object }).it)
  }
})

test('what a consumer does not know is passed over even where it could not hold it', () => {
  // 2^63 - 1, which is no number of JavaScript.
  const body = Buffer.from('0261feffffffffffffffff01', 'hex')
  const writer = record('CloudEvent', '', { id: field(string, ''), huge: field(long, '') })
  const reader = record('CloudEvent', '', { id: field(string, '') })
  assert.deepEqual(avroDecoder(writer, reader)(body), { id: 'a' })
  assert.throws(() => avroDecoder(writer, writer)(body), /huge: a number is beyond/)
})

test('false from a writer stays false where the reader has true as a default', () => {
  const type = 'org.openedx.learning.discussions.configuration.changed.v1'
  // The stored file was edited by hand: it says that `enabled` is true where a writer does not know it.
  const reader = readAvsc(STORED.get(type)).root
  const derived = readAvsc(DERIVED.get(type)).root
  const theirs = OPENEDX_EVENTS.get(type)
  assert.ok(theirs)
  const bytes = encodeAvro(theirs.root, makePayload(theirs, samplePayload(theirs.root, 'falsy')))
  const enabled = (payload: unknown): unknown =>
    (payload as { configuration: { enabled: unknown } }).configuration.enabled
  assert.equal(enabled(avroDecoder(derived, reader)(bytes)), false)
  // Without the field at all the default stands for it.
  const { configuration } = derived.fields
  assert.ok(configuration?.type.kind === 'record')
  const { enabled: _left, ...fields } = configuration.type.fields
  const older = record('CloudEvent', '', { configuration: field(record(configuration.type.name, '', fields), '') })
  const { enabled: _value, ...values } = (
    samplePayload(theirs.root, 'falsy') as { configuration: Record<string, unknown> }
  ).configuration
  const olderBytes = encodeAvro(older, makePayload(makeEvent({ ...theirs, root: older }), { configuration: values }))
  assert.equal(enabled(avroDecoder(older, reader)(olderBytes)), true)
})

const HOSTILE: Readonly<Record<string, readonly [type: DataType, hex: string, problem: RegExp]>> = {
  'a list that claims 2^40 items': [list(string), '80808080808001', /claims more items/],
  'a map that claims more entries than there are bytes': [map(long), '14', /claims more items/],
  'text longer than the bytes': [string, '7e61', /end too early/],
  'text of a negative length': [string, '01', /end too early/],
  'text that is not UTF-8': [string, '02ff', /not UTF-8/],
  'a number beyond 2^53': [long, 'ffffffffffffffffff01', /beyond/],
  'a number without an end': [long, 'ffffffffffffffffffffff01', /longer than 64 bits/],
  'a boolean that is neither': [boolean, '02', /0 or 1/],
  'bytes after the end': [boolean, '0101', /more bytes/],
  'no bytes': [double, '', /end too early/],
}

for (const [what, [type, hex, problem]] of Object.entries(HOSTILE)) {
  test(`${what}: refused, with the field`, () => {
    const hostile = record('CloudEvent', '', { it: field(type, '') })
    assert.throws(
      () => avroDecoder(hostile, hostile)(Buffer.from(hex, 'hex')),
      (error) => error instanceof AvroError && problem.test(error.message),
    )
  })
}

test('a union has no third branch', () => {
  const hostile = record('CloudEvent', '', { it: opt(boolean, '') })
  assert.throws(() => avroDecoder(hostile, hostile)(Buffer.from('0401', 'hex')), /it: a union has no such branch/)
})

test('whatever bytes come, a payload or an AvroError comes of them', () => {
  const all = [...OPENEDX_EVENTS.values()]
  const damaged = fc
    .constantFrom(...all)
    .chain((source) =>
      fc.tuple(
        fc.constant(source),
        anyPayload(source.root),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
      ),
    )
  fc.assert(
    fc.property(damaged, ([source, input, changes, cut]) => {
      const whole = encodeAvro(source.root, makePayload(source, input))
      for (const [at, value] of changes) whole[at % whole.length] = value
      try {
        avroDecoder(source.root, source.root)(cut % 3 === 0 ? whole.subarray(0, cut % whole.length) : whole)
      } catch (error) {
        assert.ok(error instanceof AvroError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

const scalar = fc.constantFrom<ScalarType[]>(boolean, long, double, string)
const anyType: fc.Arbitrary<DataType> = fc.oneof(
  scalar,
  scalar.map((items) => list(items)),
  scalar.map((values) => map(values)),
  fc.tuple(fc.constantFrom('A', 'B'), scalar).map(([name, type]) => record(name, '', { x: field(type, '') })),
)
const anyFields = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.tuple(anyType, fc.boolean()).map(([type, optional]): Field => (optional ? opt(type, '') : field(type, ''))),
  { minKeys: 1, noNullPrototype: true },
)

test('a reader is judged as another implementation judges it, for any two schemas', () => {
  const schemaOf = (fields: Record<string, Field>): ReturnType<typeof avroSchema> =>
    avroSchema({ type: TYPE, root: root(fields) })
  const parse = (fields: Record<string, Field>): avsc.Type => avsc.Type.forSchema(schemaOf(fields) as avsc.Schema)
  fc.assert(
    fc.property(anyFields, anyFields, (written, read) => {
      fc.pre(isSound(written) && isSound(read))
      let theirs = true
      try {
        parse(read).createResolver(parse(written))
      } catch {
        theirs = false
      }
      assert.equal(resolutionProblems(root(written), root(read)).length === 0, theirs)
    }),
    { numRuns: 1000 },
  )
})

/** Within a schema a name means one record. */
function isSound(fields: Record<string, Field>): boolean {
  const names = Object.values(fields).flatMap(({ type }) => (type.kind === 'record' ? [type.name] : []))
  return new Set(names).size === names.length
}
