/**
 * A public event as a message of Kafka, in one of two profiles:
 *
 *   part             openedx                          cloudevents
 *   key, value       Avro behind Confluent's frame    the same
 *   headers          those of openedx-headers.ts      those of cloudevent.ts, with `ce_partitionkey`
 *   value's subject  TOPIC-EVENTTYPE.CloudEvent       the same
 *   key's subject    TOPIC-string or TOPIC-long       the same
 *
 * Subjects are the names under which the schemas of a topic stand in the registry (strategy `topic_record`).
 */
import { fieldAt, keyOf } from '../public-events/kernel/definition-problems.ts'
import { ROOT_NAME } from '../public-events/kernel/define.ts'
import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import type { PublicEvent } from '../public-events/kernel/public-event.ts'
import { kindOf } from '../public-events/kernel/scalar.ts'
import { isScalar } from '../public-events/kernel/shape.ts'
import { encodeAvroKey } from './avro-encode.ts'
import { cloudEventHeaders } from './cloudevent.ts'
import { frame } from './confluent-frame.ts'
import { encodeBody } from './emission.ts'
import type { TextHeader } from './event-headers.ts'
import { AVRO_CONTENT_TYPE, openEdxKafkaHeaders } from './openedx-headers.ts'

export type WireProfile = 'openedx' | 'cloudevents'

export interface KafkaMessage {
  readonly topic: string
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly headers: readonly TextHeader[]
}

/** Where the message goes, and the numbers that its schemas have in the registry. */
export interface KafkaRoute {
  readonly profile: WireProfile
  /** Full name of the topic, with the prefix of the environment. */
  readonly topic: string
  readonly keySchema: number
  readonly valueSchema: number
}

/**
 * The message of a checked payload.
 * @throws EventTooLarge
 */
export function kafkaMessage(
  event: PublicEvent,
  payload: unknown,
  metadata: EventMetadata,
  { profile, topic, keySchema, valueSchema }: KafkaRoute,
): KafkaMessage {
  const headers = profile === 'openedx' ? openEdxKafkaHeaders(metadata) : keyedHeaders(metadata, keyOf(event, payload))
  return {
    topic,
    key: frame(keySchema, encodeAvroKey(event, payload)),
    value: frame(valueSchema, encodeBody(event, payload)),
    headers,
  }
}

function keyedHeaders(metadata: EventMetadata, partitionkey: string): readonly TextHeader[] {
  const extensions = { ...metadata.extensions, partitionkey }
  return cloudEventHeaders({ ...metadata, extensions }, AVRO_CONTENT_TYPE, 'kafka')
}

/** The name of the registry's entry for an event's payload on a topic. */
export function valueSubject(topic: string, { type }: Pick<PublicEvent, 'type'>): string {
  return `${topic}-${type}.${ROOT_NAME}`
}

/** The same for its key: named by the bare Avro type, which the events of one topic may share. */
export function keySubject(topic: string, { root, key }: Pick<PublicEvent, 'root' | 'key'>): string {
  const type = fieldAt(root, key)?.type
  if (type === undefined || !isScalar(type)) throw new TypeError(`${key} is no scalar`)
  return `${topic}-${kindOf(type).avro}`
}
