/** What an export says of one table: a file of lines, and how its rows are read and written. */
import type { Field } from './line.ts'

/** Rows of another table that a row refers to by a number, which means nothing outside of the store: by their names. */
export interface Reference {
  readonly table: string
  /** The number, which is called the same in both tables. */
  readonly number: string
  readonly fields: readonly Field[]
}

export interface KindDefinition {
  readonly name: string
  /** What one line is, for the documentation. */
  readonly holds: string
  readonly table: string
  readonly fields: readonly Field[]
  /** Columns that the rows are sorted by: always the same, and such that no sorting is needed to read them. */
  readonly order: string
  /** The number that rows have in the order of the file and that others refer to them by. It is given anew. */
  readonly numbered?: string
  readonly refers?: readonly Reference[]
  /** Rows that are exported; all where it is left out. */
  readonly where?: string
  /** What is run before the first row is written. */
  readonly before?: string
  /** Whether a store has such rows though nothing was recorded in it. */
  readonly always?: boolean
  /** The first schema with this kind, where an older one may lack it. */
  readonly since?: number
}

export interface Kind extends KindDefinition {
  readonly file: string
  /** All fields of a line, those of what it refers to first. */
  readonly lineFields: readonly Field[]
  /** Columns of the table that lines tell, or that are given anew. */
  readonly columns: readonly string[]
  readonly count: string
  readonly select: string
  /** Takes the fields of a line in their order. Changes nothing where what the row refers to is not there. */
  readonly insert: string
}

/** A kind with its statements. */
export function kindOf(definition: KindDefinition): Kind {
  const { name, table, fields, numbered, refers = [] } = definition
  const lineFields = distinct([...refers.flatMap((reference) => reference.fields), ...fields])
  const numbers = refers.map(({ number }) => number)
  const own = fields.map(({ column }) => column)
  return {
    ...definition,
    file: `${name}.jsonl`,
    lineFields,
    columns: [...(numbered === undefined ? [] : [numbered]), ...numbers, ...own],
    count: `SELECT count(*) AS n FROM ${table}${whereOf(definition)}`,
    select: selectOf(definition, lineFields),
    insert: insertOf(definition, lineFields),
  }
}

/** A learner may be named by two of the rows that are referred to: it stands once in a line. */
function distinct(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ name }, index) => fields.findIndex((other) => other.name === name) === index)
}

function whereOf({ where }: KindDefinition): string {
  return where === undefined ? '' : ` WHERE ${where}`
}

function selectOf(definition: KindDefinition, lineFields: readonly Field[]): string {
  const { table, fields, order, refers = [] } = definition
  const columns = lineFields.map((field) => {
    const of = fields.includes(field) ? table : refers.find((one) => one.fields.includes(field))?.table
    return `${of ?? table}.${field.column}`
  })
  // A cross join is done in the order in which it is written, so that rows come sorted as they lie in the table.
  const joins = refers.map((one) => ` CROSS JOIN ${one.table} USING (${one.number})`).join('')
  const by = order.split(', ').map((column) => `${table}.${column}`)
  return `SELECT ${columns.join(', ')} FROM ${table}${joins}${whereOf(definition)} ORDER BY ${by.join(', ')}`
}

function insertOf({ table, fields, refers = [] }: KindDefinition, lineFields: readonly Field[]): string {
  const place = (field: Field): string => `?${String(lineFields.findIndex(({ name }) => name === field.name) + 1)}`
  const columns = [...refers.map(({ number }) => number), ...fields.map(({ column }) => column)]
  const into = `INSERT INTO ${table} (${columns.join(', ')})`
  if (refers.length === 0) return `${into} VALUES (${fields.map(place).join(', ')})`
  const values = [...refers.map((one) => `${one.table}.${one.number}`), ...fields.map(place)]
  const found = refers.flatMap((one) => one.fields.map((field) => `${one.table}.${field.column} = ${place(field)}`))
  return `${into} SELECT ${values.join(', ')} FROM ${refers.map((one) => one.table).join(', ')} WHERE ${found.join(' AND ')}`
}
