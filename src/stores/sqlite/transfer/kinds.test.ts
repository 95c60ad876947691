import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { SCHEMA } from '../schema.ts'
import { KINDS, UNTOLD } from './kinds.ts'

const database = new DatabaseSync(':memory:')
database.exec(SCHEMA)
const all = (sql: string): readonly Record<string, unknown>[] => database.prepare(sql).all()
const TYPES = { text: 'TEXT', integer: 'INTEGER', real: 'REAL', bytes: 'BLOB' }

test('every table of the schema is a kind of an export, or known to be none', () => {
  const tables = all("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => String(name))
  assert.deepEqual([...KINDS.map(({ table }) => table), ...UNTOLD].sort(), tables.sort())
})

for (const { name, table, columns, fields } of KINDS) {
  test(`${name} tell every column of table ${table}, with its type`, () => {
    const found = all(`PRAGMA table_xinfo(${table})`)
    assert.deepEqual([...columns].sort(), found.map((column) => String(column['name'])).sort())
    // That of the counters is SQLite's own, and has no types.
    if (table === 'sqlite_sequence') return
    for (const field of fields) {
      const column = found.find((one) => one['name'] === field.column)
      assert.deepEqual([field.column, TYPES[field.type]], [field.column, column?.['type']])
      const nullable = column?.['notnull'] === 0 && column['pk'] === 0
      assert.deepEqual([field.column, field.optional], [field.column, nullable])
    }
  })
}

test('no two kinds share a file, and no two fields of a line a name', () => {
  assert.equal(new Set(KINDS.map(({ file }) => file)).size, KINDS.length)
  for (const { lineFields } of KINDS) assert.equal(new Set(lineFields.map(({ name }) => name)).size, lineFields.length)
})

for (const { name, table, select, insert } of KINDS) {
  test(`${name} are read without sorting, and written without searching a whole table`, () => {
    const plan = (sql: string): string =>
      all(`EXPLAIN QUERY PLAN ${sql}`)
        .map(({ detail }) => String(detail))
        .join('\n')
    // There are as many of these as there are tables that count.
    if (table !== 'sqlite_sequence') assert.doesNotMatch(plan(select), /TEMP B-TREE/)
    assert.doesNotMatch(plan(insert), /SCAN/)
  })
}
