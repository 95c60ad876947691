import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram } from './histogram.ts'

test('a quantile is known to three digits, from microseconds to minutes', () => {
  for (const milliseconds of [0.001, 0.4, 1.023, 1.024, 7.77, 123.4, 9_999, 120_000]) {
    const histogram = new Histogram()
    histogram.add(milliseconds)
    histogram.add(milliseconds * 3)
    const found = histogram.quantile(0.5)
    assert.ok(found >= milliseconds && found <= milliseconds * 1.002, `${String(milliseconds)}: ${String(found)}`)
  }
})

test('quantiles follow the ranks of what was added, in whatever order', () => {
  const histogram = new Histogram()
  for (let value = 1000; value >= 1; value -= 1) histogram.add(value)
  assert.equal(histogram.count, 1000)
  assert.ok(Math.abs(histogram.quantile(0.5) - 500) <= 1)
  assert.ok(Math.abs(histogram.quantile(0.99) - 990) <= 2)
  assert.equal(histogram.quantile(1), 1000)
})

test('no quantile exceeds the greatest time, and without times all are 0', () => {
  const histogram = new Histogram()
  assert.equal(histogram.quantile(0.99), 0)
  histogram.add(5.001)
  assert.equal(histogram.quantile(0.999), 5.001)
})
