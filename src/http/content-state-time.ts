import { WaymarkError } from '../domain/errors.ts'

/** Day, time with milliseconds behind a colon, offset without one. */
const FORM = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}):(\d{3})([+-]\d{2})(\d{2})$/

/**
 * A time of the content-state API, `2021-03-04 05:58:04:382+0000`, as UTC milliseconds.
 * @throws WaymarkError DATE_FORMAT_ERRROR, spelt as its clients know it
 */
export function readStateTime(value: unknown, field: string): number {
  const [, day, time, milliseconds, hours, minutes] = (typeof value === 'string' ? FORM.exec(value) : null) ?? []
  try {
    if (day === undefined) throw new RangeError('not of this form')
    const text = `${day}T${String(time)}.${String(milliseconds)}${String(hours)}:${String(minutes)}`
    return Temporal.Instant.from(text).epochMilliseconds
  } catch (error) {
    throw new WaymarkError('DATE_FORMAT_ERRROR', { field, cause: error })
  }
}
