import type { Emission } from '../emission.ts'
import { isActive, sameEnrolment, type Enrolment } from './enrolment.ts'
import type { EnrolmentKey, ViewKey } from './key.ts'
import type { Mode } from './mode.ts'
import { COMPLETE, NOT_STARTED, viewCompletedAt, type Status, type ViewDecision } from './view.ts'

export type Occurrence =
  | ({ readonly type: 'view-started' } & ViewKey)
  | ({ readonly type: 'view-ended'; readonly completedAt: number } & ViewKey)
  /** A late message moved the completion of an ended view to an earlier time. */
  | ({ readonly type: 'view-corrected'; readonly completedAt: number } & ViewKey)
  /** A completion was copied into this row, or another than before. */
  | ({
      readonly type: 'view-copied'
      readonly completedAt: number
      readonly fromCollectionId: string
      readonly fromContextId: string
      readonly ruleId: string
    } & ViewKey)
  | ({
      readonly type: 'attempt-submitted'
      readonly attemptId: string
      readonly score: number
      readonly maxScore: number
    } & ViewKey)
  | ({ readonly type: 'enrolment-created' } & EnrolmentKey)
  | ({ readonly type: 'enrolment-changed'; readonly active: boolean } & EnrolmentKey)
  /** The collection's progress in this context is now in another. */
  | ({
      readonly type: 'progress-moved'
      readonly toContextId: string
      readonly ruleId: string
      readonly movedAt: number
    } & EnrolmentKey)
  /** What was told of late, or another rule, took that back: its progress is in this context again. */
  | ({ readonly type: 'move-undone'; readonly toContextId: string } & EnrolmentKey)
  | ({ readonly type: 'progress-removed'; readonly views: number; readonly attempts: number } & EnrolmentKey)
  | ({
      readonly type: 'collection-progress-changed'
      readonly progress: number
      readonly required: number
      readonly status: Status
    } & EnrolmentKey)
  | ({ readonly type: 'collection-completed'; readonly completedAt: number } & EnrolmentKey)
  | { readonly type: 'collection-published'; readonly collectionId: string; readonly publication: number }
  /** Dates, status or rules of a context that was known are others now. */
  | { readonly type: 'context-changed'; readonly collectionId: string; readonly contextId: string }
  /** A rule of the instance is new, another one, or gone. */
  | { readonly type: 'rules-changed'; readonly ruleId: string }
  /** The instance is in another mode now, and everything was carried over and recomputed in it. */
  | { readonly type: 'mode-changed'; readonly from: Mode; readonly to: Mode }
  /** A public event that was made before: nothing to work on, only to publish. */
  | Emission
  /** Text in the log that is none of these: never written, only found. Workers put it aside. */
  | { readonly type: 'unreadable'; readonly text: string; readonly reason: string }

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

/** Types that change raw rows: each names an enrolment whose summary is to be recomputed. */
export const TRIGGERS: readonly Occurrence['type'][] = [
  'view-started',
  'view-ended',
  'view-corrected',
  'view-copied',
  'attempt-submitted',
  'enrolment-created',
  'enrolment-changed',
  'progress-moved',
  'move-undone',
]
const TRIGGER_SET: ReadonlySet<Occurrence['type']> = new Set(TRIGGERS)

/** The enrolment whose summary an occurrence makes stale; undefined where it changes none. */
export function staleEnrolment(occurrence: Occurrence): EnrolmentKey | undefined {
  if (!TRIGGER_SET.has(occurrence.type) || !('userId' in occurrence)) return undefined
  return { userId: occurrence.userId, collectionId: occurrence.collectionId, contextId: occurrence.contextId }
}

/** What the log is keyed by: the learner, so that one worker handles one learner in order (DESIGN decision 5). */
export function logKey(occurrence: Occurrence): string {
  if (occurrence.type === 'emitted') return occurrence.key
  return 'userId' in occurrence ? occurrence.userId : ''
}

/** The consumer that recomputes summaries: a store answers from the raw rows what it has not yet read. */
export const AGGREGATE_CONSUMER = 'aggregate'
