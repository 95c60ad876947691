/** `waymark events decode`: the bytes that Kafka carries to JSON. */
import { buffer } from 'node:stream/consumers'
import { avroDecoder } from '../../codec/avro-decode.ts'
import { unframe } from '../../codec/confluent-frame.ts'
import { storedWriters, type Installed } from '../../plugins.ts'
import type { History, LockEntry } from '../../public-events/kernel/history.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import { writeJson } from '../../public-events/kernel/write-json.ts'
import { readHistory, SCHEMA_FOLDER } from '../../schema-folder.ts'

/**
 * Reads a framed payload from stdin and writes `{"type", "minor", "data"}` to stdout, the data as the newest minor sees it.
 * @param named the event, and the minor of its writer, where the frame's number is not of our lock
 * @throws AvroError; Error where the schema of the writer is not stored
 */
export async function decode(
  named: { readonly event: PublicEvent; readonly minor: number | undefined } | undefined,
  installed: Installed,
): Promise<void> {
  const { schemaId, body } = unframe(await buffer(process.stdin))
  const { type, minor } =
    named === undefined
      ? byId(readHistory(SCHEMA_FOLDER), schemaId)
      : { type: named.event.type, minor: named.minor ?? named.event.minor }
  const event = installed.catalogue.get(type)
  if (event === undefined) throw new Error('the stored schemas are damaged: run bin/waymark events check')
  const writer = minor === event.minor ? event.root : storedWriters(installed)(type, minor)
  if (writer === undefined) {
    throw new Error(`${type} has no minor ${String(minor)} stored: bin/waymark events list tells the newest`)
  }
  const payload = avroDecoder(writer, event.root)(body)
  const told = { type, minor, data: writeJson(event.root, payload) }
  process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`)
}

function byId({ lock }: History, schemaId: number): LockEntry {
  const entry = lock.find(({ id }) => id === schemaId)
  if (entry !== undefined) return entry
  throw new Error(`schema ${String(schemaId)} is none of this version: say which event it is with --type TYPE`)
}
