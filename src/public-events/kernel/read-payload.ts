/** Checks what is to be a payload and makes one of it that nobody can change. */
import { kindOf } from './scalar.ts'
import { isScalar, type DataType, type Field, type RecordType } from './shape.ts'
import type { Issue } from './standard-schema.ts'

/** As code holds it, with instants and bytes; or as JSON does, with text for both. */
export type Form = 'payload' | 'json'

/** What was read, or everything that is wrong with it. */
export type Reading<V = unknown> = { readonly value: V } | { readonly issues: readonly Issue[] }

type Path = readonly (string | number)[]

/**
 * Reads a record and all that is in it, down to the last field: upstream checks no deeper than the top and learns of the
 * rest when it encodes. Fields that the record does not have are refused, because they are mostly misspelt ones.
 */
export function readRecord(type: RecordType, value: unknown, form: Form): Reading {
  const issues: Issue[] = []
  const read = readValue(type, value, { form, issues, path: [] })
  return issues.length === 0 ? { value: read } : { issues }
}

/** Reads a value of any type from JSON. */
export function readJson(type: DataType, value: unknown): Reading {
  const issues: Issue[] = []
  const read = readValue(type, value, { form: 'json', issues, path: [] })
  return issues.length === 0 ? { value: read } : { issues }
}

interface Place {
  readonly form: Form
  readonly issues: Issue[]
  readonly path: Path
}

function readValue(type: DataType, value: unknown, place: Place): unknown {
  if (isScalar(type)) {
    const { take, read, form } = kindOf(type)
    const taken = (place.form === 'json' ? read : take)(value)
    return taken === undefined ? wrong(place, `must be ${form}`) : taken
  }
  if (type.kind === 'list') {
    if (!Array.isArray(value)) return wrong(place, 'must be a list')
    return Object.freeze(value.map((item: unknown, index) => readValue(type.items, item, within(place, index))))
  }
  if (!isPlainObject(value)) return wrong(place, type.kind === 'map' ? 'must be a map' : `must be a ${type.name}`)
  return type.kind === 'map' ? readMap(type.values, value, place) : readFields(type, value, place)
}

/** A map without a prototype: `__proto__` is a key like others. */
function readMap(type: DataType, value: object, place: Place): unknown {
  const read = emptyMap()
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) wrong(within(place, key), 'must have a key that is well-formed text')
    read[key] = readValue(type, item, within(place, key))
  }
  return Object.freeze(read)
}

function readFields({ name, fields }: RecordType, value: object, place: Place): unknown {
  const given = new Map<string, unknown>(Object.entries(value))
  const read: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(fields)) read[key] = readField(field, given.get(key), within(place, key))
  for (const key of given.keys()) {
    if (!Object.hasOwn(fields, key)) wrong(within(place, key), `is no field of ${name}`)
  }
  return Object.freeze(read)
}

function readField(field: Field, value: unknown, place: Place): unknown {
  if (value != null) return readValue(field.type, value, place)
  return field.optional ? null : wrong(place, 'is missing')
}

/** An empty map as payloads hold it. */
export function emptyMap(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function within(place: Place, step: string | number): Place {
  return { ...place, path: [...place.path, step] }
}

function wrong({ issues, path }: Place, message: string): undefined {
  issues.push({ message: `${path.length === 0 ? 'the payload' : path.join('.')} ${message}`, path })
}
