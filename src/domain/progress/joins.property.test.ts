import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { attempt } from '../../stores/kit/histories.ts'
import { joinAttempts } from './attempt.ts'
import { joinEnrolments, type Enrolment } from './enrolment.ts'
import { joinViews, viewCompletedAt, viewProgress, viewStatus, type ViewRow } from './view.ts'

const time = fc.integer({ min: 0, max: 20 })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)

const viewRow: fc.Arbitrary<ViewRow> = fc
  .record({
    startedAt: maybe(time),
    completedAt: maybe(time),
    lastAccessAt: time,
    progress: fc.integer({ min: 0, max: 100 }),
    timespentSeconds: fc.integer({ min: 0, max: 100 }),
    noted: maybe(fc.record({ details: fc.constantFrom('{}', '"\u{1F600}"', '"\uFFFD"', '"a"'), detailsAt: time })),
  })
  .map(({ noted, ...row }) => ({ ...row, details: noted?.details ?? null, detailsAt: noted?.detailsAt ?? null }))

const enrolment: fc.Arbitrary<Enrolment> = fc
  .record({ firstEnrolledAt: time, enrolledAt: time, unenrolledAt: maybe(time) })
  .map((record) => ({ ...record }))

/** Associative, commutative, idempotent: then any order with any duplicates comes to the same (invariant 4). */
function isJoin<T>(name: string, values: fc.Arbitrary<T>, join: (a: T, b: T) => T): void {
  test(`${name} merge in any order, with duplicates, to the same`, () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        assert.deepEqual(join(a, join(b, c)), join(join(a, b), c))
        assert.deepEqual(join(a, b), join(b, a))
        assert.deepEqual(join(a, a), a)
      }),
      { numRuns: 2000 },
    )
  })
}

isJoin('view rows', viewRow, joinViews)
isJoin('enrolments', enrolment, joinEnrolments)
isJoin(
  'submissions of one attempt',
  attempt.map((submission) => ({ ...submission, attemptId: '1' })),
  joinAttempts,
)

test('merging more never lowers a status or a progress, and moves a completion only to an earlier time', () => {
  fc.assert(
    fc.property(viewRow, viewRow, (a, b) => {
      const joined = joinViews(a, b)
      assert.ok(viewStatus(joined) >= viewStatus(a))
      assert.ok(viewProgress(joined) >= viewProgress(a))
      const [before, after] = [viewCompletedAt(a), viewCompletedAt(joined)]
      if (before !== null) assert.ok(after !== null && after <= before)
    }),
    { numRuns: 2000 },
  )
})

test('a view is never completed before it was started', () => {
  fc.assert(
    fc.property(viewRow, (row) => {
      const completedAt = viewCompletedAt(row)
      assert.ok(completedAt === null || (row.startedAt !== null && completedAt >= row.startedAt))
    }),
  )
})
