/** `waymark events encode`: JSON of a payload to the bytes that Kafka carries. */
import { text } from 'node:stream/consumers'
import { encodeAvro } from '../../codec/avro-encode.ts'
import { frame } from '../../codec/confluent-frame.ts'
import { payloadFromJson } from '../../public-events/kernel/define.ts'
import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import { readHistory, SCHEMA_FOLDER } from '../../schema-folder.ts'

/**
 * Reads a payload from stdin and writes it to stdout.
 * @param schemaId the number in the frame; without one that of the event in the lock, 0 where it is of a plugin
 * @throws PayloadError; Error where stdin is no JSON, or an event of ours is not stored
 */
export async function encode(event: PublicEvent, schemaId: number | undefined): Promise<void> {
  const payload = payloadFromJson(event, parse(await text(process.stdin)))
  process.stdout.write(frame(schemaId ?? storedId(event), encodeAvro(event.root, payload)))
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new Error('stdin is no JSON', { cause: error })
  }
}

function storedId({ type, minor }: PublicEvent): number {
  // The lock of a plugin counts for itself: its numbers would be taken for ours.
  if (!ALL_EVENTS.has(type)) return 0
  const entry = readHistory(SCHEMA_FOLDER).lock.find((other) => other.type === type && other.minor === minor)
  if (entry === undefined) throw new Error(`${type} is not stored: run bin/waymark events snapshot`)
  return entry.id
}
