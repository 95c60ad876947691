import { WaymarkError } from '../domain/errors.ts'

/** No learning platform has data from before this; a clock that says so has lost its battery. */
const EARLIEST_MS = Date.UTC(2000, 0, 1)

/**
 * A client's time as UTC milliseconds. A little ahead of the server it counts as now: a fast clock must not freeze what
 * later requests say (reliability F4); far ahead it is refused.
 * @param field the client's name of the value, asked for only where it is refused
 * @throws WaymarkError INVALID_FIELD, TIME_IN_FUTURE, TIME_TOO_EARLY
 */
export function readClientTime(value: number | string, nowMs: number, aheadMaxMs: number, field: () => string): number {
  const at = typeof value === 'number' ? value : parseTime(value, field)
  if (!Number.isInteger(at)) throw new WaymarkError('INVALID_FIELD', { field: field() })
  if (at > nowMs + aheadMaxMs) throw new WaymarkError('TIME_IN_FUTURE', { field: field() })
  if (at < EARLIEST_MS) throw new WaymarkError('TIME_TOO_EARLY', { field: field() })
  return Math.min(at, nowMs)
}

function parseTime(text: string, field: () => string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch (error) {
    throw new WaymarkError('INVALID_FIELD', { field: field(), cause: error })
  }
}
