/** Payloads for tests: valid, readable, and the same every time. */
import { hash } from 'node:crypto'
import { eventId } from '../codec/event-id.ts'
import { Bytes } from '../public-events/kernel/bytes.ts'
import { makePayload } from '../public-events/kernel/define.ts'
import type { Payload, PayloadInput, PublicEvent } from '../public-events/kernel/public-event.ts'
import type { ScalarKind } from '../public-events/kernel/scalar.ts'
import { isScalar, type DataType } from '../public-events/kernel/shape.ts'
import { mapOf } from './extremes.ts'
import type { Overrides } from './overrides.ts'

/**
 * A payload of an event, in which every field says something.
 *
 *   fake(CollectionCompleted, { completion: { user_id: 'asha' } })
 *
 * A field of a name has the same value in all events of a seed, so that events of one seed tell of the same learner,
 * collection and so on; those of another seed tell of others.
 * @throws PayloadError where what is given is not of the event
 */
export function fake<E extends PublicEvent>(
  event: E,
  overrides?: Overrides<PayloadInput<E>>,
  { seed = 1 }: { readonly seed?: number } = {},
): Payload<E> {
  return makePayload(event, fakeValue(event.root, { name: '', mark: String(seed) }, overrides) as PayloadInput<E>)
}

/** Where a value is made up for. */
interface Place {
  /** Name of the field. */
  readonly name: string
  /** The seed, and the place in lists and maps on the way. */
  readonly mark: string
}

function fakeValue(type: DataType, place: Place, given: unknown): unknown {
  if (isScalar(type)) return given === undefined ? SCALARS[type.kind](place) : given
  if (given !== undefined && !isParts(given)) return given
  if (type.kind === 'list') return fakeItems(type.items, place, given)
  if (type.kind === 'map') {
    const entries = Object.entries(given ?? { a: undefined, b: undefined })
    return mapOf(entries.map(([key, part]) => [key, fakeValue(type.values, { ...place, mark: key }, part)]))
  }
  const made = Object.entries(type.fields).map(([name, field]): readonly [string, unknown] => {
    const part = given === undefined ? undefined : (given as Readonly<Record<string, unknown>>)[name]
    return [name, fakeValue(field.type, { ...place, name }, part)]
  })
  // What is no field stays, for the check of the payload to name it.
  return { ...given, ...Object.fromEntries(made) }
}

/** Two items, or as many as are given. */
function fakeItems(type: DataType, { name, mark }: Place, given: object | undefined): unknown {
  if (given !== undefined && !Array.isArray(given)) return given
  const parts: readonly unknown[] = given ?? [undefined, undefined]
  return parts.map((part, index) => fakeValue(type, { name, mark: `${mark}.${String(index + 1)}` }, part))
}

/** A list, or an object as it is written down. */
function isParts(value: unknown): value is object {
  if (Array.isArray(value)) return true
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const BEGIN_MS = Date.parse('2026-01-05T08:00:00Z')
const MINUTES_MAX = 60 * 24 * 28

const textOf = ({ name, mark }: Place): string => `${name}-${mark}`
/** A whole number below a bound that follows from the place. */
const numberOf = (place: Place, below: number): number => parseInt(hash('sha1', textOf(place)).slice(0, 8), 16) % below

const SCALARS: Readonly<Record<ScalarKind, (place: Place) => unknown>> = {
  boolean: (place) => numberOf(place, 2) === 0,
  long: (place) => 1 + numberOf(place, 99),
  double: (place) => 0.5 + numberOf(place, 99),
  string: textOf,
  bytes: (place) => Bytes.of(Buffer.from(textOf(place))),
  datetime: (place) => Temporal.Instant.fromEpochMilliseconds(BEGIN_MS + 60_000 * numberOf(place, MINUTES_MAX)),
  uuid: ({ name, mark }) => eventId('fake', name, mark),
  key: textOf,
}
