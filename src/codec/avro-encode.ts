import type { Bytes } from '../public-events/kernel/bytes.ts'
import { fieldAt, valueAt } from '../public-events/kernel/definition-problems.ts'
import type { PublicEvent } from '../public-events/kernel/public-event.ts'
import { kindOf, type AvroPrimitive } from '../public-events/kernel/scalar.ts'
import { isScalar, type DataType, type RecordType } from '../public-events/kernel/shape.ts'
import { AvroWriter } from './avro-writer.ts'

/** The Avro body of a payload. Called with payloads that were checked (`makePayload`). */
export function encodeAvro(root: RecordType, payload: unknown): Uint8Array {
  const writer = new AvroWriter()
  write(root, payload, writer)
  return writer.done()
}

/** The Avro body of a payload's key: its schema is the bare type of the field, as upstream registers it. */
export function encodeAvroKey({ root, key }: PublicEvent, payload: unknown): Uint8Array {
  const field = fieldAt(root, key)
  if (field === undefined) throw new TypeError(`there is no ${key}`)
  const writer = new AvroWriter()
  write(field.type, valueAt(payload, key), writer)
  return writer.done()
}

function write(type: DataType, value: unknown, writer: AvroWriter): void {
  if (isScalar(type)) return writeScalar(kindOf(type).write(value), kindOf(type).avro, writer)
  if (type.kind === 'list') {
    const items = value as readonly unknown[]
    if (items.length > 0) writer.long(items.length)
    for (const item of items) write(type.items, item, writer)
    return writer.long(0)
  }
  const values = value as Readonly<Record<string, unknown>>
  if (type.kind === 'map') return writeMap(type.values, Object.entries(values), writer)
  for (const [key, { type: inner, optional }] of Object.entries(type.fields)) {
    const item = values[key]
    if (optional) writer.long(item === null ? 0 : 1)
    if (item !== null) write(inner, item, writer)
  }
}

function writeMap(type: DataType, entries: readonly (readonly [string, unknown])[], writer: AvroWriter): void {
  if (entries.length > 0) writer.long(entries.length)
  for (const [key, item] of entries) {
    writer.string(key)
    write(type, item, writer)
  }
  writer.long(0)
}

function writeScalar(raw: unknown, avro: AvroPrimitive, writer: AvroWriter): void {
  if (avro === 'bytes') writer.bytes((raw as Bytes).copy())
  else if (avro === 'string') writer.string(raw as string)
  else if (avro === 'boolean') writer.boolean(raw as boolean)
  else writer[avro](raw as number)
}
