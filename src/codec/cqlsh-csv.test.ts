import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cqlLiteral, cqlshRow } from '../../test/support/cqlsh-writer.ts'
import { CqlError, readCqlValue, type CqlValue } from './cql-value.ts'
import { tellBackslashes } from './cqlsh-backslashes.ts'
import { readCqlshCsv, type Backslashes, type CsvRow } from './cqlsh-csv.ts'

const ROW_MAX = 1000

function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

async function read(file: string | Uint8Array, backslashes: Backslashes = 'once', size = 7): Promise<CsvRow[]> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file
  return Array.fromAsync(readCqlshCsv(chunksOf(bytes, size), { backslashes, rowBytesMax: ROW_MAX }))
}

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '\n', '\r', "'", 'n', 'x', '0', '\u00A0', '\0', ' '),
    maxLength: 12,
  }),
)
const rows = fc.array(fc.array(texts, { minLength: 2, maxLength: 4 }), { maxLength: 5 })

test('what cqlsh writes is read back, however the bytes come in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.constantFrom('once', 'twice'),
      fc.integer({ min: 1, max: 40 }),
      async (written, how, size) => {
        const file = written.map((row) => cqlshRow(row, how)).join('')
        const expected = written.map((cells, index) => ({ line: index + 1, cells }))
        assert.deepEqual(await read(file, how, size), expected)
      },
    ),
  )
})

test('collections and user types come back as they were written', () => {
  const { value } = fc.letrec<{ value: CqlValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      texts,
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(texts, tie('value'), { minKeys: 1, maxKeys: 3 }).map((map) => new Map(Object.entries(map))),
    ),
  }))
  fc.assert(fc.property(value, (written) => assert.deepEqual(readCqlValue(cqlLiteral(written)), written)))
})

test('any bytes give rows and faults, each line told of at most once, and nothing is thrown', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .string({ unit: fc.constantFrom('"', '\\', ',', '\n', '\r', 'a'), maxLength: 300 })
      .map((text) => Buffer.from(text)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom('once', 'twice'), async (file, how) => {
      const lines = (await read(file, how)).map((row) => row.line)
      assert.deepEqual(
        lines,
        [...new Set(lines)].sort((a, b) => a - b),
      )
    }),
  )
})

test('any text is a value of Cassandra or an error that says where', () => {
  const text = fc.string({
    unit: fc.constantFrom('{', '}', '[', ']', '(', ')', ':', ',', "'", '"', ' ', 'a'),
    maxLength: 60,
  })
  fc.assert(
    fc.property(text, (literal) => {
      try {
        readCqlValue(literal)
      } catch (error) {
        assert.ok(error instanceof CqlError)
      }
    }),
  )
  assert.throws(() => readCqlValue('['.repeat(100_000)), CqlError)
})

test('a damaged row is refused with its line and reason, and the rows after it are read', async () => {
  const good = 'a,b\n'
  const damaged: readonly (readonly [string, string])[] = [
    ['"x"y,b\n', 'text follows a closing quote'],
    ['x"y,b\n', 'a quote stands in a value that is not quoted'],
    ['x,y\\\n', 'a line ends with a single backslash'],
    ['"x,b\n', 'text follows a closing quote'],
    [`${'x'.repeat(ROW_MAX)},b\n`, 'the line is longer than 1000 bytes'],
  ]
  for (const [row, fault] of damaged) {
    const after = row === '"x,b\n' ? '"a",b\n' : good
    assert.deepEqual(await read(good + row + after), [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, fault },
      { line: 3, cells: ['a', 'b'] },
    ])
  }
  assert.deepEqual(await read(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a])), [
    { line: 1, fault: 'the line is not UTF-8' },
    { line: 2, cells: ['b'] },
  ])
})

test('a file that was cut off says so at its last row', async () => {
  const cut = 'the file ends within this row; if the row is whole, add a line end'
  assert.deepEqual(await read('a,b\nc,1'), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, fault: cut },
  ])
  assert.deepEqual(await read('a,b\n"c,d\ne,f\n'), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, fault: 'the file ends within a quoted value' },
    { line: 3, cells: ['e', 'f'] },
  ])
})

test('line ends in quotes belong to the value, and rows keep the numbers of their first lines', async () => {
  assert.deepEqual(await read('\uFEFFa,"b\r\nc"\r\n\r\nd,"e""f"\n'), [
    { line: 1, cells: ['a', 'b\r\nc'] },
    { line: 4, cells: ['d', 'e"f'] },
  ])
})

test('a quote that is never closed costs no more than its row may hold, and no more time than the file is long', async () => {
  const lines = `"open\n${'b,c\n'.repeat(200_000)}`
  const result = await read(lines, 'once', 65_536)
  assert.deepEqual(result[0], { line: 1, fault: 'a quote is not closed within 1000 bytes' })
  assert.equal(result.length, 200_001)
})

test('how often backslashes were doubled is told from the file itself', async () => {
  const json = JSON.stringify({ text: 'a "quoted", word' })
  const told = (row: readonly string[], how: Backslashes, size = 3): Promise<Backslashes | undefined> =>
    tellBackslashes(chunksOf(Buffer.from(cqlshRow(row, how)), size))
  for (const how of ['once', 'twice'] as const) assert.equal(await told(['u1', json], how), how)
  assert.equal(await told(['a, "b"', 'c'], 'once'), undefined)
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (written, size) => {
      for (const row of written) assert.notEqual(await told(row, 'twice', size), 'once')
    }),
  )
})

test('a file that does not tell how its backslashes were doubled reads the same either way', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (written) => {
      const file = Buffer.from(written.map((row) => cqlshRow(row, 'once')).join(''))
      if ((await tellBackslashes([file])) === undefined)
        assert.deepEqual(await read(file, 'twice'), await read(file, 'once'))
    }),
  )
})
