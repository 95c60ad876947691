/** Payloads of any event, for tests: in the form that `makePayload` takes. */
import fc from 'fast-check'
import { Bytes } from '../../src/public-events/kernel/bytes.ts'
import type { ScalarKind } from '../../src/public-events/kernel/scalar.ts'
import { isScalar, type DataType } from '../../src/public-events/kernel/shape.ts'
import { FALSY, FULL, MAP_KEYS, mapOf } from '../../src/testing/extremes.ts'

/** `full`: every field says something; `sparse`: optional fields are null; `falsy`: values that count as nothing. */
export type Sample = 'full' | 'sparse' | 'falsy'
export const SAMPLES: readonly Sample[] = ['full', 'sparse', 'falsy']

export function samplePayload(type: DataType, sample: Sample): unknown {
  if (isScalar(type)) return (sample === 'falsy' ? FALSY : FULL)[type.kind]
  if (type.kind === 'list') return sample === 'falsy' ? [] : [1, 2].map(() => samplePayload(type.items, sample))
  if (type.kind === 'map') {
    return sample === 'falsy' ? {} : mapOf(MAP_KEYS.map((key) => [key, samplePayload(type.values, sample)]))
  }
  const fields = Object.entries(type.fields).map(([key, { type: inner, optional }]) => {
    return [key, optional && sample === 'sparse' ? null : samplePayload(inner, sample)] as const
  })
  return Object.fromEntries(fields)
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const SCALARS: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  long: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }), fc.integer()),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  string: text,
  bytes: fc.uint8Array({ maxLength: 8 }).map((bytes) => Bytes.of(bytes)),
  datetime: fc
    .bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_000_000n })
    .map((micros) => Temporal.Instant.fromEpochNanoseconds(micros * 1000n)),
  uuid: fc.uuid(),
  key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
}

/** Any payload of a type. */
export function anyPayload(type: DataType): fc.Arbitrary<unknown> {
  if (isScalar(type)) return SCALARS[type.kind]
  if (type.kind === 'list') return fc.array(anyPayload(type.items), { maxLength: 3 })
  if (type.kind === 'map') return fc.array(fc.tuple(text, anyPayload(type.values)), { maxLength: 3 }).map(mapOf)
  const fields = Object.entries(type.fields).map(([key, { type: inner, optional }]) => {
    return [key, optional ? fc.option(anyPayload(inner)) : anyPayload(inner)] as const
  })
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true })
}
