/** What is told of what was decided: of a view, an enrolment, a summary. */
import type { Occurrence } from '../outbox.ts'
import { isActive, sameEnrolment, type Enrolment } from './enrolment.ts'
import type { EnrolmentKey, ViewKey } from './key.ts'
import { COMPLETE, NOT_STARTED, viewCompletedAt, type Status, type ViewDecision } from './view.ts'

/** What is told of a decided view: that it started, that it ended, or that it had ended earlier than was known. */
export function viewOccurrences(key: ViewKey, decision: Omit<ViewDecision, 'outcome'>): readonly Occurrence[] {
  const { row, statusBefore, statusAfter, corrected } = decision
  const told: Occurrence[] = []
  if (statusBefore === NOT_STARTED && statusAfter > NOT_STARTED) told.push({ type: 'view-started', ...key })
  const completedAt = row === undefined ? null : viewCompletedAt(row)
  if (completedAt === null) return told
  if (statusBefore !== COMPLETE) told.push({ type: 'view-ended', ...key, completedAt })
  else if (corrected) told.push({ type: 'view-corrected', ...key, completedAt })
  return told
}

/**
 * What is told of an enrolment that was made or changed by enrolling: that it is new, or active again.
 * @param anyChange whether any change of its times is told of, because progress is carried over by them.
 */
export function enrolmentOccurrences(
  key: EnrolmentKey,
  before: Enrolment | undefined,
  after: Enrolment,
  anyChange: boolean,
): readonly Occurrence[] {
  if (before === undefined) return [{ type: 'enrolment-created', ...key }]
  const changed = anyChange ? !sameEnrolment(before, after) : !isActive(before) && isActive(after)
  return changed ? [{ type: 'enrolment-changed', ...key, active: isActive(after) }] : []
}

/** What others are told of a summary: a change of these is a change of progress. */
export interface Figures {
  readonly progress: number
  readonly required: number
  readonly status: number
}

export function figuresDiffer(before: Figures, after: Figures): boolean {
  return before.progress !== after.progress || before.required !== after.required || before.status !== after.status
}

/**
 * What is told of a summary that was recomputed: that its figures changed, and that the enrolment is complete. This is
 * said once for an enrolment: a completion that only moves earlier is no second one.
 * @param before the summary stored until now, where there is one
 * @param completedBefore the completion known until now
 */
export function summaryOccurrences(
  key: EnrolmentKey,
  before: Figures | undefined,
  after: Figures & { readonly status: Status; readonly completedAt: number | undefined },
  completedBefore: number | undefined,
): readonly Occurrence[] {
  const { progress, required, status, completedAt } = after
  const told: Occurrence[] = []
  if (before === undefined || figuresDiffer(before, after)) {
    told.push({ type: 'collection-progress-changed', ...key, progress, required, status })
  }
  if (completedAt !== undefined && completedBefore === undefined) {
    told.push({ type: 'collection-completed', ...key, completedAt })
  }
  return told
}
