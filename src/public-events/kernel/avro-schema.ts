/**
 * Avro schemas, derived exactly as Open edX derives them, so that its consumers read ours and the other way round
 * (reference, section 4): metadata travels in headers, the schema holds the payload alone.
 */
import { kindOf, type AvroPrimitive } from './scalar.ts'
import { isScalar, type DataType, type Field, type RecordType } from './shape.ts'

export type AvroType = AvroPrimitive | 'null' | AvroRecord | AvroList | AvroMap | readonly AvroType[] | RecordName
/** The bare name of a record that was defined before in the schema. */
type RecordName = string & {}

export interface AvroList {
  readonly type: 'array'
  readonly items: AvroType
}

export interface AvroMap {
  readonly type: 'map'
  readonly values: AvroType
}

export interface AvroField {
  readonly name: string
  readonly type: AvroType
  readonly default?: unknown
}

export interface AvroRecord {
  readonly name: string
  readonly type: 'record'
  readonly doc?: string
  readonly fields: readonly AvroField[]
  readonly namespace?: string
}

/** Despite its words this is not the CloudEvents envelope; readers compare it, so it stays. */
const ROOT_DOC = 'Avro Event Format for CloudEvents created with openedx_events/schema'

/** The schema of an event, its keys in the order in which upstream writes them. */
export function avroSchema({ type, root }: { readonly type: string; readonly root: RecordType }): AvroRecord {
  const { name, fields } = recordSchema(root, new Set())
  return { name, type: 'record', doc: ROOT_DOC, fields, namespace: type }
}

/** The type where it is used first is defined there; every later use is its name. Depth first. */
function avroType(type: DataType, defined: Set<string>): AvroType {
  if (isScalar(type)) return kindOf(type).avro
  if (type.kind === 'list') return { type: 'array', items: avroType(type.items, defined) }
  if (type.kind === 'map') return { type: 'map', values: avroType(type.values, defined) }
  return defined.has(type.name) ? type.name : recordSchema(type, defined)
}

function recordSchema({ name, fields }: RecordType, defined: Set<string>): AvroRecord {
  defined.add(name)
  return { name, type: 'record', fields: Object.entries(fields).map(([key, field]) => avroField(key, field, defined)) }
}

/** Optional fields alone have a default; what else may be left out by code is still on the wire. */
function avroField(name: string, { type, optional, fallback }: Field, defined: Set<string>): AvroField {
  if (optional) return { name, type: ['null', avroType(type, defined)], default: null }
  const plain = { name, type: avroType(type, defined) }
  return fallback === undefined ? plain : { ...plain, default: fallback }
}
