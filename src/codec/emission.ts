import type { Emission } from '../domain/emission.ts'
import { makePayload } from '../public-events/kernel/define.ts'
import { keyOf } from '../public-events/kernel/definition-problems.ts'
import type { PayloadInput, PublicEvent } from '../public-events/kernel/public-event.ts'
import { encodeAvro } from './avro-encode.ts'

/** Largest payload on the wire, in bytes (OEP-41). Part of what consumers rely on, not a setting. */
export const EVENT_BYTES_MAX = 65_536

/** A payload that no transport need take. */
export class EventTooLarge extends Error {
  constructor(type: string, bytes: number) {
    super(`${type} has ${String(bytes)} bytes, the most is ${String(EVENT_BYTES_MAX)}: tell less, and where to ask`)
    this.name = 'EventTooLarge'
  }
}

export interface EmissionOptions {
  /** When it happened. */
  readonly time: Temporal.Instant
  /** UUID; made up where the occurrence is not the only one of its kind. See event-id.ts for those that are. */
  readonly id?: string
  /** Attributes of CloudEvents: traceparent, correlationid, causationid. */
  readonly extensions?: Readonly<Record<string, string>>
}

/**
 * A public event, ready for the outbox.
 * @throws PayloadError where the payload is not what the event says, EventTooLarge
 */
export function emission<E extends PublicEvent>(
  event: E,
  input: PayloadInput<E>,
  { time, id, extensions }: EmissionOptions,
): Emission {
  const payload = makePayload(event, input)
  const body = encodeBody(event, payload)
  return {
    type: 'emitted',
    event: event.type,
    minor: event.minor,
    id: id ?? crypto.randomUUID(),
    key: keyOf(event, payload),
    timeUs: microsecondsOf(time),
    ...(extensions === undefined ? {} : { extensions }),
    body: Buffer.from(body).toString('base64'),
  }
}

/**
 * The Avro body of a checked payload.
 * @throws EventTooLarge
 */
export function encodeBody(event: PublicEvent, payload: unknown): Uint8Array {
  const body = encodeAvro(event.root, payload)
  if (body.length > EVENT_BYTES_MAX) throw new EventTooLarge(event.type, body.length)
  return body
}

/** Microseconds since 1970: what instants of public events are told to. */
export function microsecondsOf(time: Temporal.Instant): number {
  return Number(time.epochNanoseconds / 1000n)
}

export function instantOf(timeUs: number): Temporal.Instant {
  const ms = Math.floor(timeUs / 1000)
  const instant = Temporal.Instant.fromEpochMilliseconds(ms)
  return ms * 1000 === timeUs ? instant : instant.add({ microseconds: timeUs - ms * 1000 })
}
