/**
 * One view row: the facts known about a learner's progress in one content, and how facts merge.
 *
 * The row is a join (DESIGN decision 1): every column merges by maximum or minimum, so requests may repeat, overtake
 * each other or come a month late and the row ends the same. What a reader sees (status, progress) is derived from it.
 */

import { compareText } from '../id.ts'

/** 0 not started, 1 in progress, 2 complete. */
export type Status = 0 | 1 | 2
export const NOT_STARTED = 0
export const IN_PROGRESS = 1
export const COMPLETE = 2

/** The stored facts. Times are UTC milliseconds since 1970. */
export interface ViewRow {
  /** Earliest start; null while only updates or ends are known: such a row is not yet a view and is never shown. */
  readonly startedAt: number | null
  /** Earliest end. */
  readonly completedAt: number | null
  /** Latest access of any kind. */
  readonly lastAccessAt: number
  /** Greatest progress reported, 0 to 100. */
  readonly progress: number
  /** Greatest time spent reported, in seconds: clients report the total of the view, so a repetition adds nothing. */
  readonly timespentSeconds: number
  /** The player's own details as JSON text: those with the latest time; of two at one time, the greater text. */
  readonly details: string | null
  readonly detailsAt: number | null
}

/** What its status is derived from. */
export type ViewTimes = Pick<ViewRow, 'startedAt' | 'completedAt'>

/** What a request says happened. */
export interface ViewFact {
  readonly kind: 'start' | 'update' | 'end'
  /** When it happened, UTC milliseconds. */
  readonly at: number
  /**
   * True where the client said when it happened (offline sync). Such facts may overtake their start, so an update or
   * end without a start is kept until the start arrives. A live request without a view changes nothing (seed,
   * "Content View Lifecycle": update and end only change what exists).
   */
  readonly timed: boolean
  readonly progress?: number | undefined
  readonly timespentSeconds?: number | undefined
  readonly details?: string | undefined
}

/** What a fact did: named in the answer, so that a client need not guess. */
export type ViewOutcome =
  | 'STARTED'
  | 'ALREADY_STARTED'
  | 'UPDATED'
  | 'ENDED'
  | 'ALREADY_ENDED'
  /** Kept, and counted as soon as the start arrives. */
  | 'KEPT_UNTIL_START'
  /** Not recorded: there is no view to change. */
  | 'VIEW_NOT_STARTED'

/** Earlier of two times, of which either may be unknown. */
function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b
  if (b === null) return a
  return Math.min(a, b)
}

/** Whether details b win over details a: later wins; at equal times the greater text (so that the order is total). */
function detailsWin(a: ViewRow, b: ViewRow): boolean {
  if (b.details === null || b.detailsAt === null) return false
  if (a.details === null || a.detailsAt === null) return true
  return b.detailsAt > a.detailsAt || (b.detailsAt === a.detailsAt && compareText(b.details, a.details) > 0)
}

/** Merges two rows. Associative, commutative and idempotent: a property test tries all orders. */
export function joinViews(a: ViewRow, b: ViewRow): ViewRow {
  const details = detailsWin(a, b) ? b : a
  return {
    startedAt: earliest(a.startedAt, b.startedAt),
    completedAt: earliest(a.completedAt, b.completedAt),
    lastAccessAt: Math.max(a.lastAccessAt, b.lastAccessAt),
    progress: Math.max(a.progress, b.progress),
    timespentSeconds: Math.max(a.timespentSeconds, b.timespentSeconds),
    details: details.details,
    detailsAt: details.detailsAt,
  }
}

/** A fact alone, as a row: what is merged into the stored row. */
export function factRow(fact: ViewFact): ViewRow {
  return {
    startedAt: fact.kind === 'start' ? fact.at : null,
    completedAt: fact.kind === 'end' ? fact.at : null,
    lastAccessAt: fact.at,
    progress: fact.kind === 'end' ? 100 : (fact.progress ?? 0),
    timespentSeconds: fact.timespentSeconds ?? 0,
    details: fact.details ?? null,
    detailsAt: fact.details === undefined ? null : fact.at,
  }
}

/** The status that a row shows. A row without a start counts as absent. */
export function viewStatus(row: ViewTimes | undefined): Status {
  if (row === undefined || row.startedAt === null) return NOT_STARTED
  return row.completedAt === null ? IN_PROGRESS : COMPLETE
}

/** When the view was completed: the first end, and never before the start (reliability invariant 2). */
export function viewCompletedAt(row: ViewTimes): number | null {
  if (row.startedAt === null || row.completedAt === null) return null
  return Math.max(row.startedAt, row.completedAt)
}

/** Progress shown, 0 to 100: that of a completed view is 100. */
export function viewProgress(row: ViewRow | undefined): number {
  if (row === undefined || row.startedAt === null) return 0
  return row.completedAt === null ? row.progress : 100
}

/** What one fact does to a row. `row` is undefined where nothing is to be written (repeated, or refused). */
export interface ViewDecision {
  readonly outcome: ViewOutcome
  readonly row: ViewRow | undefined
  readonly statusBefore: Status
  readonly statusAfter: Status
  /** The row's completion time moved to an earlier one: a late message told of an earlier end. */
  readonly corrected: boolean
}

/** Decides what a fact does to the row `before`. The write itself merges, so `before` only serves the answer. */
export function decideView(before: ViewRow | undefined, fact: ViewFact): ViewDecision {
  const statusBefore = viewStatus(before)
  if (fact.kind !== 'start' && statusBefore === NOT_STARTED && !fact.timed) {
    return { outcome: 'VIEW_NOT_STARTED', row: undefined, statusBefore, statusAfter: statusBefore, corrected: false }
  }
  const row = before === undefined ? factRow(fact) : joinViews(before, factRow(fact))
  const statusAfter = viewStatus(row)
  const corrected =
    before !== undefined && statusBefore === COMPLETE && viewCompletedAt(row) !== viewCompletedAt(before)
  const outcome = outcomeOf(fact, statusBefore, statusAfter)
  const changed = before === undefined || !sameView(before, row)
  return { outcome, row: changed ? row : undefined, statusBefore, statusAfter, corrected }
}

/** Whether two rows hold the same. */
export function sameView(a: ViewRow, b: ViewRow): boolean {
  return (
    a.startedAt === b.startedAt &&
    a.completedAt === b.completedAt &&
    a.lastAccessAt === b.lastAccessAt &&
    a.progress === b.progress &&
    a.timespentSeconds === b.timespentSeconds &&
    a.details === b.details &&
    a.detailsAt === b.detailsAt
  )
}

function outcomeOf(fact: ViewFact, before: Status, after: Status): ViewOutcome {
  if (after === NOT_STARTED) return 'KEPT_UNTIL_START'
  switch (fact.kind) {
    case 'start':
      return before === NOT_STARTED ? 'STARTED' : 'ALREADY_STARTED'
    case 'update':
      return before === COMPLETE ? 'ALREADY_ENDED' : 'UPDATED'
    case 'end':
      return before === COMPLETE ? 'ALREADY_ENDED' : 'ENDED'
  }
}
