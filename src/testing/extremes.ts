/** Values at the edges of what every kind holds: those that say much, and those that other software takes for nothing. */
import { Bytes } from '../public-events/kernel/bytes.ts'
import { emptyMap } from '../public-events/kernel/read-payload.ts'
import type { ScalarKind } from '../public-events/kernel/scalar.ts'

export const FULL: Readonly<Record<ScalarKind, unknown>> = {
  boolean: true,
  long: 2 ** 53 - 1,
  double: -0.1,
  string: 'ಕನ್ನಡ \u{1F600} \uFEFF"\0',
  bytes: Bytes.of(new Uint8Array([0, 128, 255])),
  datetime: Temporal.Instant.from('2026-11-21T17:48:32.123456Z'),
  uuid: '0190a8f2-9c1e-7d3a-8b4c-0123456789ab',
  key: 'course-v1:edX+Demo+2026',
}

export const FALSY: Readonly<Record<ScalarKind, unknown>> = {
  boolean: false,
  long: 0,
  double: 0,
  string: '',
  bytes: Bytes.of(new Uint8Array()),
  datetime: Temporal.Instant.fromEpochMilliseconds(0),
  uuid: '00000000-0000-0000-0000-000000000000',
  key: '0',
}

/** Keys that objects stumble over. */
export const MAP_KEYS = ['__proto__', ''] as const

/** A map of a payload; any text may be a key. */
export function mapOf(entries: Iterable<readonly [string, unknown]>): Readonly<Record<string, unknown>> {
  const made = emptyMap()
  for (const [key, value] of entries) made[key] = value
  return made
}
