import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { exceedsDepth, parseJson, readText } from './json-body.ts'
import { WaymarkError } from '../domain/errors.ts'

/** How deep a value nests: a scalar 0, a list or object one more than its deepest part. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** JSON whose texts and names are full of what nesting is written with. */
const nested = fc.letrec((tie) => {
  const text = fc.oneof(fc.string(), fc.constantFrom('[', '{', '"', '\\', '\\"', '"[[', ']}"'))
  return {
    value: fc.oneof(
      { maxDepth: 8, withCrossShrink: true },
      fc.oneof(text, fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  }
}).value

test('the depth of JSON text is that of the value that it stands for', () => {
  fc.assert(
    fc.property(nested, fc.nat(10), fc.constantFrom(undefined, 1, '\t'), (value, depthMax, space) => {
      assert.equal(exceedsDepth(JSON.stringify(value, undefined, space), depthMax), depthOf(value) > depthMax)
    }),
    { numRuns: 500 },
  )
})

test('text that parses is never deeper than what was allowed, whatever the text', () => {
  const piece = fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', '1', 'a', ' ', '"a":', '\\"', '\\u0022')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(3), (pieces, depthMax) => {
      let value: unknown
      try {
        value = parseJson(pieces.join(''), depthMax)
      } catch (error) {
        assert.ok(error instanceof WaymarkError)
        return
      }
      assert.ok(depthOf(value) <= depthMax)
    }),
    { numRuns: 2000 },
  )
})

test('a million levels are found too deep without exhausting the stack', () => {
  for (const open of ['[', '{"a":', '[{"a":']) {
    assert.equal(exceedsDepth(open.repeat(1_000_000), 64), true)
    assert.throws(() => parseJson(open.repeat(1_000_000), 64), { code: 'JSON_TOO_DEEP' })
  }
  assert.equal(exceedsDepth(`"${'['.repeat(1_000_000)}"`, 1), false)
  assert.throws(() => parseJson(']'.repeat(1_000_000) + '['.repeat(1_000_000), 64), { code: 'INVALID_JSON' })
})

test('bytes are read as UTF-8 exactly, or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (array) => {
      const bytes = Buffer.from(array)
      try {
        assert.deepEqual(Buffer.from(readText(bytes)), bytes)
      } catch (error) {
        assert.ok(error instanceof WaymarkError && error.code === 'INVALID_JSON')
        assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
      }
    }),
    { numRuns: 1000 },
  )
})
