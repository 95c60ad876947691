import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { mergedAttemptId } from '../../codec/merged-attempt-id.ts'
import { attempt, enrolmentKey, viewFact, viewKey } from '../../stores/kit/histories.ts'
import { scoreAttempt, joinAttempts, type Attempt } from './attempt.ts'
import { joinEnrolments } from './enrolment.ts'
import { isId } from '../id.ts'
import { enrolmentId, joinIds, viewId, type ViewKey } from './key.ts'
import type { LearnerFacts } from './learner-facts.ts'
import { takeOver, type TakenOver } from './merged-learners.ts'
import { factRow, joinViews } from './view.ts'

/** What a learner has, as a store keeps it: by key, everything merged. */
class Rows {
  readonly userId: string
  readonly #rows = new Map<string, { readonly key: ViewKey; readonly attempt: Attempt }>()
  readonly #others = new Map<string, unknown>()

  constructor(userId: string, facts?: LearnerFacts) {
    this.userId = userId
    if (facts !== undefined) this.add(facts)
  }

  attempt(key: ViewKey, attemptId: string): Attempt | undefined {
    return this.#rows.get(viewId(key) + joinIds(attemptId))?.attempt
  }

  add({ views, attempts, enrolments, completions }: LearnerFacts): this {
    for (const { key, row } of views) this.#join(`view ${viewId(key)}`, row, joinViews)
    for (const { key, enrolment } of enrolments) this.#join(`enrolment ${enrolmentId(key)}`, enrolment, joinEnrolments)
    for (const { key, completedAt } of completions) this.#join(`completion ${enrolmentId(key)}`, completedAt, Math.min)
    for (const { key, attempt } of attempts) {
      const before = this.attempt(key, attempt.attemptId)
      const after = before === undefined ? attempt : joinAttempts(before, attempt)
      this.#rows.set(viewId(key) + joinIds(attempt.attemptId), { key, attempt: after })
    }
    return this
  }

  #join<T>(id: string, value: T, join: (a: T, b: T) => T): void {
    const before = this.#others.get(id) as T | undefined
    this.#others.set(id, before === undefined ? value : join(before, value))
  }

  /** Everything, in one order. */
  get all(): unknown {
    return { attempts: [...this.#rows].sort(byName), ...this.rest }
  }

  /** Everything but attempts. */
  get rest(): { readonly others: unknown } {
    return { others: [...this.#others].sort(byName) }
  }

  /** What was handed in, whatever it is called now. */
  get handedIn(): readonly string[] {
    const told = [...this.#rows.values()].map(({ key, attempt }) => handedIn(key, attempt))
    return [...new Set(told)].sort()
  }
}

function handedIn({ collectionId, contextId, contentId }: ViewKey, { submittedAt, answers }: Attempt): string {
  return JSON.stringify([collectionId, contextId, contentId, submittedAt, answers])
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** What one learner may have done; rows that meet under one key are merged already. */
function factsOf(userId: string): fc.Arbitrary<LearnerFacts> {
  const time = fc.integer({ min: 0, max: 20 })
  const enrolment = fc
    .record({ firstEnrolledAt: time, enrolledAt: time, unenrolledAt: fc.option(time) })
    .map((drawn) => ({ ...drawn }))
  const under = <V>(value: fc.Arbitrary<V>) =>
    fc.uniqueArray(fc.tuple(enrolmentKey, value), {
      selector: ([key]) => enrolmentId({ ...key, userId }),
      maxLength: 4,
    })
  const row = fc.tuple(viewKey, viewFact.map(factRow))
  const views = fc.uniqueArray(row, { selector: ([key]) => viewId({ ...key, userId }), maxLength: 6 })
  const attempts = fc.uniqueArray(fc.tuple(viewKey, attempt), {
    selector: ([key, { attemptId }]) => viewId({ ...key, userId }) + attemptId,
    maxLength: 6,
  })
  return fc.record({ views, attempts, enrolments: under(enrolment), completions: under(time) }).map((drawn) => ({
    userId,
    views: drawn.views.map(([key, row]) => ({ key: { ...key, userId }, row })),
    attempts: drawn.attempts.map(([key, attempt]) => ({ key: { ...key, userId }, attempt })),
    enrolments: drawn.enrolments.map(([key, enrolment]) => ({ key: { ...key, userId }, enrolment })),
    completions: drawn.completions.map(([key, completedAt]) => ({ key: { ...key, userId }, completedAt })),
    migrated: [],
  }))
}

function merge(into: Rows, from: LearnerFacts): TakenOver {
  const taken = takeOver(
    from,
    into.userId,
    (key, id) => into.attempt(key, id),
    (id) => mergedAttemptId(from.userId, id),
  )
  into.add(taken.facts)
  return taken
}

const RUNS = { numRuns: 2000 }

test('a merge loses nothing: every attempt of both is there, and every other row is the join of both', () => {
  fc.assert(
    fc.property(factsOf('asha'), factsOf('old'), (asha, old) => {
      const [both, alone] = [new Rows('asha', asha), new Rows('asha', asha).handedIn]
      const { facts } = merge(both, old)
      assert.deepEqual(both.handedIn, [...new Set([...alone, ...new Rows('old', old).handedIn])].sort())
      const others = { ...facts, attempts: [] }
      assert.deepEqual(both.rest, new Rows('asha', others).add(asha).rest)
    }),
    RUNS,
  )
})

test('merging once more changes nothing, and an account merged with itself is itself', () => {
  fc.assert(
    fc.property(factsOf('asha'), factsOf('old'), (asha, old) => {
      const both = new Rows('asha', asha)
      merge(both, old)
      const once = both.all
      merge(both, old)
      assert.deepEqual(both.all, once)
      const self = new Rows('asha', asha)
      assert.equal(merge(self, asha).counts.renamedAttempts, 0)
      assert.deepEqual(self.all, new Rows('asha', asha).all)
    }),
    RUNS,
  )
})

test('it does not matter which of two accounts is merged into which, nor which of three comes first', () => {
  const nameless = (rows: Rows): unknown => ({ handedIn: rows.handedIn, ...rows.rest })
  fc.assert(
    fc.property(factsOf('a'), factsOf('b'), factsOf('c'), (a, b, c) => {
      const together = (order: readonly LearnerFacts[]): unknown => {
        const rows = new Rows('c')
        for (const facts of order) merge(rows, facts)
        return nameless(rows)
      }
      const expected = together([a, b, c])
      for (const order of [
        [b, a, c],
        [c, b, a],
        [c, a, b],
      ]) {
        assert.deepEqual(together(order), expected)
      }
      // Beside what the learner has, two accounts do not get into each other's way: even the ids are the same.
      const [first, second] = [new Rows('c', c), new Rows('c', c)]
      const apart = (facts: LearnerFacts): LearnerFacts => ({
        ...facts,
        attempts: facts.attempts.filter(({ key, attempt }) =>
          first.attempt({ ...key, userId: 'c' }, attempt.attemptId),
        ),
      })
      for (const facts of [apart(a), apart(b)]) merge(first, facts)
      for (const facts of [apart(b), apart(a)]) merge(second, facts)
      assert.deepEqual(first.all, second.all)
    }),
    RUNS,
  )
})

const ROW: ViewKey = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1', contentId: 'quiz' }
const OLD = { ...ROW, userId: 'old' }
const EMPTY: LearnerFacts = { userId: 'old', views: [], attempts: [], enrolments: [], completions: [], migrated: [] }

test('an attempt whose id is taken gets another one, also where that was taken on purpose; the same attempt is one', () => {
  const renamed = mergedAttemptId('old', '1')
  const asha = { ...EMPTY, userId: 'asha', attempts: [{ key: ROW, attempt: scoreAttempt('1', 5, []) }] }
  const both = new Rows('asha', asha)
  const attempts = [scoreAttempt('1', 7, []), scoreAttempt(renamed, 8, [])].map((made) => ({ key: OLD, attempt: made }))
  const { counts } = merge(both, { ...EMPTY, attempts })
  assert.deepEqual(counts, { enrolments: 0, views: 0, attempts: 2, renamedAttempts: 2 })
  assert.equal(both.attempt(ROW, '1')?.submittedAt, 5)
  assert.equal(both.attempt(ROW, renamed)?.submittedAt, 7)
  assert.equal(both.attempt(ROW, mergedAttemptId('old', renamed))?.submittedAt, 8)
  const same = merge(both, { ...EMPTY, attempts: [{ key: OLD, attempt: scoreAttempt('1', 5, []) }] })
  assert.equal(same.counts.renamedAttempts, 0)
})

test('the new id of an attempt is an id, however long the former one is, and another for every learner', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), fc.string(), fc.string(), (id, a, b) => {
      const attemptId = Array.from(id).slice(0, 256).join('').replaceAll('\0', '_')
      assert.ok(isId(mergedAttemptId(a, attemptId)))
      assert.equal(mergedAttemptId(a, attemptId), mergedAttemptId(a, attemptId))
      assert.equal(mergedAttemptId(a, attemptId) === mergedAttemptId(b, attemptId), a === b)
    }),
  )
  assert.notEqual(mergedAttemptId('a', 'bc'), mergedAttemptId('ab', 'c'))
})
