/**
 * The wire profile `openedx`: exactly what producers and consumers of Open edX write and expect (reference, 1.4 and 1.5).
 *
 *   Kafka header        value
 *   ce_type             event type; one, required
 *   ce_id               UUID; one, required
 *   ce_source           service
 *   ce_specversion      1.0
 *   ce_time             time, `+00:00`
 *   ce_minorversion     minor
 *   sourcehost          host, without the prefix
 *   sourcelib           version of the library, without the prefix
 *   content-type        application/avro
 *   ce_datacontenttype  the same
 *
 * In Redis the attributes are fields of the entry, without a prefix, and `event_data` is the Avro body.
 */
import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import {
  attributeText,
  headersByName,
  readAttributes,
  type Attribute,
  type Defaults,
  type Header,
  type ReadMetadata,
  type TextHeader,
} from './event-headers.ts'

export const AVRO_CONTENT_TYPE = 'application/avro'
/** The field of a Redis entry that holds the Avro body, without a frame. */
export const REDIS_DATA_FIELD = 'event_data'

const KAFKA_NAMES: Readonly<Record<Attribute, string>> = {
  type: 'ce_type',
  id: 'ce_id',
  source: 'ce_source',
  time: 'ce_time',
  minorversion: 'ce_minorversion',
  sourcehost: 'sourcehost',
  sourcelib: 'sourcelib',
}

/** The headers of a message in Kafka; extensions have none in this profile. */
export function openEdxKafkaHeaders(metadata: EventMetadata): readonly TextHeader[] {
  const text = attributeText(metadata)
  return [
    ['ce_type', text.type],
    ['ce_id', text.id],
    ['ce_source', text.source],
    ['ce_specversion', '1.0'],
    ['ce_time', text.time],
    ['ce_minorversion', text.minorversion],
    ['sourcehost', text.sourcehost],
    ['sourcelib', text.sourcelib],
    ['content-type', AVRO_CONTENT_TYPE],
    ['ce_datacontenttype', AVRO_CONTENT_TYPE],
  ]
}

/** The fields of an entry in Redis, besides the body. */
export function openEdxRedisFields(metadata: EventMetadata): readonly TextHeader[] {
  const { type, id, source, time, minorversion, sourcehost, sourcelib } = attributeText(metadata)
  return Object.entries({ type, id, source, time, minorversion, sourcehost, sourcelib })
}

/** @throws HeaderError where type or id is missing, or any header stands twice or makes no sense */
export function readOpenEdxKafkaHeaders(headers: Iterable<Header>, defaults: Defaults): ReadMetadata {
  const wanted = new Set(Object.values(KAFKA_NAMES))
  const found = headersByName(headers, (name) => wanted.has(name))
  const nameOf = (attribute: Attribute): string => KAFKA_NAMES[attribute]
  return readAttributes((attribute) => found.get(nameOf(attribute)), nameOf, defaults)
}

/** @throws HeaderError like headers of Kafka */
export function readOpenEdxRedisFields(fields: Iterable<Header>, defaults: Defaults): ReadMetadata {
  const found = headersByName(fields, (name) => Object.hasOwn(KAFKA_NAMES, name))
  return readAttributes(
    (attribute) => found.get(attribute),
    (attribute) => attribute,
    defaults,
  )
}
