/**
 * Contexts: the batch, program or program batch in which a collection is taken. A context id is unique only together
 * with its collection.
 */

export const CONTEXT_KINDS = ['batch', 'program', 'program-batch'] as const
export type ContextKind = (typeof CONTEXT_KINDS)[number]

export const CONTEXT_STATUSES = ['upcoming', 'ongoing', 'ended'] as const
export type ContextStatus = (typeof CONTEXT_STATUSES)[number]

export interface Context {
  readonly collectionId: string
  readonly contextId: string
  readonly kind: ContextKind
  readonly name: string
  /** First moment, UTC milliseconds; null: open. */
  readonly startsAt: number | null
  /** Last moment, inside; null: open. */
  readonly endsAt: number | null
  /** Last moment at which one can enrol, inside; null: as long as the context runs. */
  readonly enrolmentEndsAt: number | null
  /** Set by hand; it wins over the dates. Null: derived from them. */
  readonly statusSet: ContextStatus | null
  /** Ids of the rules of carrying over that it names, in the order in which they are tried; null: those of the instance. */
  readonly rules: readonly string[] | null
  /** The dates as they were sent, to be given back as they were. */
  readonly startDate: string | null
  readonly endDate: string | null
  readonly enrollmentEndDate: string | null
}

/**
 * Whether two states of a context differ in what may decide what is carried into it: moments, status, rules. How the dates
 * are written, and what it is called, does not.
 */
export function carriesDifferently(before: Context, after: Context): boolean {
  return (
    before.startsAt !== after.startsAt ||
    before.endsAt !== after.endsAt ||
    before.enrolmentEndsAt !== after.enrolmentEndsAt ||
    before.statusSet !== after.statusSet ||
    JSON.stringify(before.rules) !== JSON.stringify(after.rules)
  )
}

/** What the status of a context follows from. */
export type ContextTimes = Pick<Context, 'startsAt' | 'endsAt' | 'statusSet'>

/** The status at a time: the one set by hand, otherwise what the dates say. Both ends are inside. */
export function contextStatus(context: ContextTimes, at: number): ContextStatus {
  if (context.statusSet !== null) return context.statusSet
  if (context.endsAt !== null && at > context.endsAt) return 'ended'
  if (context.startsAt !== null && at < context.startsAt) return 'upcoming'
  return 'ongoing'
}

/**
 * The moment that a date text names, UTC milliseconds; undefined where it is no date. A date without a time is the whole
 * day in the instance's time zone: its first moment, or with `dayEnd` its last. A time without an offset is in that zone.
 */
export function readDate(text: string, timeZone: string, dayEnd: boolean): number | undefined {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
      const day = Temporal.PlainDate.from(text)
      if (!dayEnd) return day.toZonedDateTime(timeZone).epochMilliseconds
      return day.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds - 1
    }
    if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/.test(text)) {
      return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds
    }
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    // Temporal's own RangeError says no more than "not a date"; the caller names the field.
    return undefined
  }
}
