/** `waymark events decode`: the bytes that Kafka carries to JSON. */
import { buffer } from 'node:stream/consumers'
import { avroDecoder } from '../../codec/avro-decode.ts'
import { unframe } from '../../codec/confluent-frame.ts'
import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'
import type { History, LockEntry } from '../../public-events/kernel/history.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import { readAvsc } from '../../public-events/kernel/read-avsc.ts'
import { writeJson } from '../../public-events/kernel/write-json.ts'
import { readHistory, SCHEMA_FOLDER } from './schema-folder.ts'

/**
 * Reads a framed payload from stdin and writes `{"type", "minor", "data"}` to stdout, the data as the newest minor sees it.
 * @param named the event, and the minor of its writer, where the frame's number is not of our lock
 * @throws AvroError; Error where the schema of the writer is not stored
 */
export async function decode(
  named: { readonly event: PublicEvent; readonly minor: number | undefined } | undefined,
): Promise<void> {
  const { schemaId, body } = unframe(await buffer(process.stdin))
  const history = readHistory(SCHEMA_FOLDER)
  const entry = named === undefined ? byId(history, schemaId) : byName(history, named.event, named.minor)
  const event = ALL_EVENTS.get(entry.type)
  const stored = history.snapshots.find(({ type, minor }) => type === entry.type && minor === entry.minor)
  if (event === undefined || stored === undefined)
    throw new Error('the stored schemas are damaged: run bin/waymark events check')
  const payload = avroDecoder(readAvsc(JSON.parse(stored.text)).root, event.root)(body)
  const told = { type: entry.type, minor: entry.minor, data: writeJson(event.root, payload) }
  process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`)
}

function byId({ lock }: History, schemaId: number): LockEntry {
  const entry = lock.find(({ id }) => id === schemaId)
  if (entry !== undefined) return entry
  throw new Error(`schema ${String(schemaId)} is none of this version: say which event it is with --type TYPE`)
}

function byName({ lock }: History, { type, minor: newest }: PublicEvent, minor: number = newest): LockEntry {
  const entry = lock.find((other) => other.type === type && other.minor === minor)
  if (entry !== undefined) return entry
  throw new Error(`${type} has no minor ${String(minor)} stored: bin/waymark events list tells the newest`)
}
