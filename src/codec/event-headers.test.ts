import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import { cloudEventHeaders, readCloudEventHeaders } from './cloudevent.ts'
import { readStructured, writeStructured } from './cloudevent-json.ts'
import { HeaderError, type Header } from './event-headers.ts'
import {
  openEdxKafkaHeaders,
  openEdxRedisFields,
  readOpenEdxKafkaHeaders,
  readOpenEdxRedisFields,
} from './openedx-headers.ts'

const METADATA: EventMetadata = {
  type: 'org.openedx.learning.auth.session.login.completed.v1',
  minor: 0,
  id: '69c1d5a4-9d6f-11ed-8f3e-0242ac120004',
  source: 'openedx/lms/web',
  sourceHost: 'edx.devstack.lms',
  sourceLib: '11.2.0',
  time: Temporal.Instant.from('2026-11-21T17:48:32.12Z'),
}
const TRACED: EventMetadata = {
  ...METADATA,
  extensions: {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'congo=t61rcWkgMzE',
    correlationid: 'req-ಕ "1" 100%',
    causationid: METADATA.id,
    partitionkey: 'foobob',
    dataschema: 'https://example.org/schemas/7',
    deprecated: false,
  },
}
const defaults = { time: Temporal.Instant.from('2026-11-22T00:00:00Z') }
const asBytes = (headers: readonly (readonly [string, string])[]): readonly Header[] =>
  headers.map(([name, value]) => [name, Buffer.from(value)])

/** Instants have nothing that a comparison sees. */
function plain({ time, ...metadata }: EventMetadata): unknown {
  return { ...metadata, time: time.toString() }
}

test('the headers of Open edX in Kafka are exactly theirs', () => {
  assert.deepEqual(openEdxKafkaHeaders(TRACED), [
    ['ce_type', 'org.openedx.learning.auth.session.login.completed.v1'],
    ['ce_id', '69c1d5a4-9d6f-11ed-8f3e-0242ac120004'],
    ['ce_source', 'openedx/lms/web'],
    ['ce_specversion', '1.0'],
    ['ce_time', '2026-11-21T17:48:32.120000+00:00'],
    ['ce_minorversion', '0'],
    ['sourcehost', 'edx.devstack.lms'],
    ['sourcelib', '11.2.0'],
    ['content-type', 'application/avro'],
    ['ce_datacontenttype', 'application/avro'],
  ])
})

test('the fields of Open edX in Redis have no prefix', () => {
  assert.deepEqual(
    openEdxRedisFields(METADATA).map(([name]) => name),
    ['type', 'id', 'source', 'time', 'minorversion', 'sourcehost', 'sourcelib'],
  )
  const read = readOpenEdxRedisFields([...openEdxRedisFields(METADATA), ['event_data', 'x']], defaults)
  assert.deepEqual(plain(read.metadata), plain(METADATA))
})

test('headers of Open edX are read as they are written, and the minor is not lost', () => {
  const { metadata, warnings } = readOpenEdxKafkaHeaders(
    asBytes(openEdxKafkaHeaders({ ...METADATA, minor: 3 })),
    defaults,
  )
  assert.deepEqual([plain(metadata), warnings], [plain({ ...METADATA, minor: 3 }), []])
})

test('what a message lacks besides type and id is supplied, with a warning for each', () => {
  const headers: Header[] = [
    ['ce_type', METADATA.type],
    ['ce_id', METADATA.id],
  ]
  const { metadata, warnings } = readOpenEdxKafkaHeaders(headers, defaults)
  assert.deepEqual(plain(metadata), {
    type: METADATA.type,
    minor: 0,
    id: METADATA.id,
    source: '',
    sourceHost: '',
    sourceLib: '',
    time: '2026-11-22T00:00:00Z',
  })
  assert.deepEqual(
    warnings.map((warning) => warning.split(' ')[0]),
    ['ce_minorversion', 'ce_time', 'ce_source', 'sourcehost', 'sourcelib'],
  )
})

test('a message without type or id, with one twice, or with values that make no sense is refused, naming the header', () => {
  const good = openEdxKafkaHeaders(METADATA)
  const without = (name: string): readonly Header[] => good.filter(([other]) => other !== name)
  const refused: readonly (readonly [readonly Header[], RegExp])[] = [
    [without('ce_type'), /ce_type is missing/],
    [without('ce_id'), /ce_id is missing/],
    [[...good, ['ce_type', 'another']], /ce_type stands twice/],
    [[...without('ce_time'), ['ce_time', 'yesterday']], /ce_time must be a time/],
    [[...without('ce_minorversion'), ['ce_minorversion', '-1']], /ce_minorversion must be a whole number/],
    [[...without('ce_source'), ['ce_source', new Uint8Array([0xff])]], /ce_source is not UTF-8/],
  ]
  for (const [headers, problem] of refused) {
    assert.throws(
      () => readOpenEdxKafkaHeaders(headers, defaults),
      (error) => error instanceof HeaderError && problem.test(error.message),
    )
  }
})

for (const binding of ['kafka', 'http'] as const) {
  test(`every attribute and extension is a header of CloudEvents in ${binding}, and is read back`, () => {
    const headers = cloudEventHeaders(TRACED, 'application/avro', binding)
    const prefix = binding === 'kafka' ? 'ce_' : 'ce-'
    for (const [name] of headers) assert.ok(name === 'content-type' || name.startsWith(prefix), name)
    const { metadata, warnings, contentType } = readCloudEventHeaders(asBytes(headers), binding, defaults)
    assert.deepEqual([plain(metadata), warnings, contentType], [plain(TRACED), [], 'application/avro'])
  })
}

test('headers of HTTP are visible ASCII, with the rest percent-encoded, and their names have no case', () => {
  const headers = cloudEventHeaders(TRACED, 'application/json', 'http')
  assert.deepEqual(
    headers.find(([name]) => name === 'ce-correlationid'),
    ['ce-correlationid', 'req-%E0%B2%95%20%221%22%20100%25'],
  )
  const shouted = headers.map(([name, value]): Header => [name.toUpperCase(), value])
  assert.deepEqual(plain(readCloudEventHeaders(shouted, 'http', defaults).metadata), plain(TRACED))
})

test('a trace that makes no sense is left out, so that the receiver begins its own', () => {
  for (const traceparent of ['', '00-0-0-00', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
    const extensions = { traceparent, tracestate: 'a=b', partitionkey: 'k' }
    const headers = cloudEventHeaders({ ...METADATA, extensions }, 'application/avro', 'kafka')
    assert.deepEqual(readCloudEventHeaders(headers, 'kafka', defaults).metadata.extensions, { partitionkey: 'k' })
  }
})

test('another version of CloudEvents is refused', () => {
  const headers = cloudEventHeaders(METADATA, 'application/avro', 'kafka')
  const other = headers.map(([name, value]): Header => [name, name === 'ce_specversion' ? '0.3' : value])
  assert.throws(() => readCloudEventHeaders(other, 'kafka', defaults), /ce_specversion must be 1.0/)
})

test('a structured event holds its payload as JSON, and is read back', () => {
  const json = { user: { id: 0, is_active: false, pii: { name: '' } } }
  const text = writeStructured(TRACED, { json })
  const written = JSON.parse(text) as Readonly<Record<string, unknown>>
  assert.deepEqual([written['minorversion'], written['deprecated'], written['data']], [0, false, json])
  const { metadata, data, contentType } = readStructured(text, defaults)
  assert.deepEqual([plain(metadata), data, contentType], [plain(TRACED), { json }, 'application/json'])
})

test('a structured event holds Avro as base64', () => {
  const bytes = new Uint8Array([0, 128, 255])
  const text = writeStructured(METADATA, { bytes, contentType: 'application/avro' })
  const read = readStructured(text, defaults)
  assert.deepEqual(read.data, { bytes, contentType: 'application/avro' })
})

test('what is no structured event is refused', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['[', /a JSON object/],
    ['[]', /a JSON object/],
    ['{"specversion":"1.0","id":"1"}', /type is missing/],
    ['{"specversion":"1.0","id":"1","type":["t"]}', /type must be text/],
    ['{"specversion":"1.0","id":"1","type":"t","data":1,"data_base64":""}', /exclude each other/],
    ['{"specversion":"1.0","id":"1","type":"t","data_base64":"?"}', /must be base64/],
  ]
  for (const [text, problem] of refused) assert.throws(() => readStructured(text, defaults), problem)
})
