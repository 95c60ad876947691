import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compareText, ID_CHARACTERS_MAX, isId } from './id.ts'

/** Any text of UTF-16 units, well-formed or not, with the interesting ones often. */
const units = fc
  .array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0x20, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff)), {
    maxLength: 8,
  })
  .map((codes) => String.fromCharCode(...codes))

/** Well-formed texts that share beginnings, around the places where UTF-16 and UTF-8 differ in order. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', '\u007f', '\u0080', '\u07ff', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.join('').toWellFormed())

test('an id is 1 to 256 characters, well-formed and without NUL', () => {
  fc.assert(
    fc.property(units, fc.constantFrom(1, 32, 64, 256), (part, times) => {
      const id = part.repeat(times)
      const characters = Array.from(id)
      const wellFormed = characters.every((character) => !/^[\ud800-\udfff]$/.test(character) && character !== '\0')
      assert.equal(isId(id), wellFormed && characters.length >= 1 && characters.length <= ID_CHARACTERS_MAX)
    }),
    { numRuns: 500 },
  )
})

test('the length of an id is counted in characters, not in units', () => {
  for (const character of ['a', 'த', '\uffff', '😀', '\u{10ffff}']) {
    assert.equal(isId(character.repeat(256)), true, character)
    assert.equal(isId(character.repeat(257)), false, character)
  }
  assert.equal(isId(`${'😀'.repeat(255)}a`), true)
  assert.equal(isId(`${'😀'.repeat(255)}ab`), false)
  assert.equal(isId(''), false)
  assert.equal(isId('a'.repeat(8_000_000)), false)
})

test('texts are ordered as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 2000 },
  )
})

test('the order of any texts is total', () => {
  fc.assert(
    fc.property(units, units, units, (a, b, c) => {
      assert.equal(compareText(a, b) === 0, a === b)
      assert.equal(Math.sign(compareText(a, b)), -Math.sign(compareText(b, a)) + 0)
      if (compareText(a, b) <= 0 && compareText(b, c) <= 0) assert.ok(compareText(a, c) <= 0)
    }),
    { numRuns: 1000 },
  )
})
