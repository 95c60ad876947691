/** `user_enrolments`: who takes part in what, and what today's system says of how far they have come. */
import { readCqlNumber } from '../../codec/cql-scalar.ts'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { RowFault, type ExportRow } from './export-row.ts'
import type { Note, Table } from './table.ts'

/** What the row says of progress. Derived there, so it is compared and never taken over. */
export interface EnrolmentClaim {
  readonly status: number
  /** How many required contents are complete: a count, not a percentage. */
  readonly completedCount: number | undefined
  /** UTC milliseconds. */
  readonly completedAt: number | undefined
  /** The status of each content. */
  readonly contents: ReadonlyMap<string, number>
}

export interface EnrolmentImport {
  readonly key: EnrolmentKey
  readonly enrolment: Enrolment
  /** By when all of it had happened that the row tells of, UTC milliseconds; of a row that does not say, by now. */
  readonly writtenAt: number
  readonly claim: EnrolmentClaim
}

export const ENROLMENTS: Table<EnrolmentImport> = {
  name: 'user_enrolments',
  columns: [
    ['userid'],
    ['collectionid', 'courseid'],
    ['contextid', 'batchid'],
    ['active'],
    ['enrolled_date', 'enrolleddate'],
  ],
  read: (row, { nowMs }) => {
    const key: EnrolmentKey = {
      userId: row.id('userid'),
      collectionId: row.id('collectionid', 'courseid'),
      contextId: row.id('contextid', 'batchid'),
    }
    const enrolledAt = row.past(nowMs, 'enrolled_date', 'enrolleddate')
    // A row that only the aggregator wrote: nobody ever enrolled.
    if (enrolledAt === undefined) throw new RowFault('enrolled_date', 'the row does not say when the learner enrolled')
    const active = row.boolean('active') ?? true
    const written = row.past(nowMs, 'datetime')
    const unenrolledAt = active ? null : Math.max(written ?? 0, enrolledAt + 1)
    const notes: Note[] =
      active || written !== undefined
        ? []
        : [{ column: 'datetime', text: 'the row does not say when the enrolment ended; it counts as ended at once' }]
    const enrolment = { firstEnrolledAt: enrolledAt, enrolledAt, unenrolledAt }
    const claim = claimOf(row, nowMs)
    const writtenAt = written ?? claim.completedAt ?? nowMs
    return { value: { key, enrolment, writtenAt, claim }, notes }
  },
}

function claimOf(row: ExportRow, nowMs: number): EnrolmentClaim {
  const contents = new Map<string, number>()
  for (const [contentId, text] of row.map('contentstatus')) {
    const status = typeof text === 'string' ? readCqlNumber(text) : undefined
    if (status === undefined) throw new RowFault('contentstatus', 'contentstatus must hold numbers')
    contents.set(contentId, Math.min(status, 2))
  }
  return {
    status: row.integer('status') ?? 0,
    completedCount: row.integer('progress'),
    completedAt: row.past(nowMs, 'completedon'),
    contents,
  }
}
