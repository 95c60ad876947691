/** Payloads without what names or reaches a person, for topics that others may read. */
import { Bytes } from './bytes.ts'
import { emptyMap } from './read-payload.ts'
import { isScalar, type DataType, type Field, type RecordType } from './shape.ts'
import type { ScalarType } from './scalar.ts'

/**
 * What stands for an identifier: the same for the same text, so that readers can still count persons and keep their
 * events in order, and nothing that leads back to it.
 */
export type Pseudonym = (text: string) => string

/**
 * A payload of the same schema without personal data. Identifiers that are text become pseudonyms; contacts and what
 * persons wrote become null where the field may be, and otherwise empty.
 */
export function redact(root: RecordType, payload: unknown, pseudonym: Pseudonym): unknown {
  return redactFields(root, payload, pseudonym)
}

function redactFields({ fields }: RecordType, value: unknown, pseudonym: Pseudonym): unknown {
  // What was checked is of its type.
  const values = value as Readonly<Record<string, unknown>>
  const entries = Object.entries(fields).map(([key, field]) => [key, redactField(field, values[key], pseudonym)])
  return Object.freeze(Object.fromEntries(entries))
}

function redactField(field: Field, value: unknown, pseudonym: Pseudonym): unknown {
  if (value === null) return null
  if (field.pii === undefined) return redactValue(field.type, value, pseudonym)
  if (field.pii === 'identifier' && typeof value === 'string') return pseudonymOf(field.type, value, pseudonym)
  return field.optional ? null : emptyOf(field.type)
}

function redactValue(type: DataType, value: unknown, pseudonym: Pseudonym): unknown {
  if (type.kind === 'record') return redactFields(type, value, pseudonym)
  if (type.kind === 'list') {
    return Object.freeze((value as readonly unknown[]).map((item) => redactValue(type.items, item, pseudonym)))
  }
  if (type.kind !== 'map') return value
  const read = emptyMap()
  const values = value as Readonly<Record<string, unknown>>
  for (const [key, item] of Object.entries(values)) read[key] = redactValue(type.values, item, pseudonym)
  return Object.freeze(read)
}

/** Empty text names nobody, and a key may not be empty. */
function pseudonymOf(type: DataType, text: string, pseudonym: Pseudonym): unknown {
  return text === '' || type.kind === 'uuid' || type.kind === 'datetime' ? emptyOf(type) : pseudonym(text)
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000'
const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)
const EMPTY: Readonly<Record<ScalarType['kind'], unknown>> = {
  boolean: false,
  long: 0,
  double: 0,
  string: '',
  bytes: Bytes.of(new Uint8Array()),
  datetime: EPOCH,
  uuid: NIL_UUID,
  key: 'redacted',
}

/** A value of the type that says nothing. */
function emptyOf(type: DataType): unknown {
  if (isScalar(type)) return EMPTY[type.kind]
  if (type.kind === 'list') return Object.freeze([])
  if (type.kind === 'map') return Object.freeze(emptyMap())
  const entries = Object.entries(type.fields).map(([key, field]) => [key, field.optional ? null : emptyOf(field.type)])
  return Object.freeze(Object.fromEntries(entries))
}
