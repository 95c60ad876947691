/** Reads a file of a table, row by row: facts, or refusals with line, column and reason. */
import { cqlFromJson, CqlError, type CqlValue } from '../../codec/cql-value.ts'
import { readCqlshCsv, type CqlshCsvOptions } from '../../codec/cqlsh-csv.ts'
import { readJsonLines } from '../../codec/json-lines.ts'
import { ExportRow, RowFault } from './export-row.ts'
import type { ImportRules, Note, Table } from './table.ts'

/** A row's facts. `line` is that on which the row begins, from 1. */
export interface RowTaken<T> {
  readonly line: number
  readonly value: T
  readonly notes: readonly Note[]
}

export interface RowRefused {
  readonly line: number
  /** Undefined where the row could not be read at all. */
  readonly column: string | undefined
  readonly reason: string
}

export type Reading<T> = RowTaken<T> | RowRefused

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/**
 * Reads CSV of cqlsh. The first line names the columns (`COPY … WITH HEADER = true`); columns that are not known are
 * ignored. A file without the columns that matter is refused at its first line, and nothing of it is read.
 * @param options with the text that stands for nothing (`WITH NULL`), where that is not the empty one.
 */
export async function* readCsvTable<T>(
  chunks: Chunks,
  table: Table<T>,
  rules: ImportRules,
  options: CqlshCsvOptions & { readonly nullText?: string },
): AsyncGenerator<Reading<T>> {
  let header: readonly string[] | undefined
  for await (const row of readCqlshCsv(chunks, options)) {
    if ('fault' in row) {
      yield { line: row.line, column: undefined, reason: row.fault }
      if (header === undefined) return
    } else if (header === undefined) {
      header = row.cells.map((cell) => cell.trim().toLowerCase())
      const refused = headerRefused(header, table)
      if (refused !== undefined) {
        yield { line: row.line, ...refused }
        return
      }
    } else {
      const cells = row.cells.map((cell) => (cell === options.nullText ? null : cell))
      yield readCells(row.line, cells, header, table, rules)
    }
  }
}

/** Reads JSON lines, one object for each row. Column names are those of the table. */
export async function* readJsonTable<T>(
  chunks: Chunks,
  table: Table<T>,
  rules: ImportRules,
  rowBytesMax: number,
): AsyncGenerator<Reading<T>> {
  for await (const row of readJsonLines(chunks, rowBytesMax)) {
    if ('fault' in row) yield { line: row.line, column: undefined, reason: row.fault }
    else yield readObject(row.line, row.value, table, rules)
  }
}

function headerRefused(header: readonly string[], table: Table<unknown>): Omit<RowRefused, 'line'> | undefined {
  const twice = header.find((column, index) => header.indexOf(column) !== index)
  if (twice !== undefined) return { column: twice, reason: 'the first line names this column twice' }
  const missing = table.columns.find((names) => !names.some((name) => header.includes(name)))
  if (missing === undefined) return undefined
  return {
    column: missing.join(' or '),
    reason: `the first line must name the columns of ${table.name} (COPY … WITH HEADER = true), and does not name this one`,
  }
}

function readCells<T>(
  line: number,
  cells: readonly (string | null)[],
  header: readonly string[],
  table: Table<T>,
  rules: ImportRules,
): Reading<T> {
  if (cells.length !== header.length) {
    const reason = `the row has ${String(cells.length)} values, the first line ${String(header.length)} columns`
    return { line, column: undefined, reason }
  }
  return readRow(line, new Map(header.map((column, index) => [column, cells[index] ?? null])), table, rules)
}

function readObject<T>(line: number, json: unknown, table: Table<T>, rules: ImportRules): Reading<T> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { line, column: undefined, reason: 'the line is no JSON object' }
  }
  const cells = new Map<string, CqlValue>()
  for (const [column, value] of Object.entries(json)) {
    try {
      cells.set(column.toLowerCase(), cqlFromJson(value))
    } catch (error) {
      if (!(error instanceof CqlError)) throw error
      return { line, column, reason: error.message }
    }
  }
  return readRow(line, cells, table, rules)
}

function readRow<T>(line: number, cells: Map<string, CqlValue>, table: Table<T>, rules: ImportRules): Reading<T> {
  try {
    return { line, ...table.read(new ExportRow(cells), rules) }
  } catch (error) {
    if (!(error instanceof RowFault)) throw error
    return { line, column: error.column, reason: error.message }
  }
}
