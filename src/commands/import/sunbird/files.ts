/** The files of an export: found by their names, and read row by row. */
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync, type Dirent } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Backslashes } from '../../../codec/cqlsh-csv.ts'
import { RowFault } from '../../../transformers/sunbird-export/export-row.ts'
import { readHierarchyFile, type HierarchyImport } from '../../../transformers/sunbird-export/hierarchies.ts'
import { readCsvTable, readJsonTable, type Reading } from '../../../transformers/sunbird-export/read-table.ts'
import type { ImportRules, Table } from '../../../transformers/sunbird-export/table.ts'
import { WrongUse } from '../../wrong-use.ts'

/** In the order in which they are read: what others are about comes first. */
export const TABLE_NAMES = [
  'content_hierarchy',
  'course_batch',
  'user_enrolments',
  'user_content_consumption',
  'assessment_aggregator',
  'user_activity_agg',
] as const
export type TableName = (typeof TABLE_NAMES)[number]

export interface ExportFile {
  /** Its path within the folder. */
  readonly name: string
  readonly path: string
  readonly table: TableName
  /** `json`: one hierarchy alone. */
  readonly form: 'csv' | 'jsonl' | 'json'
  /** Whether it is packed by gzip. */
  readonly packed: boolean
  readonly size: number
}

/** How the rows of an export are to be read. */
export interface ReadingOptions {
  readonly rules: ImportRules
  readonly rowBytesMax: number
  readonly backslashes: Backslashes
  /** The text that stands for nothing (`COPY … WITH NULL`). */
  readonly nullText: string
}

const PIECE = /^([a-z_]+)(?:[-.].*)?\.(csv|jsonl)(\.gz)?$/
const IN_FOLDER = /\.(csv|jsonl)(\.gz)?$/
const HIERARCHY = /^hierarchy-.+\.json$/

/**
 * The files of a folder that hold a table, in the order in which they are read. `skipped` are its other files.
 * @throws WrongUse where there is none
 */
export function findFiles(folder: string): {
  readonly files: readonly ExportFile[]
  readonly skipped: readonly string[]
} {
  const [files, skipped]: [ExportFile[], string[]] = [[], []]
  for (const entry of entriesOf(folder)) {
    const found = entry.isDirectory() ? filesInside(folder, entry.name) : [fileOf(folder, entry.name)]
    for (const file of found) {
      if (typeof file === 'string') skipped.push(file)
      else files.push(file)
    }
  }
  if (files.length === 0) {
    const names = TABLE_NAMES.map((table) => `${table}.csv`).join(', ')
    throw new WrongUse(
      `${folder} holds no file of an export. Looked for: ${names}, the same with .jsonl, in pieces (user_enrolments-2.csv), packed (.gz) or in a folder of the table's name, and hierarchy-ID.json`,
    )
  }
  const order = ({ table, name }: ExportFile): string => `${String(TABLE_NAMES.indexOf(table))} ${name}`
  return { files: files.sort((a, b) => (order(a) < order(b) ? -1 : 1)), skipped: skipped.sort() }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'not a folder'
    throw new WrongUse(`${folder} cannot be read (${code}): name the folder that holds the files of the export`)
  }
}

function fileOf(folder: string, name: string): ExportFile | string {
  const [, named, form = '', packed] = PIECE.exec(name) ?? []
  const table = TABLE_NAMES.find((known) => known === named)
  if (table !== undefined) return file(folder, name, table, form, packed !== undefined)
  return HIERARCHY.test(name) ? file(folder, name, 'content_hierarchy', 'json', false) : name
}

/** A table in a folder of its own, in files of any names. */
function filesInside(folder: string, name: string): readonly (ExportFile | string)[] {
  const table = TABLE_NAMES.find((known) => known === name)
  if (table === undefined) return [`${name}/`]
  return entriesOf(join(folder, name)).map((entry) => {
    const inside = join(name, entry.name)
    const [, form, packed] = IN_FOLDER.exec(entry.name) ?? []
    return form === undefined ? inside : file(folder, inside, table, form, packed !== undefined)
  })
}

function file(folder: string, name: string, table: TableName, form: string, packed: boolean): ExportFile {
  const path = join(folder, name)
  // The expressions that found it allow no other form.
  return { name, path, table, form: form as ExportFile['form'], packed, size: statSync(path).size }
}

const HEAD_BYTES = 65_536

/** Names a set of files and the way in which they are read: it is another one where any of them is. */
export function fingerprint(files: readonly ExportFile[], { backslashes, nullText }: ReadingOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([backslashes, nullText]))
  for (const { name, size, path } of files) hash.update(JSON.stringify([name, size])).update(headOf(path))
  return hash.digest('hex')
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES)
  const descriptor = openSync(path, 'r')
  try {
    return head.subarray(0, readSync(descriptor, head))
  } finally {
    closeSync(descriptor)
  }
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
