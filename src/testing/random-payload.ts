/** Payloads at random, which a seed makes again. */
import { eventId } from '../codec/event-id.ts'
import type { Random } from '../demo/random.ts'
import { Bytes } from '../public-events/kernel/bytes.ts'
import type { ScalarKind } from '../public-events/kernel/scalar.ts'
import { isScalar, type DataType } from '../public-events/kernel/shape.ts'
import { FALSY, FULL, mapOf } from './extremes.ts'

const ITEMS_MAX = 3
const LETTERS_MAX = 8
const LETTERS = ['a', 'Z', '0', ' ', '\0', '"', '\\', '\n', 'é', 'ಕ', '\u0301', '\uFEFF', '\u{1F600}', '\u{10FFFF}']

/** A payload of a type; a third of what may be null is. */
export function randomPayload(type: DataType, random: Random): unknown {
  if (isScalar(type)) return SCALARS[type.kind](random)
  if (type.kind === 'list') return some(random, ITEMS_MAX, () => randomPayload(type.items, random))
  if (type.kind === 'map') {
    return mapOf(some(random, ITEMS_MAX, () => [text(random), randomPayload(type.values, random)] as const))
  }
  const entries = Object.entries(type.fields).map(([key, field]) => {
    return [key, field.optional && random.chance(1 / 3) ? null : randomPayload(field.type, random)] as const
  })
  return Object.fromEntries(entries)
}

function some<T>(random: Random, most: number, one: () => T): readonly T[] {
  return Array.from({ length: random.int(0, most) }, one)
}

function text(random: Random): string {
  return some(random, LETTERS_MAX, () => random.pick(LETTERS)).join('')
}

/** A whole number that JavaScript holds exactly; small ones as often as large ones. */
function long(random: Random): number {
  const most = random.pick([1, 100, 2 ** 31, 2 ** 53 - 1])
  return Math.trunc((random.next() * 2 - 1) * most) + 0
}

/** Microseconds of the years 1 to 9999. */
const FIRST_US = -62_135_596_800_000_000
const LAST_US = 253_402_300_799_000_000

const ANY: Readonly<Record<ScalarKind, (random: Random) => unknown>> = {
  boolean: (random) => random.chance(1 / 2),
  long,
  double: (random) => long(random) * random.next(),
  string: text,
  bytes: (random) => Bytes.of(Uint8Array.from(some(random, LETTERS_MAX, () => random.int(0, 255)))),
  datetime: (random) =>
    Temporal.Instant.fromEpochNanoseconds(BigInt(FIRST_US + Math.floor(random.next() * (LAST_US - FIRST_US))) * 1000n),
  uuid: (random) => eventId('random', random.next()),
  key: (random) => random.pick(LETTERS) + text(random),
}

/** Any value; one in four is at an edge. */
const SCALARS: typeof ANY = Object.fromEntries(
  Object.entries(ANY).map(([kind, any]) => {
    const edges = [FULL[kind as ScalarKind], FALSY[kind as ScalarKind]]
    return [kind, (random: Random) => (random.chance(1 / 4) ? random.pick(edges) : any(random))]
  }),
) as Record<ScalarKind, (random: Random) => unknown>
