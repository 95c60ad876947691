/** Reads what the log holds. Every entry passes here for every consumer, so what it is held against is made once. */
import { isId } from './id.ts'
import type { Occurrence } from './outbox.ts'

const ENROLMENT_IDS = ['userId', 'collectionId', 'contextId'] as const
const VIEW_IDS = [...ENROLMENT_IDS, 'contentId'] as const

/** What an entry of one type holds. */
interface Shape {
  readonly ids: readonly string[]
  readonly others: readonly (readonly [name: string, type: string])[]
}

function shape(ids: readonly string[], others: Readonly<Record<string, 'number' | 'boolean' | 'string'>> = {}): Shape {
  return { ids, others: Object.entries(others) }
}

/** Fields beyond these are left alone: a newer version may add some. */
const SHAPES: Readonly<Record<Exclude<Occurrence['type'], 'unreadable'>, Shape>> = {
  'view-started': shape(VIEW_IDS),
  'view-ended': shape(VIEW_IDS, { completedAt: 'number' }),
  'view-corrected': shape(VIEW_IDS, { completedAt: 'number' }),
  'view-copied': shape([...VIEW_IDS, 'fromCollectionId', 'fromContextId', 'ruleId'], { completedAt: 'number' }),
  'attempt-submitted': shape([...VIEW_IDS, 'attemptId'], { score: 'number', maxScore: 'number' }),
  'enrolment-created': shape(ENROLMENT_IDS),
  'enrolment-changed': shape(ENROLMENT_IDS, { active: 'boolean' }),
  'progress-moved': shape([...ENROLMENT_IDS, 'toContextId', 'ruleId'], { movedAt: 'number' }),
  'move-undone': shape([...ENROLMENT_IDS, 'toContextId']),
  'sync-requested': shape(ENROLMENT_IDS),
  'progress-removed': shape(ENROLMENT_IDS, { views: 'number', attempts: 'number' }),
  'collection-progress-changed': shape(ENROLMENT_IDS, { progress: 'number', required: 'number', status: 'number' }),
  'collection-completed': shape(ENROLMENT_IDS, { completedAt: 'number' }),
  'collection-published': shape(['collectionId'], { publication: 'number' }),
  'context-changed': shape(['collectionId', 'contextId']),
  'rules-changed': shape(['ruleId']),
  'learner-merged': shape(['userId', 'fromUserId'], {
    enrolments: 'number',
    views: 'number',
    attempts: 'number',
    renamedAttempts: 'number',
  }),
  'mode-changed': shape(['from', 'to']),
  emitted: shape(['event', 'id'], { minor: 'number', key: 'string', timeUs: 'number', body: 'string' }),
}
const SHAPE_OF: ReadonlyMap<unknown, Shape> = new Map(Object.entries(SHAPES))

/** Reads one entry of the log. What cannot be read is said so, with the reason: it must not stop what follows it. */
export function readOccurrence(text: string): Occurrence {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { type: 'unreadable', text, reason: 'it is not JSON' }
  }
  const reason = faultOf(value)
  // Type, ids and values have just been checked.
  return reason === undefined ? (value as Occurrence) : { type: 'unreadable', text, reason }
}

/** Why a value is no occurrence; undefined where it is one. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not an object'
  // Of an object that JSON made, every field is unknown.
  const fields = value as Readonly<Record<string, unknown>>
  const shape = SHAPE_OF.get(fields['type'])
  if (shape === undefined) return 'its type is not known'
  for (const name of shape.ids) {
    const id = fields[name]
    if (typeof id !== 'string' || !isId(id)) return `${name} is not an id`
  }
  for (const [name, type] of shape.others) {
    if (typeof fields[name] !== type) return `${name} is not a ${type}`
  }
  return undefined
}
