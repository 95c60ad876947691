/**
 * The kinds of single values that a public event may hold, each with what it is on the wire. There is no other kind, so
 * whatever can be defined can also be sent (reference: Avro mapping; upstream learned it only when encoding).
 */
import { Bytes } from './bytes.ts'
import { instantText, isWritable, readInstant, toMicroseconds } from './instant-text.ts'

/** What Avro writes of a scalar. */
export type AvroPrimitive = 'boolean' | 'long' | 'double' | 'string' | 'bytes'
/** A scalar as Avro and JSON libraries hold it; bytes are base64 text in JSON. */
export type Raw = boolean | number | string | Bytes

/** How one kind is held and told. */
interface Kind {
  readonly avro: AvroPrimitive
  readonly jsonSchema: Readonly<Record<string, unknown>>
  /** What it must be, as the end of a sentence. */
  readonly form: string
  /** A payload's value, as it is kept; undefined where it is none of this kind. */
  readonly take: (value: unknown) => unknown
  /** The value that a raw one of the wire stands for; undefined where it is none. */
  readonly read: (raw: unknown) => unknown
  /** What is put on the wire. Called only with what `take` or `read` gave. */
  readonly write: (value: unknown) => Raw
}

const asIs = (value: unknown): Raw => value as Raw
const takeText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.isWellFormed() ? value : undefined
const takeLong = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : undefined
const takeDouble = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
const takeBoolean = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined)
const takeBytes = (value: unknown): Bytes | undefined => (value instanceof Bytes ? value : undefined)
const takeInstant = (value: unknown): Temporal.Instant | undefined =>
  value instanceof Temporal.Instant && isWritable(value) ? toMicroseconds(value) : undefined
const takeUuid = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)
    ? value.toLowerCase()
    : undefined
const takeKey = (value: unknown): string | undefined => (value === '' ? undefined : takeText(value))

/** All kinds. Times, UUIDs and opaque keys are plain strings in Avro, without a logical type (reference: "custom"). */
export const KINDS = {
  boolean: {
    avro: 'boolean',
    jsonSchema: { type: 'boolean' },
    form: 'true or false',
    take: takeBoolean,
    read: takeBoolean,
    write: asIs,
  },
  long: {
    avro: 'long',
    jsonSchema: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    form: 'a whole number within ±(2^53 - 1)',
    take: takeLong,
    read: takeLong,
    write: asIs,
  },
  double: {
    avro: 'double',
    jsonSchema: { type: 'number' },
    form: 'a finite number',
    take: takeDouble,
    read: takeDouble,
    write: asIs,
  },
  string: {
    avro: 'string',
    jsonSchema: { type: 'string' },
    form: 'well-formed text',
    take: takeText,
    read: takeText,
    write: asIs,
  },
  bytes: {
    avro: 'bytes',
    jsonSchema: { type: 'string', contentEncoding: 'base64' },
    form: 'bytes (base64 in JSON)',
    take: takeBytes,
    read: (raw) => (typeof raw === 'string' ? readBase64(raw) : takeBytes(raw)),
    write: asIs,
  },
  datetime: {
    avro: 'string',
    jsonSchema: { type: 'string', format: 'date-time' },
    form: 'an instant of the years 1 to 9999 (in JSON: RFC 3339 with an offset)',
    take: takeInstant,
    read: (raw) => (typeof raw === 'string' ? readInstant(raw) : undefined),
    write: (value) => instantText(value as Temporal.Instant),
  },
  uuid: {
    avro: 'string',
    jsonSchema: { type: 'string', format: 'uuid' },
    form: 'a UUID',
    take: takeUuid,
    read: takeUuid,
    write: asIs,
  },
  key: {
    avro: 'string',
    jsonSchema: { type: 'string', minLength: 1 },
    form: 'an opaque key: text that is not empty',
    take: takeKey,
    read: takeKey,
    write: asIs,
  },
} as const satisfies Record<string, Kind>

export type ScalarKind = keyof typeof KINDS

/** The kind's behaviour, seen alike for all kinds. */
export function kindOf({ kind }: { readonly kind: ScalarKind }): Kind {
  return KINDS[kind]
}

declare const carried: unique symbol
declare const branded: unique symbol

/** A scalar type. `V`, the type of its values, exists for the compiler alone. */
export interface ScalarType<V = unknown, K extends ScalarKind = ScalarKind> {
  readonly kind: K
  /** What an opaque key is a key of, such as `CourseKey`. */
  readonly brand?: string
  readonly [carried]?: V
}

/** Text that names one sort of thing: a key of a course is not taken for a key of a block. */
export type Opaque<B extends string> = string & { readonly [branded]: B }

const scalar = <V, K extends ScalarKind>(kind: K): ScalarType<V, K> => Object.freeze({ kind })

export const boolean = scalar<boolean, 'boolean'>('boolean')
export const long = scalar<number, 'long'>('long')
export const double = scalar<number, 'double'>('double')
export const string = scalar<string, 'string'>('string')
export const bytes = scalar<Bytes, 'bytes'>('bytes')
export const datetime = scalar<Temporal.Instant, 'datetime'>('datetime')
export const uuid = scalar<string, 'uuid'>('uuid')

/** A type of opaque keys: their canonical text on the wire, told apart by the compiler. */
export function opaqueKey<const B extends string>(brand: B): ScalarType<Opaque<B>, 'key'> {
  return Object.freeze({ kind: 'key', brand })
}

/**
 * A text as a key of that type.
 * @throws TypeError where it is empty or not well formed
 */
export function asKey<B extends string>(type: ScalarType<Opaque<B>, 'key'>, text: string): Opaque<B> {
  if (takeKey(text) === undefined) throw new TypeError(`${type.brand ?? 'key'}: ${KINDS.key.form} is wanted`)
  // Checked above; that it is a key of this sort is what the caller says.
  return text as Opaque<B>
}

function readBase64(text: string): Bytes | undefined {
  try {
    return Bytes.fromBase64(text)
  } catch {
    return undefined
  }
}
