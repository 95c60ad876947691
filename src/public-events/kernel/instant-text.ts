/** The first and the last instant that readers in Python can hold, in epoch milliseconds: years 1 to 9999. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** The instant with whole microseconds, which is as fine as the wire can say. */
export function toMicroseconds(instant: Temporal.Instant): Temporal.Instant {
  return instant.round({ smallestUnit: 'microsecond', roundingMode: 'floor' })
}

/**
 * The text of an instant exactly as Open edX writes it (Python's `isoformat`): offset `+00:00`, and six digits of a
 * second or none. Older readers refuse `Z` and other counts of digits.
 */
export function instantText(instant: Temporal.Instant): string {
  const nanoseconds = instant.epochNanoseconds
  // A date is written ten times as fast as an instant, and events are many.
  const text = new Date(instant.epochMilliseconds).toISOString()
  if (nanoseconds % 1_000_000_000n === 0n) return `${text.slice(0, -5)}+00:00`
  const micros = Number(((nanoseconds / 1000n) % 1000n) + 1000n) % 1000
  return `${text.slice(0, -1)}${String(micros).padStart(3, '0')}+00:00`
}

/**
 * The instant that a text names, whichever offset it is written in.
 * @returns undefined where it names none, has no offset, or lies outside the years 1 to 9999
 */
export function readInstant(text: string): Temporal.Instant | undefined {
  try {
    const instant = toMicroseconds(Temporal.Instant.from(text))
    return isWritable(instant) ? instant : undefined
  } catch {
    return undefined
  }
}

/** Whether readers in other languages can hold the instant. */
export function isWritable(instant: Temporal.Instant): boolean {
  return instant.epochMilliseconds >= FIRST_MS && instant.epochMilliseconds <= LAST_MS
}
