/** What payloads are built of besides scalars: lists, maps, and records of described fields. */
import type { ScalarType } from './scalar.ts'

/** Why a field is personal data: names a person, reaches a person, or is text that a person wrote. */
export type Pii = 'identifier' | 'contact' | 'free-text'

export interface ListType<I extends DataType = DataType> {
  readonly kind: 'list'
  readonly items: I
}

/** Text keys, values of one type. */
export interface MapType<V extends DataType = DataType> {
  readonly kind: 'map'
  readonly values: V
}

export interface RecordType<F extends Fields = Fields> {
  readonly kind: 'record'
  /** Bare name, unique within an event: Avro names the record so. */
  readonly name: string
  readonly description: string
  readonly fields: F
}

export type DataType = ScalarType | ListType | MapType | RecordType

export interface Field<T extends DataType = DataType, O extends boolean = boolean> {
  readonly type: T
  readonly description: string
  /** Null on the wire where there is nothing to say. */
  readonly optional: O
  readonly pii?: Pii
  /** Only in schemas of others that were read: what stands for the field where a writer does not know it. */
  readonly fallback?: unknown
}

/** In the order of the wire. */
export type Fields = Readonly<Record<string, Field>>

interface FieldOptions {
  readonly pii?: Pii
}

/** A field that every payload has. Empty text, 0 and false are values like others. */
export function field<T extends DataType>(type: T, description: string, options: FieldOptions = {}): Field<T, false> {
  return Object.freeze({ type, description, optional: false, ...options })
}

/** A field that may be null. A later minor may add such fields, and no others. */
export function opt<T extends DataType>(type: T, description: string, options: FieldOptions = {}): Field<T, true> {
  return Object.freeze({ type, description, optional: true, ...options })
}

export function record<const F extends Fields>(name: string, description: string, fields: F): RecordType<F> {
  return Object.freeze({ kind: 'record', name, description, fields: Object.freeze({ ...fields }) })
}

export function list<T extends DataType>(items: T): ListType<T> {
  return Object.freeze({ kind: 'list', items })
}

export function map<T extends DataType>(values: T): MapType<T> {
  return Object.freeze({ kind: 'map', values })
}

/** Whether a type is a scalar. */
export function isScalar(type: DataType): type is ScalarType {
  return type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'record'
}
