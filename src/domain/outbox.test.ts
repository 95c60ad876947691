import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Occurrence } from './outbox.ts'
import { summaryOccurrences, type Figures } from './progress/tell.ts'
import { staleEnrolment } from './progress/triggers.ts'
import { readOccurrence } from './read-outbox.ts'
import { COMPLETE, IN_PROGRESS } from './progress/view.ts'

const KEY = { userId: 'asha', collectionId: 'maths', contextId: 'maths' }
const HALF: Parameters<typeof summaryOccurrences>[2] = {
  progress: 1,
  required: 2,
  status: IN_PROGRESS,
  completedAt: undefined,
}
const WHOLE: typeof HALF = { progress: 2, required: 2, status: COMPLETE, completedAt: 70 }

const typesOf = (before: Figures | undefined, after: typeof HALF, completedBefore?: number): readonly string[] =>
  summaryOccurrences(KEY, before, after, completedBefore).map(({ type }) => type)

describe('what is told of a summary that was recomputed', () => {
  test('the first one is told with its figures', () => {
    const told = { type: 'collection-progress-changed', ...KEY, progress: 1, required: 2, status: IN_PROGRESS }
    assert.deepEqual(summaryOccurrences(KEY, undefined, HALF, undefined), [told])
  })

  test('nothing, where no figure changed', () => {
    assert.deepEqual(typesOf({ ...HALF }, HALF), [])
  })

  for (const name of ['progress', 'required', 'status'] as const) {
    test(`a change of ${name}`, () => {
      assert.deepEqual(typesOf({ ...HALF, [name]: 0 }, HALF), ['collection-progress-changed'])
    })
  }

  test('that it became complete, with the time, after its figures', () => {
    const completed = { type: 'collection-completed', ...KEY, completedAt: 70 }
    assert.deepEqual(summaryOccurrences(KEY, HALF, WHOLE, undefined).slice(1), [completed])
    assert.deepEqual(typesOf(HALF, WHOLE), ['collection-progress-changed', 'collection-completed'])
  })

  test('completion is told once: neither again, nor when it turns out to have been earlier', () => {
    assert.deepEqual(typesOf(WHOLE, WHOLE, 70), [])
    assert.deepEqual(typesOf(WHOLE, WHOLE, 90), [])
  })

  test('completion is told also where the figures stay, as when a publication shows it', () => {
    assert.deepEqual(typesOf(WHOLE, WHOLE), ['collection-completed'])
  })
})

test('changes of contexts, rules and the mode are read as they were written, and make no summary stale', () => {
  const told: readonly Occurrence[] = [
    { type: 'context-changed', collectionId: 'maths', contextId: 'batch-1' },
    { type: 'rules-changed', ruleId: 'recent' },
    { type: 'mode-changed', from: 'strict', to: 'copy-content' },
  ]
  for (const occurrence of told) {
    assert.deepEqual(readOccurrence(JSON.stringify(occurrence)), occurrence)
    assert.equal(staleEnrolment(occurrence), undefined)
  }
  assert.equal(readOccurrence('{"type":"rules-changed"}').type, 'unreadable')
  assert.equal(readOccurrence('{"type":"context-changed","collectionId":"maths"}').type, 'unreadable')
})
