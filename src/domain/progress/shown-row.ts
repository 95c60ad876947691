/** What a row shows of the learner's own facts and a completion copied into it. Source: progress modes, rules 1 to 4. */
import { shownTimes, type Copied } from './provenance.ts'
import { COMPLETE, viewCompletedAt, viewStatus, type ViewDecision, type ViewRow } from './view.ts'

/** What was made of a row beside what the learner did in it. Times are UTC milliseconds. */
export interface Made {
  /** The enrolment that made the row. */
  readonly enrolledAt: number | null
  readonly copied: Copied | null
}

/** The row as readers see it; undefined: there is none. A row that enrolling made waits with status 0. */
export function shownRow(own: ViewRow | undefined, made: Made | undefined): ViewRow | undefined {
  const { copied = null, enrolledAt = null } = made ?? {}
  if (copied === null) return own ?? (enrolledAt === null ? undefined : blankRow(enrolledAt))
  const { startedAt, completedAt } = shownTimes(own, { copied, movedTo: null }) ?? copied
  return { ...(own ?? blankRow(copied.completedAt)), startedAt, completedAt, progress: 100 }
}

function blankRow(at: number): ViewRow {
  return {
    startedAt: null,
    completedAt: null,
    lastAccessAt: at,
    progress: 0,
    timespentSeconds: 0,
    details: null,
    detailsAt: null,
  }
}

/** What became of a row that is shown: in the terms in which it is told of. */
export function shownChange(before: ViewRow | undefined, after: ViewRow | undefined): Omit<ViewDecision, 'outcome'> {
  const [statusBefore, statusAfter] = [viewStatus(before), viewStatus(after)]
  const corrected =
    statusBefore === COMPLETE &&
    before !== undefined &&
    after !== undefined &&
    viewCompletedAt(after) !== viewCompletedAt(before)
  return { row: after, statusBefore, statusAfter, corrected }
}
