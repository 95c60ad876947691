/** The public events that what the progress core tells is published as. */
import { eventId } from '../../codec/event-id.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { LogEntry } from '../../ports/log.ts'
import {
  AssessmentAttemptScored,
  AssessmentAttemptSubmitted,
  AttemptId,
} from '../../public-events/catalogue/waymark/attempt.ts'
import {
  CollectionCompleted,
  CollectionProgressChanged,
  CollectionProgressMoved,
  CollectionProgressMoveUndone,
} from '../../public-events/catalogue/waymark/collection.ts'
import {
  EnrolmentChanged,
  EnrolmentCreated,
  EnrolmentRemoved,
  EnrolmentSyncRequested,
} from '../../public-events/catalogue/waymark/enrolment.ts'
import { LearnerMerged } from '../../public-events/catalogue/waymark/learner.ts'
import { CollectionId, ContentId, ContextId, UserId } from '../../public-events/catalogue/waymark/place.ts'
import {
  ContentProgressCopied,
  ContentViewCorrected,
  ContentViewEnded,
  ContentViewStarted,
} from '../../public-events/catalogue/waymark/view.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import { asKey } from '../../public-events/kernel/scalar.ts'
import { made, type MadeEvent } from './made-event.ts'

type Type = Occurrence['type']
type Of<T extends Type> = Extract<Occurrence, { readonly type: T }>

/** What concerns only our own workers; and what is an event already, or cannot be read. */
type Untold = 'collection-published' | 'context-changed' | 'rules-changed' | 'mode-changed' | 'emitted' | 'unreadable'
type Told = Exclude<Type, Untold>

/** How one type of occurrence is told: as which events, and with what. */
interface Telling<T extends Told> {
  readonly events: readonly PublicEvent[]
  readonly tell: (occurrence: Of<T>, about: About) => readonly MadeEvent[]
}

/** What an event of the entry has beside its payload. */
type About = (event: PublicEvent) => Pick<MadeEvent, 'id' | 'timeUs'>

const at = (ms: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(ms)

const inContext = ({ userId, collectionId, contextId }: EnrolmentKey) => ({
  user_id: asKey(UserId, userId),
  collection_id: asKey(CollectionId, collectionId),
  context_id: asKey(ContextId, contextId),
})
const ofContent = (key: ViewKey) => ({ ...inContext(key), content_id: asKey(ContentId, key.contentId) })

/** The compiler asks for every type that is told, and for every field of its events. */
const TELLINGS: { readonly [T in Told]: Telling<T> } = {
  'view-started': {
    events: [ContentViewStarted],
    tell: (o, about) => [made(ContentViewStarted, { view: ofContent(o) }, about(ContentViewStarted))],
  },
  'view-ended': {
    events: [ContentViewEnded],
    tell: (o, about) => {
      const view = { ...ofContent(o), completed_at: at(o.completedAt) }
      return [made(ContentViewEnded, { view }, about(ContentViewEnded))]
    },
  },
  'view-corrected': {
    events: [ContentViewCorrected],
    tell: (o, about) => {
      const view = { ...ofContent(o), completed_at: at(o.completedAt) }
      return [made(ContentViewCorrected, { view }, about(ContentViewCorrected))]
    },
  },
  'view-copied': {
    events: [ContentProgressCopied],
    tell: (o, about) => {
      const from = {
        from_collection_id: asKey(CollectionId, o.fromCollectionId),
        from_context_id: asKey(ContextId, o.fromContextId),
      }
      const copy = { ...ofContent(o), completed_at: at(o.completedAt), ...from, rule_id: o.ruleId }
      return [made(ContentProgressCopied, { copy }, about(ContentProgressCopied))]
    },
  },
  'attempt-submitted': {
    events: [AssessmentAttemptSubmitted, AssessmentAttemptScored],
    tell: (o, about) => {
      const attempt = { ...ofContent(o), attempt_id: asKey(AttemptId, o.attemptId) }
      const scored = { ...attempt, score: o.score, max_score: o.maxScore }
      return [
        made(AssessmentAttemptSubmitted, { attempt }, about(AssessmentAttemptSubmitted)),
        made(AssessmentAttemptScored, { attempt: scored }, about(AssessmentAttemptScored)),
      ]
    },
  },
  'enrolment-created': {
    events: [EnrolmentCreated],
    tell: (o, about) => [made(EnrolmentCreated, { enrolment: inContext(o) }, about(EnrolmentCreated))],
  },
  'enrolment-changed': {
    events: [EnrolmentChanged],
    tell: (o, about) => {
      const enrolment = { ...inContext(o), is_active: o.active }
      return [made(EnrolmentChanged, { enrolment }, about(EnrolmentChanged))]
    },
  },
  'sync-requested': {
    events: [EnrolmentSyncRequested],
    tell: (o, about) => [made(EnrolmentSyncRequested, { enrolment: inContext(o) }, about(EnrolmentSyncRequested))],
  },
  'progress-removed': {
    events: [EnrolmentRemoved],
    tell: (o, about) => {
      const enrolment = { ...inContext(o), views: o.views, attempts: o.attempts }
      return [made(EnrolmentRemoved, { enrolment }, about(EnrolmentRemoved))]
    },
  },
  'collection-progress-changed': {
    events: [CollectionProgressChanged],
    tell: (o, about) => {
      const progress = { ...inContext(o), progress: o.progress, required: o.required, status: o.status }
      return [made(CollectionProgressChanged, { progress }, about(CollectionProgressChanged))]
    },
  },
  'collection-completed': {
    events: [CollectionCompleted],
    tell: (o) => {
      const completion = { ...inContext(o), completed_at: at(o.completedAt) }
      return [made(CollectionCompleted, { completion }, completionOf(o))]
    },
  },
  'progress-moved': {
    events: [CollectionProgressMoved],
    tell: (o, about) => {
      const to = { to_context_id: asKey(ContextId, o.toContextId), rule_id: o.ruleId, moved_at: at(o.movedAt) }
      return [made(CollectionProgressMoved, { move: { ...inContext(o), ...to } }, about(CollectionProgressMoved))]
    },
  },
  'move-undone': {
    events: [CollectionProgressMoveUndone],
    tell: (o, about) => {
      const move = { ...inContext(o), to_context_id: asKey(ContextId, o.toContextId) }
      return [made(CollectionProgressMoveUndone, { move }, about(CollectionProgressMoveUndone))]
    },
  },
  'learner-merged': {
    events: [LearnerMerged],
    tell: (o, about) => {
      const who = { user_id: asKey(UserId, o.userId), from_user_id: asKey(UserId, o.fromUserId) }
      const { enrolments, views, attempts, renamedAttempts: renamed_attempts } = o
      const merge = { ...who, enrolments, views, attempts, renamed_attempts }
      return [made(LearnerMerged, { merge }, about(LearnerMerged))]
    },
  },
}

/** A completion has one id for ever: of whom, in what, and when. */
function completionOf(o: Of<'collection-completed'>): Pick<MadeEvent, 'id' | 'timeUs'> {
  const { userId, collectionId, contextId, completedAt } = o
  const id = eventId(CollectionCompleted.type, userId, collectionId, contextId, completedAt)
  return { id, timeUs: completedAt * 1000 }
}

const TELLING_OF: ReadonlyMap<Type, Telling<Told>> = new Map(
  // Each telling is given occurrences of its own type alone.
  Object.entries(TELLINGS) as unknown as readonly (readonly [Type, Telling<Told>])[],
)

/** Types of occurrences that are told to others. */
export const TOLD_TYPES: readonly Type[] = [...TELLING_OF.keys(), 'emitted']

/** Public events that the progress core is the producer of, with the occurrence that each is made of. */
export const PROGRESS_EVENTS: readonly (readonly [event: PublicEvent, occurrence: Type])[] = [...TELLING_OF].flatMap(
  ([type, { events }]) => events.map((event) => [event, type] as const),
)

/**
 * The public events that an entry of the outbox is published as; none where it concerns our own workers alone. Made
 * again they are the same, ids included. Their time is that of the entry, except of completions.
 */
export function progressEvents({ seq, at: atMs, occurrence }: LogEntry): readonly MadeEvent[] {
  const telling = TELLING_OF.get(occurrence.type)
  if (telling === undefined) return []
  // The position alone is not enough: a store that was restored from a backup gives it again.
  const who = 'userId' in occurrence ? occurrence.userId : ''
  const about: About = ({ type }) => ({ id: eventId(type, seq, atMs, who), timeUs: atMs * 1000 })
  return telling.tell(occurrence as Of<Told>, about)
}
