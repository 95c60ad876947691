/**
 * What happened in the progress core, as written to the log in the same commit as the rows (DESIGN decision 3). These
 * drive the workers today; their typed, versioned public definitions replace this file when they come.
 */
import { isId } from '../id.ts'
import type { EnrolmentKey, ViewKey } from './key.ts'
import { COMPLETE, NOT_STARTED, viewCompletedAt, type Status, type ViewDecision } from './view.ts'

export type Occurrence =
  | ({ readonly type: 'view-started' } & ViewKey)
  | ({ readonly type: 'view-ended'; readonly completedAt: number } & ViewKey)
  /** A late message moved the completion of an ended view to an earlier time. */
  | ({ readonly type: 'view-corrected'; readonly completedAt: number } & ViewKey)
  | ({
      readonly type: 'attempt-submitted'
      readonly attemptId: string
      readonly score: number
      readonly maxScore: number
    } & ViewKey)
  | ({ readonly type: 'enrolment-created' } & EnrolmentKey)
  | ({ readonly type: 'enrolment-changed'; readonly active: boolean } & EnrolmentKey)
  | ({ readonly type: 'progress-removed'; readonly views: number; readonly attempts: number } & EnrolmentKey)
  | ({
      readonly type: 'collection-progress-changed'
      readonly progress: number
      readonly required: number
      readonly status: Status
    } & EnrolmentKey)
  | ({ readonly type: 'collection-completed'; readonly completedAt: number } & EnrolmentKey)
  | { readonly type: 'collection-published'; readonly collectionId: string; readonly publication: number }
  /** Text in the log that is none of these: never written, only found. Workers put it aside. */
  | { readonly type: 'unreadable'; readonly text: string; readonly reason: string }

const ENROLMENT_IDS = ['userId', 'collectionId', 'contextId'] as const
const VIEW_IDS = [...ENROLMENT_IDS, 'contentId'] as const

/** What each type holds. Fields beyond these are left alone: a newer version may add some. */
const FIELDS: Record<
  Exclude<Occurrence['type'], 'unreadable'>,
  { readonly ids: readonly string[]; readonly others?: Record<string, string> }
> = {
  'view-started': { ids: VIEW_IDS },
  'view-ended': { ids: VIEW_IDS, others: { completedAt: 'number' } },
  'view-corrected': { ids: VIEW_IDS, others: { completedAt: 'number' } },
  'attempt-submitted': { ids: [...VIEW_IDS, 'attemptId'], others: { score: 'number', maxScore: 'number' } },
  'enrolment-created': { ids: ENROLMENT_IDS },
  'enrolment-changed': { ids: ENROLMENT_IDS, others: { active: 'boolean' } },
  'progress-removed': { ids: ENROLMENT_IDS, others: { views: 'number', attempts: 'number' } },
  'collection-progress-changed': {
    ids: ENROLMENT_IDS,
    others: { progress: 'number', required: 'number', status: 'number' },
  },
  'collection-completed': { ids: ENROLMENT_IDS, others: { completedAt: 'number' } },
  'collection-published': { ids: ['collectionId'], others: { publication: 'number' } },
}

/** Reads one entry of the log. What cannot be read is said so, with the reason: it must not stop what follows it. */
export function readOccurrence(text: string): Occurrence {
  const reason = (value: unknown): string | undefined => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not an object'
    const fields: Readonly<Record<string, unknown>> = { ...value }
    const { type } = fields
    if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return 'its type is not known'
    const { ids, others = {} } = FIELDS[type as keyof typeof FIELDS]
    for (const name of ids) {
      const id = fields[name]
      if (typeof id !== 'string' || !isId(id)) return `${name} is not an id`
    }
    for (const [name, wanted] of Object.entries(others)) {
      if (typeof fields[name] !== wanted) return `${name} is not a ${wanted}`
    }
    return undefined
  }
  try {
    const value: unknown = JSON.parse(text)
    const fault = reason(value)
    // Type, ids and values have just been checked.
    return fault === undefined ? (value as Occurrence) : { type: 'unreadable', text, reason: fault }
  } catch {
    return { type: 'unreadable', text, reason: 'it is not JSON' }
  }
}

/** What is told of a decided view: that it started, that it ended, or that it had ended earlier than was known. */
export function viewOccurrences(key: ViewKey, decision: ViewDecision): readonly Occurrence[] {
  const { row, statusBefore, statusAfter, corrected } = decision
  const told: Occurrence[] = []
  if (statusBefore === NOT_STARTED && statusAfter > NOT_STARTED) told.push({ type: 'view-started', ...key })
  const completedAt = row === undefined ? null : viewCompletedAt(row)
  if (completedAt === null) return told
  if (statusBefore !== COMPLETE) told.push({ type: 'view-ended', ...key, completedAt })
  else if (corrected) told.push({ type: 'view-corrected', ...key, completedAt })
  return told
}

/** Types that change raw rows: each names an enrolment whose summary is to be recomputed. */
const TRIGGERS: ReadonlySet<Occurrence['type']> = new Set([
  'view-started',
  'view-ended',
  'view-corrected',
  'attempt-submitted',
  'enrolment-created',
  'enrolment-changed',
])

/** The enrolment whose summary an occurrence makes stale; undefined where it changes none. */
export function staleEnrolment(occurrence: Occurrence): EnrolmentKey | undefined {
  if (!TRIGGERS.has(occurrence.type) || !('userId' in occurrence)) return undefined
  return { userId: occurrence.userId, collectionId: occurrence.collectionId, contextId: occurrence.contextId }
}

/** What the log is keyed by: the learner, so that one worker handles one learner in order (DESIGN decision 5). */
export function logKey(occurrence: Occurrence): string {
  return 'userId' in occurrence ? occurrence.userId : ''
}

/** The consumer that recomputes summaries: a store answers from the raw rows what it has not yet read. */
export const AGGREGATE_CONSUMER = 'aggregate'
