/** Whether what was emitted is what a test wants, and how that is told. */
import { AssertionError } from 'node:assert'
import { Bytes } from '../public-events/kernel/bytes.ts'
import { instantText, toMicroseconds } from '../public-events/kernel/instant-text.ts'
import type { Payload, PublicEvent } from '../public-events/kernel/public-event.ts'
import { writeJson } from '../public-events/kernel/write-json.ts'

/** @throws AssertionError that shows what there is */
export function assertNone<E extends PublicEvent>(event: E, payloads: readonly Payload<E>[]): void {
  if (payloads.length > 0) fail(event, payloads, [])
}

/**
 * Compares, in the order of emission, the fields that are named: also instants and bytes, which `assert.deepEqual` takes
 * for equal whatever they say.
 * @throws AssertionError that shows what there is
 */
export function assertEmitted<E extends PublicEvent>(
  event: E,
  payloads: readonly Payload<E>[],
  expected: readonly unknown[],
): void {
  const same = payloads.length === expected.length && expected.every((part, index) => holds(part, payloads[index]))
  if (!same) fail(event, payloads, expected)
}

function fail(event: PublicEvent, payloads: readonly unknown[], parts: readonly unknown[]): never {
  const [expected, actual] = [parts.map(plain), payloads.map((payload) => writeJson(event.root, payload))]
  const message = `${event.type} is expected ${listed(expected)}\nand was emitted ${listed(actual)}`
  throw new AssertionError({ message, actual, expected })
}

function listed(values: readonly unknown[]): string {
  const count = { 0: 'never', 1: 'once' }[values.length] ?? `${String(values.length)} times`
  const lines = values.map((value) => `\n  ${JSON.stringify(value)}`)
  return lines.length === 0 ? count : `${count}:${lines.join('')}`
}

/** Whether a payload, or a value in it, has all that a part names. */
function holds(part: unknown, value: unknown): boolean {
  if (part === undefined) return true
  if (part instanceof Temporal.Instant) return value instanceof Temporal.Instant && value.equals(toMicroseconds(part))
  if (part instanceof Bytes) return value instanceof Bytes && value.toBase64() === part.toBase64()
  if (typeof part !== 'object' || part === null) return part === value
  if (typeof value !== 'object' || value === null || Array.isArray(part) !== Array.isArray(value)) return false
  if (Array.isArray(value) && Array.isArray(part) && part.length !== value.length) return false
  const values = new Map<string, unknown>(Object.entries(value))
  return Object.entries(part).every(([key, inner]) => holds(inner, values.get(key)))
}

/** Parts of a payload as JSON holds them. */
function plain(value: unknown): unknown {
  if (value instanceof Temporal.Instant) return instantText(toMicroseconds(value))
  if (value instanceof Bytes) return value.toBase64()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}
