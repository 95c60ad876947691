/** What is stored of an enrolment and its summary, in one row. */
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { Summary } from '../../domain/progress/summary.ts'
import { figuresDiffer } from '../../domain/progress/tell.ts'
import type { Status } from '../../domain/progress/view.ts'
import type { StoredSummary, SummaryFigures } from '../codec.ts'
import { enrolmentFrom } from './raw-rows.ts'

/** A participation with its stored summary, in one look. */
const SELECT = `SELECT participation, EXISTS (SELECT 1 FROM attempt WHERE attempt.participation = p.participation),
    first_enrolled_at, enrolled_at, unenrolled_at, completed_at,
    publication, progress, required, status, leaves, details
  FROM participation AS p LEFT JOIN summary USING (participation)`
export const BY_KEY = `${SELECT} WHERE user_id = ? AND collection_id = ? AND context_id = ?`
/** Where the number is known already: a shorter way than by the names. */
export const BY_NUMBER = `${SELECT} WHERE participation = ?`

/** What is stored of one participation. */
export interface Stored {
  readonly participation: number
  /** Whether there is any attempt. */
  readonly attempted: boolean
  readonly enrolment: Enrolment | undefined
  readonly completedAt: number | undefined
  readonly summary: (SummaryFigures & StoredSummary) | undefined
}

/** Reads a row of these statements. */
export function storedOf(row: readonly unknown[] | undefined): Stored | undefined {
  if (row === undefined) return undefined
  const [participation, attempted, firstEnrolledAt, enrolledAt, unenrolledAt, completedAt, ...summary] = row
  return {
    participation: Number(participation),
    attempted: attempted === 1,
    enrolment: firstEnrolledAt === null ? undefined : enrolmentFrom(firstEnrolledAt, enrolledAt, unenrolledAt),
    completedAt: completedAt === null ? undefined : Number(completedAt),
    summary: storedSummary(summary),
  }
}

function storedSummary([
  publication,
  progress,
  required,
  status,
  leaves,
  details,
]: readonly unknown[]): Stored['summary'] {
  if (publication === null || publication === undefined) return undefined
  return {
    publication: Number(publication),
    progress: Number(progress),
    required: Number(required),
    // The table holds what #store wrote.
    status: Number(status) as Status,
    leaves: String(leaves),
    details: typeof details === 'string' ? details : null,
  }
}

/** Whether a summary is what is stored. */
export function isSame(stored: Stored['summary'], summary: Summary, { leaves, details }: StoredSummary): boolean {
  return (
    stored?.publication === summary.publication &&
    stored.leaves === leaves &&
    stored.details === details &&
    !figuresDiffer(stored, summary)
  )
}
