import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Occurrence } from '../../../domain/progress/occurrence.ts'
import { makePayload } from '../../kernel/define.ts'
import { keyOf } from '../../kernel/definition-problems.ts'
import type { PublicEvent } from '../../kernel/public-event.ts'
import { asKey } from '../../kernel/scalar.ts'
import { writeJson } from '../../kernel/write-json.ts'
import { AssessmentAttemptScored, AssessmentAttemptSubmitted, ATTEMPT, AttemptId } from './attempt.ts'
import {
  COLLECTION,
  CollectionCompleted,
  CollectionProgressChanged,
  CollectionProgressMoved,
  CollectionProgressMoveUndone,
} from './collection.ts'
import { ENROLMENT, EnrolmentChanged, EnrolmentCreated, EnrolmentRemoved } from './enrolment.ts'
import { CollectionId, ContentId, ContextId, UserId } from './place.ts'
import {
  ContentProgressCopied,
  ContentViewCorrected,
  ContentViewEnded,
  ContentViewStarted,
  VIEW as VIEW_EVENTS,
} from './view.ts'

type Of<T extends Occurrence['type']> = Extract<Occurrence, { readonly type: T }>
/** What concerns only our own workers. */
type Internal = 'collection-published' | 'context-changed' | 'rules-changed' | 'mode-changed' | 'unreadable'
type Told = Exclude<Occurrence['type'], Internal>
type Made = readonly (readonly [event: PublicEvent, payload: unknown])[]

const at = (ms: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(ms)
const inContext = (ids: { userId: string; collectionId: string; contextId: string }) => ({
  user_id: asKey(UserId, ids.userId),
  collection_id: asKey(CollectionId, ids.collectionId),
  context_id: asKey(ContextId, ids.contextId),
})
const ofContent = (ids: { userId: string; collectionId: string; contextId: string; contentId: string }) => ({
  ...inContext(ids),
  content_id: asKey(ContentId, ids.contentId),
})

/** The compiler asks for every field of ours, and for every type of occurrence that is none of the above. */
const MAKERS: { readonly [T in Told]: (occurrence: Of<T>) => Made } = {
  'view-started': (o) => [[ContentViewStarted, makePayload(ContentViewStarted, { view: ofContent(o) })]],
  'view-ended': (o) => [
    [ContentViewEnded, makePayload(ContentViewEnded, { view: { ...ofContent(o), completed_at: at(o.completedAt) } })],
  ],
  'view-corrected': (o) => {
    const view = { ...ofContent(o), completed_at: at(o.completedAt) }
    return [[ContentViewCorrected, makePayload(ContentViewCorrected, { view })]]
  },
  'view-copied': (o) => {
    const copy = {
      ...ofContent(o),
      completed_at: at(o.completedAt),
      from_collection_id: asKey(CollectionId, o.fromCollectionId),
      from_context_id: asKey(ContextId, o.fromContextId),
      rule_id: o.ruleId,
    }
    return [[ContentProgressCopied, makePayload(ContentProgressCopied, { copy })]]
  },
  'attempt-submitted': (o) => {
    const attempt = { ...ofContent(o), attempt_id: asKey(AttemptId, o.attemptId) }
    const scored = { ...attempt, score: o.score, max_score: o.maxScore }
    return [
      [AssessmentAttemptSubmitted, makePayload(AssessmentAttemptSubmitted, { attempt })],
      [AssessmentAttemptScored, makePayload(AssessmentAttemptScored, { attempt: scored })],
    ]
  },
  'enrolment-created': (o) => [[EnrolmentCreated, makePayload(EnrolmentCreated, { enrolment: inContext(o) })]],
  'enrolment-changed': (o) => {
    const enrolment = { ...inContext(o), is_active: o.active }
    return [[EnrolmentChanged, makePayload(EnrolmentChanged, { enrolment })]]
  },
  'progress-removed': ({ views, attempts, ...o }) => {
    const enrolment = { ...inContext(o), views, attempts }
    return [[EnrolmentRemoved, makePayload(EnrolmentRemoved, { enrolment })]]
  },
  'collection-progress-changed': ({ progress, required, status, ...o }) => {
    const told = { ...inContext(o), progress, required, status }
    return [[CollectionProgressChanged, makePayload(CollectionProgressChanged, { progress: told })]]
  },
  'collection-completed': (o) => {
    const completion = { ...inContext(o), completed_at: at(o.completedAt) }
    return [[CollectionCompleted, makePayload(CollectionCompleted, { completion })]]
  },
  'progress-moved': (o) => {
    const to = { to_context_id: asKey(ContextId, o.toContextId), rule_id: o.ruleId, moved_at: at(o.movedAt) }
    return [[CollectionProgressMoved, makePayload(CollectionProgressMoved, { move: { ...inContext(o), ...to } })]]
  },
  'move-undone': (o) => {
    const move = { ...inContext(o), to_context_id: asKey(ContextId, o.toContextId) }
    return [[CollectionProgressMoveUndone, makePayload(CollectionProgressMoveUndone, { move })]]
  },
}

const KEY = { userId: '__proto__', collectionId: 'ಕ:1', contextId: 'batch 1' }
const VIEW = { ...KEY, contentId: 'c' }
const OCCURRENCES: { readonly [T in Told]: Of<T> } = {
  'view-started': { type: 'view-started', ...VIEW },
  'view-ended': { type: 'view-ended', ...VIEW, completedAt: 0 },
  'view-corrected': { type: 'view-corrected', ...VIEW, completedAt: -1 },
  'view-copied': {
    type: 'view-copied',
    ...VIEW,
    completedAt: 1,
    fromCollectionId: 'a',
    fromContextId: 'b',
    ruleId: 'r',
  },
  'attempt-submitted': { type: 'attempt-submitted', ...VIEW, attemptId: 'a1', score: 0, maxScore: 10.5 },
  'enrolment-created': { type: 'enrolment-created', ...KEY },
  'enrolment-changed': { type: 'enrolment-changed', ...KEY, active: false },
  'progress-removed': { type: 'progress-removed', ...KEY, views: 0, attempts: 0 },
  'collection-progress-changed': { type: 'collection-progress-changed', ...KEY, progress: 0, required: 3, status: 1 },
  'collection-completed': { type: 'collection-completed', ...KEY, completedAt: 1 },
  'progress-moved': { type: 'progress-moved', ...KEY, toContextId: 'batch 2', ruleId: 'r', movedAt: 2 },
  'move-undone': { type: 'move-undone', ...KEY, toContextId: 'batch 2' },
}

function made(): Made {
  // Each maker is given the occurrence of its own type.
  const of = (type: Told): Made => (MAKERS[type] as (occurrence: Occurrence) => Made)(OCCURRENCES[type])
  return Object.keys(OCCURRENCES).flatMap((type) => of(type as Told))
}

test('every event of ours about progress can be made from what the progress core tells', () => {
  assert.deepEqual(
    made()
      .map(([event]) => event.type)
      .sort(),
    [...VIEW_EVENTS, ...ATTEMPT, ...ENROLMENT, ...COLLECTION].map(({ type }) => type).sort(),
  )
})

test('every event of ours is keyed by the learner, so that one learner stays in order', () => {
  for (const [event, payload] of made()) assert.equal(keyOf(event, payload), KEY.userId)
})

test('every event of ours is small: it tells of one thing', () => {
  for (const [event, payload] of made()) {
    const text = JSON.stringify(writeJson(event.root, payload))
    assert.ok(text.length < 1000, event.type)
    assert.equal(Object.keys(event.root.fields).length, 1, event.type)
  }
})
