import assert from 'node:assert/strict'
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite'
import test from 'node:test'
import fc from 'fast-check'
import { LineFault, lineReader, lineWriter, type Field } from './line.ts'

const FIELDS: readonly Field[] = [
  { name: 'id', column: 'a', type: 'text', optional: false },
  { name: '__proto__', column: 'b', type: 'text', optional: true },
  { name: 'at', column: 'c', type: 'integer', optional: true },
  { name: 'score', column: 'd', type: 'real', optional: true },
  { name: 'body', column: 'e', type: 'bytes', optional: true },
]
const [write, read] = [lineWriter(FIELDS), lineReader(FIELDS)]

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\n', '\r', '\0', '"', '\\', '\u0085', '\u2028', '\u2029', '\uFEFF', '😀') }),
  fc.constantFrom('__proto__', '{"b": 1, "a":2 ,"1":3}', '\\ud800'),
)
const real = fc.double({ noNaN: true }).map((number) => (number === 0 ? 0 : number))
const row = fc.tuple(
  text,
  fc.option(text),
  fc.option(fc.maxSafeInteger()),
  fc.option(real),
  fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
)

test('a row comes back from its line as it was, through a table too, and gives the same line again', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE t (a TEXT NOT NULL, b TEXT, c INTEGER, d REAL, e BLOB) STRICT')
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?)')
  const select = database.prepare('SELECT * FROM t ORDER BY rowid DESC LIMIT 1')
  select.setReturnArrays(true)
  const check = (values: (SQLInputValue & SQLOutputValue)[]): void => {
    const line = write(values)
    assert.doesNotMatch(line, /[\n\r\u0085\u2028\u2029]/)
    assert.deepEqual(read(line), values)
    insert.run(...read(line))
    // So it is set: a row is an array.
    const stored = select.get() as unknown as SQLOutputValue[]
    assert.equal(write(stored), line)
  }
  fc.assert(fc.property(row, check), { numRuns: 500 })
})

const GOOD = '{"id":"a","__proto__":null,"at":1,"score":0.5,"body":"AQ=="}'

test('a line that is not of its kind is refused with the field, and nothing of it is quoted', () => {
  assert.doesNotThrow(() => read(GOOD))
  const WRONG: readonly (readonly [from: string, to: string, said: RegExp])[] = [
    ['"a"', '"\\ud800"', /field id must be text without halves of characters/],
    ['"a"', 'null', /field id must be text/],
    ['"a"', '7', /field id must be text/],
    [':1,', ':1.5,', /field at must be a whole number or null/],
    [':1,', ':9007199254740993,', /field at must be a whole number/],
    [':0.5', ':"0.5"', /field score must be a number/],
    ['AQ==', 'AQ', /field body must be base64/],
    ['AQ==', 'A Q==', /field body must be base64/],
    ['"at":1,', '', /field at is missing/],
    ['"__proto__":null,', '', /field __proto__ is missing/],
    ['"at"', '"secret"', /it has a field that this kind has not/],
    [GOOD, '[1]', /it is no JSON object/],
    [GOOD, 'null', /it is no JSON object/],
    ['}', '', /it is not JSON/],
    [GOOD, '', /it is not JSON/],
  ]
  for (const [from, to, said] of WRONG) {
    assert.throws(
      () => read(GOOD.replace(from, to)),
      (error: unknown) => error instanceof LineFault && said.test(error.message),
      `${from} ${to}`,
    )
  }
})

test('what is larger than any number is written so that it is read as that', () => {
  const line = write(['a', null, null, Infinity, null])
  assert.match(line, /"score":1e999/)
  assert.deepEqual(read(line), ['a', null, null, Infinity, null])
})
