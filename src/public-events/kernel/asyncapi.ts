import { avroSchema } from './avro-schema.ts'
import type { Catalogue } from './catalogue.ts'
import { fieldAt } from './definition-problems.ts'
import type { PublicEvent } from './public-event.ts'
import { kindOf } from './scalar.ts'
import { isScalar } from './shape.ts'

type Json = Readonly<Record<string, unknown>>

const AVRO_FORMAT = 'application/vnd.apache.avro;version=1.9.0'

/** What every message carries in its headers, in both wire profiles. */
const HEADERS: Json = {
  type: 'object',
  required: ['ce_type', 'ce_id', 'ce_specversion'],
  properties: {
    ce_type: { type: 'string', description: 'event type' },
    ce_id: { type: 'string', description: 'UUID; a consumer handles each once' },
    ce_source: { type: 'string', description: 'service that sent it' },
    ce_specversion: { type: 'string', const: '1.0' },
    ce_time: { type: 'string', format: 'date-time', description: 'when it happened' },
    ce_minorversion: { type: 'string', pattern: '^[0-9]+$', description: 'minor of the schema' },
    sourcehost: { type: 'string', description: 'host that sent it; ce_sourcehost in the profile cloudevents' },
    sourcelib: { type: 'string', description: 'version of the library; ce_sourcelib in the profile cloudevents' },
    ce_datacontenttype: { type: 'string', const: 'application/avro' },
    'content-type': { type: 'string', const: 'application/avro' },
  },
}

/**
 * All events of a catalogue as an AsyncAPI 3.0 document: a channel for each topic, a message for each event.
 * @param producer whose document it is: its own events are sent, all others received; without one all are received
 */
export function asyncApi(
  catalogue: Catalogue,
  info: { readonly title: string; readonly version: string },
  producer?: string,
): Json {
  const events = [...catalogue.values()]
  const topics = [...new Set(events.flatMap((event) => event.topics))]
  const actionOf = (event: PublicEvent): string => (event.producer === producer ? 'send' : 'receive')
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/avro',
    channels: Object.fromEntries(topics.map((topic) => [topic, channel(topic, events)])) as Json,
    operations: Object.fromEntries(
      topics.flatMap((topic) =>
        ['send', 'receive'].flatMap((action) => {
          const some = events.filter((event) => event.topics.includes(topic) && actionOf(event) === action)
          return some.length === 0 ? [] : [[`${action}-${topic}`, operation(action, topic, some)]]
        }),
      ),
    ) as Json,
    components: { messages: Object.fromEntries(events.map((event) => [event.type, message(event)])) as Json },
  }
}

function channel(topic: string, events: readonly PublicEvent[]): Json {
  const here = events.filter(({ topics }) => topics.includes(topic))
  return {
    address: topic,
    messages: Object.fromEntries(here.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])) as Json,
  }
}

function operation(action: string, topic: string, events: readonly PublicEvent[]): Json {
  return {
    action,
    channel: { $ref: `#/channels/${topic}` },
    messages: events.map(({ type }) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
  }
}

function message(event: PublicEvent): Json {
  const { type, description, producer, minor, since, deprecated } = event
  return {
    name: type,
    contentType: 'application/avro',
    description,
    headers: HEADERS,
    payload: { schemaFormat: AVRO_FORMAT, schema: avroSchema(event) },
    bindings: { kafka: { key: keySchema(event), bindingVersion: '0.5.0' } },
    'x-producer': producer,
    'x-minor': minor,
    'x-since': since,
    ...(deprecated === undefined ? {} : { 'x-deprecated': deprecated }),
  }
}

function keySchema({ root, key }: PublicEvent): Json {
  const type = fieldAt(root, key)?.type
  const schema = type !== undefined && isScalar(type) ? kindOf(type).jsonSchema : {}
  return { ...schema, description: key }
}
