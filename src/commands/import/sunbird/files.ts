/** The files of an export, found by their names. */
import { readdirSync, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
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
