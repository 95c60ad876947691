/** The types of payloads, inferred from what is defined. Nothing here exists at run time. */
import type { ListType, MapType, RecordType, DataType, Fields } from './shape.ts'
import type { ScalarType } from './scalar.ts'

/** Top-level keys of a payload, in the order of the wire. All are required. */
export type EventData = Readonly<Record<string, DataType>>

/** A record of which the compiler knows no field: following it would never end. */
type IsAny<F extends Fields> = string extends keyof F ? true : false

type ValueOf<T> =
  T extends ScalarType<infer V>
    ? V
    : T extends ListType<infer I>
      ? readonly ValueOf<I>[]
      : T extends MapType<infer V>
        ? Readonly<Record<string, ValueOf<V>>>
        : T extends RecordType<infer F>
          ? IsAny<F> extends true
            ? unknown
            : FieldValues<F>
          : never

type FieldValues<F extends Fields> = {
  readonly [K in keyof F]: F[K]['optional'] extends true ? ValueOf<F[K]['type']> | null : ValueOf<F[K]['type']>
}

/** A payload as it is read: every field is there, null where an optional one says nothing. */
export type DataValues<D extends EventData> = { readonly [K in keyof D]: ValueOf<D[K]> }

type InputOf<T> =
  T extends ScalarType<infer V>
    ? V
    : T extends ListType<infer I>
      ? readonly InputOf<I>[]
      : T extends MapType<infer V>
        ? Readonly<Record<string, InputOf<V>>>
        : T extends RecordType<infer F>
          ? IsAny<F> extends true
            ? unknown
            : FieldInputs<F>
          : never

type OptionalName<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F]

type FieldInputs<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalName<F>>]: InputOf<F[K]['type']>
} & { readonly [K in OptionalName<F>]?: InputOf<F[K]['type']> | null | undefined }

/** A payload as it is given: optional fields may be left out. */
export type DataInputs<D extends EventData> = { readonly [K in keyof D]: InputOf<D[K]> }

/** Scalars that a partition may be chosen by: their text is one and the same for everybody. */
export type KeyKind = 'string' | 'long' | 'uuid' | 'key'

type PathsOf<T, Path extends string> =
  T extends ScalarType<unknown, infer K>
    ? K extends KeyKind
      ? Path
      : never
    : T extends RecordType<infer F>
      ? IsAny<F> extends true
        ? never
        : {
            [K in keyof F & string]: F[K]['optional'] extends true ? never : PathsOf<F[K]['type'], `${Path}.${K}`>
          }[keyof F & string]
      : never

/** Dotted paths to what may be the key of an event: there in every payload, and one of the kinds above. */
export type KeyPath<D extends EventData> = { [K in keyof D & string]: PathsOf<D[K], K> }[keyof D & string]
