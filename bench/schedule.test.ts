import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLate, LATE_MS, openLoop } from './schedule.ts'

test('request i is due at a time that the rate alone decides', () => {
  const { due, dueBy } = openLoop(2000, 100)
  assert.equal(due(0), 100)
  assert.equal(due(3), 101.5)
  assert.equal(dueBy(99.9), 0)
  assert.equal(dueBy(100), 1)
  assert.equal(dueBy(101.5), 4)
  assert.equal(dueBy(1100), 2001)
})

test('every request is due by the moment at which it is due', () => {
  const { due, dueBy } = openLoop(12_345, 7)
  for (let index = 0; index < 10_000; index += 37) assert.ok(dueBy(due(index) + 1e-6) >= index + 1)
})

test('waiting for a connection is not the fault of the loader, waiting with a free one is', () => {
  assert.equal(isLate(50, 10, 50), false)
  assert.equal(isLate(10 + LATE_MS / 2, 10, 3), false)
  assert.equal(isLate(10 + LATE_MS * 2, 10, 3), true)
})
