import assert from 'node:assert/strict'
import test from 'node:test'
import { expectedSummaries } from '../../test/support/demo-oracle.ts'
import { leavesOf } from './collections.ts'
import { makeSchool, periodEnd } from './school.ts'

const UNTIL = Date.UTC(2026, 5, 1)
const PERIOD_MS = 150 * 86_400_000

test('the same seed and end give the same school, another seed another one', () => {
  assert.deepEqual(makeSchool(7, UNTIL), makeSchool(7, UNTIL))
  assert.notDeepEqual(makeSchool(7, UNTIL).batches, makeSchool(8, UNTIL).batches)
})

test('200 learners are enrolled in three collections with five contexts', () => {
  const { learners, collections, contexts, enrolments } = makeSchool(7, UNTIL)
  assert.equal(new Set(learners).size, 200)
  assert.equal(collections.length, 3)
  assert.equal(contexts.length, 5)
  assert.deepEqual(new Set(contexts.map(({ kind }) => kind)), new Set(['batch', 'program', 'program-batch']))
  assert.deepEqual(new Set(enrolments.map(({ userId }) => userId)), new Set(learners))
  const places = new Set(contexts.map(({ collectionId, contextId }) => JSON.stringify([collectionId, contextId])))
  for (const { collectionId, contextId } of enrolments) {
    assert.ok(places.has(JSON.stringify([collectionId, contextId])))
  }
})

test('everything happens within the period and within the contexts', () => {
  const { contexts, enrolments, batches } = makeSchool(7, UNTIL)
  for (const { clientTime } of [...enrolments, ...batches.flat()]) {
    assert.ok(clientTime >= UNTIL - PERIOD_MS && clientTime < UNTIL)
  }
  for (const { startDate, endDate } of contexts) {
    assert.ok(Date.parse(startDate) < UNTIL - PERIOD_MS && Date.parse(endDate) > UNTIL)
  }
})

test('the period can be told from the start of a context', () => {
  const [context] = makeSchool(7, UNTIL).contexts
  assert.equal(periodEnd(context?.startDate ?? ''), UNTIL)
  assert.equal(periodEnd('tomorrow'), undefined)
})

test('about 5 % of the items come twice, some come out of order, and batches hold no more than asked', () => {
  const { batches } = makeSchool(7, UNTIL, 300)
  assert.ok(batches.every((items) => items.length <= 300))
  const items = batches.flat()
  const distinct = new Map(items.map((item) => [item.id, item]))
  const twice = items.length - distinct.size
  assert.ok(
    twice > distinct.size * 0.04 && twice < distinct.size * 0.06,
    `${String(twice)} of ${String(distinct.size)}`,
  )
  // The same id is the same item.
  for (const item of items) assert.equal(item, distinct.get(item.id))
  const backwards = items.filter((item, index) => item.clientTime < (items[index - 1]?.clientTime ?? 0))
  assert.ok(backwards.length > items.length * 0.04, `${String(backwards.length)} of ${String(items.length)}`)
  const started = new Set<string>()
  let overtaking = 0
  for (const { op, userId, collectionId, contextId, contentId } of items) {
    const view = JSON.stringify([userId, collectionId, contextId, contentId])
    if (op === 'start') started.add(view)
    else if (!started.has(view)) overtaking += 1
  }
  assert.ok(overtaking > 100, String(overtaking))
})

test('in every context some learners finish, some stall and some never start', () => {
  const school = makeSchool(7, UNTIL)
  for (const { collectionId, contextId } of school.contexts) {
    const there = expectedSummaries(school).filter(
      ({ key }) => key.collectionId === collectionId && key.contextId === contextId,
    )
    for (const status of [0, 1, 2]) {
      assert.ok(there.filter((summary) => summary.status === status).length >= 5, `${collectionId}: ${String(status)}`)
    }
  }
})

test('attempts have fractional scores, several attempts, answers given twice and submissions sent anew', () => {
  const items = makeSchool(7, UNTIL).batches.flat()
  const submissions = [...new Set(items)].filter((item) => item.op === 'assess')
  const events = submissions.flatMap((item) => item.assessments)
  assert.ok(events.some(({ edata }) => !Number.isInteger(edata.score)))
  assert.ok(events.every(({ edata }) => edata.score >= 0 && edata.score <= edata.item.maxscore))
  assert.ok(submissions.some(({ assessments }) => assessments.length > questionsOf(assessments)))
  const byAttempt = Map.groupBy(submissions, (item) => item.attemptId)
  assert.ok([...byAttempt.values()].some((same) => same.length > 1))
  assert.ok([...byAttempt.keys()].some((id) => id.endsWith(':3')))
})

test('the collection of our own has an optional content, an optional unit and two quizzes', () => {
  const [science] = makeSchool(7, UNTIL).collections
  assert.ok(science !== undefined)
  const leaves = leavesOf(science)
  assert.equal(leaves.length, 12)
  assert.equal(leaves.filter((leaf) => leaf.required).length, 8)
  assert.deepEqual(
    leaves.map((leaf) => leaf.questions).filter((questions) => questions !== undefined),
    [5, 4],
  )
})

function questionsOf(events: readonly { readonly edata: { readonly item: { readonly id: string } } }[]): number {
  return new Set(events.map(({ edata }) => edata.item.id)).size
}
