import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Occurrence } from '../../domain/outbox.ts'
import { ATTEMPT } from '../../public-events/catalogue/waymark/attempt.ts'
import { COLLECTION } from '../../public-events/catalogue/waymark/collection.ts'
import { ENROLMENT } from '../../public-events/catalogue/waymark/enrolment.ts'
import { LEARNER } from '../../public-events/catalogue/waymark/learner.ts'
import { VIEW as VIEW_EVENTS } from '../../public-events/catalogue/waymark/view.ts'
import { keyOf } from '../../public-events/kernel/definition-problems.ts'
import { readRecord } from '../../public-events/kernel/read-payload.ts'
import type { MadeEvent } from './made-event.ts'
import { PROGRESS_EVENTS, progressEvents, TOLD_TYPES } from './progress-events.ts'

const KEY = { userId: '__proto__', collectionId: 'ಕ:1', contextId: 'batch 1' }
const VIEW = { ...KEY, contentId: 'c' }
const TOLD: readonly Occurrence[] = [
  { type: 'view-started', ...VIEW },
  { type: 'view-ended', ...VIEW, completedAt: 0 },
  { type: 'view-corrected', ...VIEW, completedAt: 1 },
  { type: 'view-copied', ...VIEW, completedAt: 1, fromCollectionId: 'a', fromContextId: 'b', ruleId: 'r' },
  { type: 'attempt-submitted', ...VIEW, attemptId: 'a1', score: 0, maxScore: 10.5 },
  { type: 'enrolment-created', ...KEY },
  { type: 'enrolment-changed', ...KEY, active: false },
  { type: 'sync-requested', ...KEY },
  { type: 'progress-removed', ...KEY, views: 0, attempts: 0 },
  { type: 'collection-progress-changed', ...KEY, progress: 0, required: 3, status: 1 },
  { type: 'collection-completed', ...KEY, completedAt: 1 },
  { type: 'progress-moved', ...KEY, toContextId: 'batch 2', ruleId: 'r', movedAt: 2 },
  { type: 'move-undone', ...KEY, toContextId: 'batch 2' },
  { type: 'learner-merged', userId: KEY.userId, fromUserId: 'old', enrolments: 1, views: 2, attempts: 3, renamedAttempts: 1 }, // prettier-ignore
]
const made = TOLD.flatMap((occurrence, seq) => progressEvents({ seq, at: 1_000, occurrence }))

test('every event of ours about progress is made of what the progress core tells', () => {
  const expected = [...VIEW_EVENTS, ...ATTEMPT, ...ENROLMENT, ...COLLECTION, ...LEARNER].map(({ type }) => type).sort()
  assert.deepEqual(made.map(({ event }) => event.type).sort(), expected)
  assert.deepEqual(PROGRESS_EVENTS.map(([event]) => event.type).sort(), expected)
  assert.deepEqual([...TOLD_TYPES].sort(), [...TOLD.map(({ type }) => type), 'emitted'].sort())
})

test('what is made is what its event says, to the last field, and keyed by the learner', () => {
  for (const { event, payload } of made) {
    assert.deepEqual(readRecord(event.root, payload, 'payload'), { value: payload }, event.type)
    assert.equal(keyOf(event, payload), KEY.userId)
  }
})

test('what concerns only our own workers is not told', () => {
  const occurrence: Occurrence = { type: 'context-changed', collectionId: 'k', contextId: 'x' }
  assert.deepEqual(progressEvents({ seq: 1, at: 1, occurrence }), [])
})

test('made again an event has the same id, and no two events share one', () => {
  const ids = made.map(({ id }) => id)
  assert.deepEqual(
    ids,
    TOLD.flatMap((occurrence, seq) => progressEvents({ seq, at: 1_000, occurrence })).map(({ id }) => id),
  )
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
})

test('a position that a restored store gives again makes another id', () => {
  const [before] = progressEvents({ seq: 7, at: 1, occurrence: { type: 'view-started', ...VIEW } })
  const [after] = progressEvents({ seq: 7, at: 2, occurrence: { type: 'view-started', ...VIEW } })
  assert.notEqual(before?.id, after?.id)
})

test('a completion has one id for ever, wherever it stands in the log, and the time at which it happened', () => {
  const of = (seq: number, at: number, completedAt: number): MadeEvent | undefined =>
    progressEvents({ seq, at, occurrence: { type: 'collection-completed', ...KEY, completedAt } })[0]
  assert.equal(of(1, 50, 9)?.id, of(2, 60, 9)?.id)
  assert.equal(of(1, 50, 9)?.timeUs, 9_000)
  assert.notEqual(of(1, 50, 9)?.id, of(1, 50, 10)?.id)
})
