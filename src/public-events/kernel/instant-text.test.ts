import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantText, readInstant } from './instant-text.ts'

test('instants are written as Python writes them', () => {
  const written = (text: string): string => instantText(Temporal.Instant.from(text))
  assert.equal(written('2026-11-21T17:48:32Z'), '2026-11-21T17:48:32+00:00')
  assert.equal(written('2026-11-21T17:48:32.12Z'), '2026-11-21T17:48:32.120000+00:00')
  assert.equal(written('1969-12-31T23:59:59.999999Z'), '1969-12-31T23:59:59.999999+00:00')
  assert.equal(written('0001-01-01T00:00:00.000001Z'), '0001-01-01T00:00:00.000001+00:00')
})

test('any instant is written like one of six digits, and read back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_000_000n }), (micros) => {
      const instant = Temporal.Instant.fromEpochNanoseconds(micros * 1000n)
      const digits = micros % 1_000_000n === 0n ? 0 : 6
      const text = instantText(instant)
      assert.equal(text, instant.toString({ fractionalSecondDigits: digits }).replace('Z', '+00:00'))
      assert.equal(readInstant(text)?.equals(instant), true)
    }),
  )
})

test('instants are read in any offset, cut to microseconds; what has none, or no year of four digits, is not', () => {
  assert.equal(readInstant('2026-11-21T17:48:32.1234567+05:30')?.toString(), '2026-11-21T12:18:32.123456Z')
  for (const text of ['2026-11-21T17:48:32', '2026-11-21', '', '+010000-01-01T00:00:00Z', '0000-12-31T23:59:59Z']) {
    assert.equal(readInstant(text), undefined, text)
  }
})
