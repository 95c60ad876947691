/** Reads the files of an export row by row. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Backslashes } from '../../../codec/cqlsh-csv.ts'
import { RowFault } from '../../../transformers/sunbird-export/export-row.ts'
import { readHierarchyFile, type HierarchyImport } from '../../../transformers/sunbird-export/hierarchies.ts'
import { readCsvTable, readJsonTable, type Reading } from '../../../transformers/sunbird-export/read-table.ts'
import type { ImportRules, Table } from '../../../transformers/sunbird-export/table.ts'
import type { ExportFile } from './files.ts'

/** How the rows of an export are to be read. */
export interface ReadingOptions {
  readonly rules: ImportRules
  readonly rowBytesMax: number
  readonly backslashes: Backslashes
  /** The text that stands for nothing (`COPY … WITH NULL`). */
  readonly nullText: string
}

/** A file that is being read. */
export interface OpenFile<T> {
  readonly rows: AsyncIterable<Reading<T>>
  /** Bytes of the file read so far. */
  readonly bytesRead: () => number
}

/** @param bytesMax so many bytes of its beginning, where that is enough. */
export function openFile<T>(
  { path, form, packed }: ExportFile,
  table: Table<T>,
  options: ReadingOptions,
  bytesMax = Number.POSITIVE_INFINITY,
): OpenFile<T> {
  const { rules, rowBytesMax, backslashes, nullText } = options
  const source = createReadStream(path, { end: bytesMax })
  const chunks: AsyncIterable<Uint8Array> = packed ? pipeline(source, createGunzip(), () => undefined) : source
  const rows =
    form === 'csv'
      ? readCsvTable(chunks, table, rules, { backslashes, rowBytesMax, nullText })
      : readJsonTable(chunks, table, rules, rowBytesMax)
  return { rows: untilBroken(rows), bytesRead: () => source.bytesRead }
}

/** Where a packed file breaks off, so does reading; what was read before stands. */
async function* untilBroken<T>(rows: AsyncIterable<Reading<T>>): AsyncGenerator<Reading<T>> {
  let line = 0
  try {
    for await (const row of rows) {
      line = row.line
      yield row
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('Z_')) throw error
    yield { line: line + 1, column: undefined, reason: `the file cannot be unpacked any further (${code})` }
  }
}

/** A hierarchy in a file of its own, as the only row of that. */
export function openAlone(file: ExportFile, options: ReadingOptions): OpenFile<HierarchyImport> {
  async function* rows(): AsyncGenerator<Reading<HierarchyImport>> {
    yield await readAlone(file, options)
  }
  return { rows: rows(), bytesRead: () => file.size }
}

async function readAlone(
  { path, size }: ExportFile,
  { rules, rowBytesMax }: ReadingOptions,
): Promise<Reading<HierarchyImport>> {
  if (size > rowBytesMax) {
    return { line: 1, column: undefined, reason: `the file has more than ${String(rowBytesMax)} bytes` }
  }
  try {
    return { line: 1, value: readHierarchyFile(await readFile(path, 'utf8'), rules), notes: [] }
  } catch (error) {
    if (!(error instanceof RowFault)) throw error
    return { line: 1, column: error.column, reason: error.message }
  }
}
