import type { DataInputs, DataValues, EventData } from './payload.ts'
import type { RecordType } from './shape.ts'
import type { StandardSchema } from './standard-schema.ts'

/** An event type that is to go: since which release, when it ends, and what comes instead. */
export interface Deprecation {
  readonly from: string
  /** Date, `2027-06-30`. */
  readonly sunset: string
  readonly replacedBy?: string
}

/** A public event of whatever payload. */
export interface PublicEvent extends StandardSchema<unknown, unknown> {
  readonly type: string
  /** Counts compatible additions: the newest snapshot of the schema. */
  readonly minor: number
  /** What happened and why it is told, as a sentence. */
  readonly description: string
  /** The one service that sends it. */
  readonly producer: string
  /** Dotted path to the partition key: events of one key stay in order. */
  readonly key: string
  readonly topics: readonly string[]
  /** The whole payload as the record that the wire holds. */
  readonly root: RecordType
  /** Release that brought it. */
  readonly since: string
  readonly deprecated?: Deprecation
}

/** A public event whose payload the compiler knows. */
export interface DefinedEvent<T extends string, D extends EventData>
  extends PublicEvent, StandardSchema<DataInputs<D>, DataValues<D>> {
  readonly '~standard': StandardSchema<DataInputs<D>, DataValues<D>>['~standard']
  readonly type: T
}

/** What receivers get: readonly, and frozen at run time. */
export type Payload<E extends PublicEvent> = NonNullable<E['~standard']['types']>['output']
/** What senders give: optional fields may be left out. */
export type PayloadInput<E extends PublicEvent> = NonNullable<E['~standard']['types']>['input']

/** The definition without what can be done with it. */
export type Description = Omit<PublicEvent, '~standard'>
