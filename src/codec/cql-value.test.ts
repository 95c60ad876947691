import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCqlBoolean, readCqlInstant, readCqlNumber } from './cql-scalar.ts'
import { cqlFromJson, CqlError, readCqlValue } from './cql-value.ts'
import { readJsonLines } from './json-lines.ts'

test('maps, lists, sets and user types of cqlsh are read, with fields that are null', () => {
  assert.deepEqual(
    readCqlValue("{'a': 1, 'it''s': 2}"),
    new Map([
      ['a', '1'],
      ["it's", '2'],
    ]),
  )
  assert.deepEqual(readCqlValue("['x', 'y, z']"), ['x', 'y, z'])
  assert.deepEqual(readCqlValue('{1, 2}'), ['1', '2'])
  assert.deepEqual(readCqlValue("('a', 1)"), ['a', '1'])
  assert.deepEqual(readCqlValue('{}'), new Map())
  const [question] = readCqlValue(
    "[{id: 'q1', max_score: 1.0, title: , type: null, assess_ts: 2021-06-23 05:37:40+0000}]",
  ) as unknown[]
  assert.deepEqual(
    question,
    new Map<string, string | null>([
      ['id', 'q1'],
      ['max_score', '1.0'],
      ['title', null],
      ['type', null],
      ['assess_ts', '2021-06-23 05:37:40+0000'],
    ]),
  )
})

test('a collection that is not whole is refused, with the place', () => {
  for (const text of ["{'a': 1", "['x'", "{'a' 1}", "{'a': 1, 'a': 2}", "['x'] y", "{'a", '[a"b]']) {
    assert.throws(() => readCqlValue(text), CqlError, text)
  }
})

test('JSON gives the same values', () => {
  assert.deepEqual(
    cqlFromJson({ a: 1, b: [true, null, 'x'] }),
    new Map<string, unknown>([
      ['a', '1'],
      ['b', ['true', null, 'x']],
    ]),
  )
})

test('every form in which a moment was written names the same moment', () => {
  const at = Date.UTC(2021, 5, 23, 5, 37, 40, 575)
  for (const text of [
    '2021-06-23 05:37:40.575000+0000',
    '2021-06-23 05:37:40.575+0000',
    '2021-06-23 05:37:40:575+0000',
    '2021-06-23T05:37:40.575Z',
    '2021-06-23 11:07:40.575+05:30',
    '1624426660575',
  ]) {
    assert.equal(readCqlInstant(text), at, text)
  }
  assert.equal(readCqlInstant('2021-06-23 05:37:40+0000'), at - 575)
  for (const text of [
    '',
    '2021-06-23',
    '2021-06-23 05:37:40',
    '2021-02-30 05:37:40+0000',
    'Jun 23, 2021, 5:37:40 AM',
  ]) {
    assert.equal(readCqlInstant(text), undefined, text)
  }
})

test('numbers and booleans are read in the forms of cqlsh, and nothing else is', () => {
  assert.deepEqual(['1', '0.33', '1e-05', '-2'].map(readCqlNumber), [1, 0.33, 0.00001, -2])
  assert.deepEqual(['', 'NaN', 'Infinity', '0x1', '1,000', '1e999'].map(readCqlNumber), Array(6).fill(undefined))
  assert.deepEqual(['True', 'false', '1'].map(readCqlBoolean), [true, false, undefined])
})

test('JSON lines: a broken line is a fault of that line alone', async () => {
  const file = Buffer.from('{"a":1}\n{"a":\n\nnope\n{"a":2}')
  assert.deepEqual(await Array.fromAsync(readJsonLines([file], 100)), [
    { line: 1, value: { a: 1 } },
    { line: 2, fault: 'the line is not JSON' },
    { line: 4, fault: 'the line is not JSON' },
    { line: 5, value: { a: 2 } },
  ])
  const cut = Buffer.from('{"a":1}\n{"a":')
  assert.deepEqual((await Array.fromAsync(readJsonLines([cut], 100))).at(1), {
    line: 2,
    fault: 'the file ends within this line',
  })
})
