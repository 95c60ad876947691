import type { Mode } from '../../../domain/progress/mode.ts'
import { bytesBar } from './bytes-bar.ts'
import type { ExportFile } from './files.ts'
import { openAlone, openFile, type ReadingOptions } from './open-file.ts'
import { remarksOf } from './read-files.ts'
import { RefusedFile } from './refused-file.ts'
import type { Report } from './report.ts'
import { historyTable } from './rows.ts'
import { TABLES } from './tables.ts'
import { added, totalsText, type Totals } from './totals.ts'

/**
 * Reads every file and says what would be refused. No store is opened.
 * @param refusedFile where that is written as well.
 */
export async function dryRun(
  files: readonly ExportFile[],
  mode: Mode,
  options: ReadingOptions,
  report: Report,
  refusedFile: string | undefined,
): Promise<void> {
  const refused = refusedFile === undefined ? undefined : new RefusedFile(refusedFile, 0)
  const bar = bytesBar('read', files)
  let totals: Totals = {}
  for (const file of files) {
    const table = historyTable(file.table, mode) ?? TABLES[file.table]
    const { rows, bytesRead } = file.form === 'json' ? openAlone(file, options) : openFile(file, table, options)
    for await (const row of rows) {
      bar.update(bytesRead())
      const remarks = remarksOf(file, row)
      for (const remark of remarks) report.remark(remark)
      refused?.write(remarks)
      const refusals = remarks.filter(({ kind }) => kind === 'refused').length
      totals = added(totals, file.table, { read: 1, refused: refusals, noted: remarks.length - refusals })
    }
    bar.next(file)
  }
  bar.end()
  refused?.close()
  report.end({ dryRun: true, tables: totals }, `${totalsText(totals, true)}\nNothing was changed.`)
}
