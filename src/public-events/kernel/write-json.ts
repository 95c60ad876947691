import { Bytes } from './bytes.ts'
import { kindOf } from './scalar.ts'
import { isScalar, type DataType, type RecordType } from './shape.ts'
import { emptyMap } from './read-payload.ts'

/** A payload as JSON: instants as text, bytes as base64. Called with payloads that were checked. */
export function writeJson(type: RecordType, payload: unknown): Readonly<Record<string, unknown>> {
  return writeValue(type, payload) as Readonly<Record<string, unknown>>
}

function writeValue(type: DataType, value: unknown): unknown {
  if (value === null) return null
  if (isScalar(type)) {
    const raw = kindOf(type).write(value)
    return raw instanceof Bytes ? raw.toBase64() : raw
  }
  // What was checked is of its type.
  if (type.kind === 'list') return (value as readonly unknown[]).map((item) => writeValue(type.items, item))
  const written = type.kind === 'map' ? emptyMap() : {}
  const values = value as Readonly<Record<string, unknown>>
  if (type.kind === 'map') {
    for (const [key, item] of Object.entries(values)) written[key] = writeValue(type.values, item)
  } else {
    for (const [key, { type: inner }] of Object.entries(type.fields)) written[key] = writeValue(inner, values[key])
  }
  return written
}
