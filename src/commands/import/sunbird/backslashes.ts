import type { Backslashes } from '../../../codec/cqlsh-csv.ts'
import type { ExportFile } from './files.ts'
import { openFile, type ReadingOptions } from './open-file.ts'
import { TABLES } from './tables.ts'

const BEGINNING_BYTES = 1 << 20

/** How the export's writer doubled backslashes: in the way in which fewer rows at the beginnings of its files are refused. */
export async function findBackslashes(
  files: readonly ExportFile[],
  options: Omit<ReadingOptions, 'backslashes'>,
): Promise<Backslashes> {
  const [once, twice] = [
    await refused(files, { ...options, backslashes: 'once' }),
    await refused(files, { ...options, backslashes: 'twice' }),
  ]
  return once < twice ? 'once' : 'twice'
}

async function refused(files: readonly ExportFile[], options: ReadingOptions): Promise<number> {
  let count = 0
  for (const file of files) {
    if (file.form !== 'csv') continue
    for await (const row of openFile(file, TABLES[file.table], options, BEGINNING_BYTES).rows) {
      if (!('value' in row)) count += 1
    }
  }
  return count
}
