/** A property test for every event: what is sent is what is read, whatever it says. */
import { AssertionError } from 'node:assert'
import { avroDecoder } from '../codec/avro-decode.ts'
import { encodeAvro } from '../codec/avro-encode.ts'
import { readStructured, writeStructured } from '../codec/cloudevent-json.ts'
import { cloudEventHeaders, readCloudEventHeaders, type Binding } from '../codec/cloudevent.ts'
import { frame, unframe } from '../codec/confluent-frame.ts'
import { eventId } from '../codec/event-id.ts'
import {
  AVRO_CONTENT_TYPE,
  openEdxKafkaHeaders,
  openEdxRedisFields,
  readOpenEdxKafkaHeaders,
  readOpenEdxRedisFields,
} from '../codec/openedx-headers.ts'
import { seeded } from '../demo/random.ts'
import { makePayload, payloadFromJson } from '../public-events/kernel/define.ts'
import { schemaText } from '../public-events/kernel/history.ts'
import { instantText } from '../public-events/kernel/instant-text.ts'
import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import type { PayloadInput, PublicEvent } from '../public-events/kernel/public-event.ts'
import { readAvsc } from '../public-events/kernel/read-avsc.ts'
import { writeJson } from '../public-events/kernel/write-json.ts'
import { combinations } from './combinations.ts'
import { randomPayload } from './random-payload.ts'

export interface RoundTripOptions {
  /** Payloads at random beside the combinations. */
  readonly runs?: number
  /** What they are made of. */
  readonly seed?: number
}

const RUNS = 100

/**
 * Sends payloads of an event through everything that carries it, and compares what comes out: Avro as it is read by the
 * same definition, and by a reader that has the schema alone; JSON; CloudEvents in Kafka, HTTP and JSON; the headers of
 * Open edX. The payloads are all combinations of present, null and falsy fields (of any two fields, where there are more
 * than a thousand), and some at random.
 * @throws AssertionError with the payload that does not come back as it went
 */
export function roundTrip(event: PublicEvent, { runs = RUNS, seed = 1 }: RoundTripOptions = {}): void {
  const ways = waysOf(event)
  const random = seeded(seed)
  for (const input of combinations(event.root)) check(event, input, ways)
  for (let run = 0; run < runs; run += 1) check(event, randomPayload(event.root, random), ways)
  for (const metadata of metadataOf(event)) checkMetadata(metadata)
}

/** Takes a payload there and back. */
type Way = (payload: unknown) => unknown

function waysOf(event: PublicEvent): Readonly<Record<string, Way>> {
  const { root } = event
  const write = (payload: unknown): Uint8Array => encodeAvro(root, payload)
  const read = avroDecoder(root, root)
  const readAlone = avroDecoder(readAvsc(JSON.parse(schemaText(event))).root, root)
  const json = (payload: unknown): unknown => writeJson(root, payload)
  return {
    Avro: (payload) => read(unframe(frame(1, write(payload))).body),
    'Avro by its schema alone': (payload) => readAlone(write(payload)),
    JSON: (payload) => payloadFromJson(event, JSON.parse(JSON.stringify(json(payload)))),
    'a CloudEvent in JSON': (payload) => {
      const { data } = readStructured(writeStructured(aboutOf(event), { json: json(payload) }), NOW)
      return 'json' in data ? payloadFromJson(event, data.json) : undefined
    },
  }
}

function check(event: PublicEvent, input: unknown, ways: Readonly<Record<string, Way>>): void {
  const payload = makePayload(event, input as PayloadInput<PublicEvent>)
  const expected = JSON.stringify(writeJson(event.root, payload))
  for (const [name, way] of Object.entries(ways)) {
    const actual = outcome(() => JSON.stringify(writeJson(event.root, way(payload))))
    compare(`${event.type} does not come back from ${name} as it went`, actual, expected)
  }
}

function outcome(work: () => string): string {
  try {
    return work()
  } catch (error) {
    return String(error)
  }
}

function compare(what: string, actual: string, expected: string): void {
  if (actual === expected) return
  throw new AssertionError({ message: `${what}:\n  went  ${expected}\n  came  ${actual}`, actual, expected })
}

const NOW = { time: Temporal.Instant.from('2026-01-05T08:00:00Z') }

function aboutOf({ type, minor }: PublicEvent): EventMetadata {
  const time = Temporal.Instant.from('2026-01-05T08:00:00.000001Z')
  const source = { source: '/waymark/test', sourceHost: 'ಕ "host" 100%', sourceLib: '0.2.0' }
  return { type, minor, id: eventId('round trip', type), ...source, time }
}

/** With all that may travel beside a payload, and without. */
function metadataOf(event: PublicEvent): readonly EventMetadata[] {
  const bare = aboutOf(event)
  const extensions = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    correlationid: bare.id,
    causationid: bare.id,
    partitionkey: 'ಕ%20',
    deprecated: true,
  }
  return [bare, { ...bare, extensions }]
}

function checkMetadata(metadata: EventMetadata): void {
  const { extensions: _, ...bare } = metadata
  const both: readonly Binding[] = ['kafka', 'http']
  const expect = (profile: string, expected: EventMetadata, read: () => EventMetadata): void => {
    const actual = outcome(() => textOf(read()))
    compare(`The metadata of ${metadata.type} do not come back from ${profile} as they went`, actual, textOf(expected))
  }
  for (const binding of both) {
    const headers = cloudEventHeaders(metadata, AVRO_CONTENT_TYPE, binding)
    expect(`CloudEvents in ${binding}`, metadata, () => readCloudEventHeaders(headers, binding, NOW).metadata)
  }
  // Extensions have no header there.
  expect('Open edX in Kafka', bare, () => readOpenEdxKafkaHeaders(openEdxKafkaHeaders(metadata), NOW).metadata)
  expect('Open edX in Redis', bare, () => readOpenEdxRedisFields(openEdxRedisFields(metadata), NOW).metadata)
  const structured = writeStructured(metadata, { json: {} })
  expect('CloudEvents in JSON', metadata, () => readStructured(structured, NOW).metadata)
}

/** Attributes in one order. */
function textOf({ extensions = {}, time, ...attributes }: EventMetadata): string {
  const entries = Object.entries({ ...attributes, ...extensions, time: instantText(time) })
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
