/** `course_batch`: batches as contexts. Their status follows from their dates, unless they were ended by hand. */
import { readCqlInstant } from '../../codec/cql-scalar.ts'
import { contextStatus, readDate, type Context } from '../../domain/progress/context.ts'
import { RowFault, type ExportRow } from './export-row.ts'
import { taken, type Table } from './table.ts'

const ENDED = 2

export const COURSE_BATCHES: Table<Context> = {
  name: 'course_batch',
  columns: [['collectionid', 'courseid'], ['contextid', 'batchid'], ['status']],
  read: (row, { nowMs, timeZone }) => {
    const start = dateOf(row, timeZone, false, 'start_date', 'startdate')
    const end = dateOf(row, timeZone, true, 'end_date', 'enddate')
    const enrolmentEnd = dateOf(row, timeZone, true, 'enrollment_enddate', 'enrollmentenddate')
    if (start !== undefined && end !== undefined && end.at < start.at) {
      throw new RowFault('end_date', 'the batch ends before it starts')
    }
    const status = row.integer('status')
    if (status !== undefined && (status < 0 || status > ENDED)) throw new RowFault('status', 'status must be 0, 1 or 2')
    const times = { startsAt: start?.at ?? null, endsAt: end?.at ?? null }
    // A job sets 0 and 1 from the dates, late at times; so does it with 2, unless a person did.
    const byHand = status === ENDED && contextStatus({ ...times, statusSet: null }, nowMs) !== 'ended'
    return taken({
      collectionId: row.id('collectionid', 'courseid'),
      contextId: row.id('contextid', 'batchid'),
      kind: 'batch',
      name: row.text('name') ?? '',
      ...times,
      enrolmentEndsAt: enrolmentEnd?.at ?? null,
      statusSet: byHand ? 'ended' : null,
      rules: null,
      startDate: start?.text ?? null,
      endDate: end?.text ?? null,
      enrollmentEndDate: enrolmentEnd?.text ?? null,
    })
  },
}

interface BatchDate {
  /** UTC milliseconds. */
  readonly at: number
  readonly text: string
}

/** A moment of the newer columns, or a date of the older ones: a day is whole, in the instance's time zone. */
function dateOf(
  row: ExportRow,
  timeZone: string,
  dayEnd: boolean,
  ...columns: readonly string[]
): BatchDate | undefined {
  const text = row.text(...columns)
  if (text === undefined) return undefined
  const day = readDate(text, timeZone, dayEnd)
  if (day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text)) return { at: day, text }
  const at = readCqlInstant(text)
  if (at === undefined) throw new RowFault(columns[0] ?? '', `${columns.join(' or ')} is no date`)
  return { at, text: Temporal.Instant.fromEpochMilliseconds(at).toString() }
}
