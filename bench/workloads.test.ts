import assert from 'node:assert/strict'
import { test } from 'node:test'
import { group } from './groups.ts'
import { batchFacts, BATCH_ITEMS, OFFLINE_LEAVES, offlineOutcome } from './offline.ts'
import { anyUpdate, workloadOf } from './workloads.ts'

test('request i of a seed is always the same, and differs between seeds', () => {
  const load = { kind: 'update', group: group('g', 1000, 50), seed: 1 } as const
  assert.deepEqual(workloadOf(load).request(42), workloadOf(load).request(42))
  assert.notDeepEqual(workloadOf(load).request(42), workloadOf({ ...load, seed: 2 }).request(42))
})

test('updates are spread evenly over learners and contents', () => {
  const spread = group('g', 10, 5)
  const counts = new Map<string, number>()
  for (let index = 0; index < 10_000; index += 1) {
    const { learner, leaf, progress } = anyUpdate(spread, 7, index)
    assert.ok(progress < 100)
    counts.set(`${String(learner)} ${String(leaf)}`, (counts.get(`${String(learner)} ${String(leaf)}`) ?? 0) + 1)
  }
  assert.equal(counts.size, 50)
  for (const [key, count] of counts) assert.ok(count > 120 && count < 280, `${key}: ${String(count)}`)
})

test('two batches hold every fact of a learner, five of each twice, two late', () => {
  const [first, second] = [batchFacts(3, 8), batchFacts(3, 9)]
  assert.deepEqual([first.learner, second.learner], [4, 4])
  assert.deepEqual([first.facts.length, second.facts.length], [BATCH_ITEMS, BATCH_ITEMS])
  const times = (facts: typeof first.facts) => new Set(facts.map(({ at }) => at))
  assert.deepEqual([times(first.facts).size, times(second.facts).size], [95, 95])
  assert.equal(times([...first.facts, ...second.facts]).size, OFFLINE_LEAVES * 10)
  const ends = [...first.facts, ...second.facts].filter(({ op, leaf }) => op === 'end' && leaf === 3)
  assert.ok(ends.every(({ at }) => at === offlineOutcome(3).completedAt))
})
