import assert from 'node:assert/strict'
import test from 'node:test'
import { collection, type Outline } from '../../stores/kit/collections.ts'
import { scoreAttempt, type Attempt } from './attempt.ts'
import { succeed, type AttemptPolicy, type Structure } from './hierarchy.ts'
import { completionPercentage, summarise, type RawProgress, type Summary } from './summary.ts'
import type { ViewRow } from './view.ts'

const row = (startedAt: number | null, completedAt: number | null): ViewRow => ({
  startedAt,
  completedAt,
  lastAccessAt: 99,
  progress: 10,
  timespentSeconds: 0,
  details: null,
  detailsAt: null,
})

const started = row(1, null)
const ended = (at: number): ViewRow => row(1, at)

function summary(
  children: readonly Outline[],
  views: Readonly<Record<string, ViewRow>>,
  eras: Partial<Pick<Structure, 'requiredSince' | 'formerEras'>> = {},
  completedAt?: number,
): Summary {
  const raw: RawProgress = { views: new Map(Object.entries(views)), attempts: new Map(), completedAt }
  return summarise({ ...collection('k', children), ...eras }, 1, raw)
}

test('progress counts completed required leaves; started and optional ones show in contentStatus alone', () => {
  const { progress, required, leafNodesCount, status, contentStatus } = summary(['a', 'b', '?c', 'd'], {
    a: ended(5),
    b: started,
    c: ended(6),
    other: ended(7),
  })
  assert.deepEqual([progress, required, leafNodesCount, status], [1, 3, 4, 1])
  assert.deepEqual([...contentStatus], [['a', 2], ['b', 1], ['c', 2]]) // prettier-ignore
})

test('the percentage is whole, and 100 only when every required leaf is complete', () => {
  assert.equal(completionPercentage(199, 200), 99)
  assert.equal(completionPercentage(2, 3), 66)
  assert.equal(completionPercentage(3, 3), 100)
  assert.equal(completionPercentage(0, 0), 0)
})

test('a collection without required leaves is never complete', () => {
  assert.equal(summary(['?a'], { a: ended(5) }).status, 1)
  assert.equal(summary([], {}).status, 0)
  assert.equal(summary([{ unit: '?u', children: ['a', 'b'] }], { a: ended(5), b: ended(6) }).status, 1)
})

test('an end whose start is not known does not count', () => {
  assert.deepEqual(summary(['a'], { a: row(null, 5) }).status, 0)
})

test('the collection is completed when its last required leaf was', () => {
  assert.equal(summary(['a', 'b', '?c'], { a: ended(5), b: ended(9), c: ended(20) }).completedAt, 9)
})

test('a leaf that stands twice is required where one of its places is, and counts once', () => {
  const outline: Outline[] = [
    { unit: 'u1', children: ['?x', 'a'] },
    { unit: 'u2', children: ['x'] },
  ]
  const { progress, required, units } = summary(outline, { a: ended(5) })
  assert.deepEqual([progress, required], [1, 2])
  assert.deepEqual(
    units.map((unit) => [unit.id, unit.progress, unit.required, unit.status]),
    [
      ['u1', 1, 1, 2],
      ['u2', 0, 1, 0],
    ],
  )
})

test('leaves of an optional unit are optional for the collection and required for the unit itself', () => {
  const { required, units } = summary(['a', { unit: '?u', children: ['b', { unit: 'v', children: ['c'] }] }], {})
  assert.equal(required, 1)
  assert.deepEqual(
    units.map((unit) => [unit.id, unit.required]),
    [
      ['u', 2],
      ['v', 1],
    ],
  )
})

const until10 = { requiredSince: 10, formerEras: [{ required: ['a'], since: 0, until: 10 }] }

test('who completed what was required then stays complete when the collection grows', () => {
  const { status, progress, required, completedAt } = summary(['a', 'b'], { a: ended(5) }, until10)
  assert.deepEqual([status, progress, required, completedAt], [2, 1, 2, 5])
})

test('who completed it only afterwards must complete what was added', () => {
  assert.equal(summary(['a', 'b'], { a: ended(12) }, until10).status, 1)
  assert.equal(summary(['a', 'b'], { a: ended(12), b: ended(15) }, until10).completedAt, 15)
})

test('a collection that shrinks completes from that moment on, and moves no earlier completion', () => {
  const shrunk = { requiredSince: 10, formerEras: [{ required: ['a', 'b'], since: 0, until: 10 }] }
  assert.equal(summary(['a'], { a: ended(5) }, shrunk).completedAt, 10)
  assert.equal(summary(['a'], { a: ended(5), b: ended(8) }, shrunk).completedAt, 8)
})

test('a completion on record moves to an earlier time and never to a later one', () => {
  assert.equal(summary(['a'], { a: ended(5) }, {}, 9).completedAt, 5)
  assert.equal(summary(['a'], { a: ended(12) }, {}, 9).completedAt, 9)
  assert.equal(summary(['a', 'b'], { a: ended(12) }, {}, 9).status, 2)
})

const attempts: readonly Attempt[] = [
  ['1', 10, 2],
  ['2', 20, 3],
  ['3', 30, 1],
].map(([id, at, score]) =>
  scoreAttempt(String(id), Number(at), [
    {
      questionId: 'q',
      answeredAt: 1,
      score: Number(score),
      maxScore: 3,
      type: '',
      title: '',
      durationSeconds: 0,
      response: null,
    },
  ]),
)

const chosen: Record<AttemptPolicy, number> = { best: 3, latest: 1, first: 2 }
for (const [policy, score] of Object.entries(chosen)) {
  test(`attempt policy ${policy} counts the attempt that its name says`, () => {
    const structure = collection('k', ['quiz'], policy as AttemptPolicy)
    const raw = { views: new Map(), attempts: new Map([['quiz', attempts]]), completedAt: undefined }
    assert.deepEqual(summarise(structure, 1, raw).scores.get('quiz'), { score, maxScore: 3 })
  })
}

test('what was required while the clock ran ahead completes nobody after it went back', () => {
  const [a, b, c] = [['a'], ['b'], ['c']].map((leaves) => collection('k', leaves))
  assert.ok(a !== undefined && b !== undefined && c !== undefined)
  const published = succeed(c, succeed(b, succeed(a, undefined, 10), 100), 50)
  const raw = { views: new Map([['b', ended(55)]]), attempts: new Map(), completedAt: undefined }
  assert.equal(summarise(published, 1, raw).completedAt, undefined)
})
