/** The stages of an import: files, then summaries, then the comparison of both. */
import type { Config } from '../../../config.ts'
import { progressBar } from '../../../progress-bar.ts'
import type { SqliteStore } from '../../../stores/sqlite/store.ts'
import { catchUp } from '../../catch-up.ts'
import { bytesBar } from './bytes-bar.ts'
import { Comparison, type ComparisonTotals } from './comparison.ts'
import type { ExportFile, TableName } from './files.ts'
import type { ReadingOptions } from './open-file.ts'
import { keepStatuses } from './keep-statuses.ts'
import { finish, type Position } from './position.ts'
import { readOneFile } from './read-files.ts'
import type { RefusedFile } from './refused-file.ts'
import type { Report } from './report.ts'
import { added, reportText, type Figures } from './totals.ts'

/** What an import works with. */
export interface Import {
  readonly config: Config
  readonly store: SqliteStore
  readonly files: readonly ExportFile[]
  readonly options: ReadingOptions
  readonly report: Report
  readonly refused: RefusedFile
  /** Whether statuses are kept of contents that have no row. */
  readonly keepsStatuses: boolean
}

/** @param from where to go on; the last stages are done from their beginning, which changes nothing that is done. */
export async function runImport(parts: Import, from: Position): Promise<void> {
  const { config, store, report, refused } = parts
  if (from.files > 0 || from.line > 0) {
    process.stderr.write('goes on behind what an earlier run has imported; --anew begins with the first file\n')
  }
  await settle(config, store)
  const { totals } = await readFiles(parts, from)
  const kept = parts.keepsStatuses ? await keep(parts) : undefined
  const recomputed = await recompute(config, store)
  const comparison = await compare(parts)
  await finish(store.comparison)
  const { activities } = comparison
  const all = activities.read === 0 ? totals : added(totals, 'user_activity_agg', activities)
  end(report, { tables: all, kept, recomputed, refusedFile: refused.path }, comparison)
}

/**
 * What clients and the catalogue asked for comes to its end, and is told, before history is recorded that is not.
 * @throws Error where the workers do not come to their end
 */
async function settle(config: Config, store: SqliteStore): Promise<void> {
  const failure = await catchUp(config, store)
  if (failure !== undefined)
    throw new Error(`the import does not go on, because the workers cannot catch up: ${failure}`)
}

async function readFiles(parts: Import, from: Position): Promise<Position> {
  const { config, store, files, options, report, refused } = parts
  const toRead = files.filter(({ table }) => table !== 'user_activity_agg')
  const left = toRead.slice(from.files)
  const bar = bytesBar('import', left)
  let position = from
  let isSettled = false
  for (const file of left) {
    const isCatalogue = file.table === 'content_hierarchy' || file.table === 'course_batch'
    if (!isCatalogue && !isSettled) {
      await settle(config, store)
      isSettled = true
    }
    const onBytes = (bytes: number): void => {
      bar.update(bytes)
    }
    const commitRows = config.IMPORT_COMMIT_ROWS
    position = await readOneFile(
      { store, mode: config.MODE, options, commitRows, report, refused, onBytes },
      file,
      position,
    )
    bar.next(file)
  }
  if (!isSettled) await settle(config, store)
  bar.end()
  return position
}

function keep({ config, store, files, options }: Import): Promise<number> {
  return keepStatuses({ store, mode: config.MODE, options, commitRows: config.IMPORT_COMMIT_ROWS }, files)
}

/** Computes the summaries that history has taken away; answers how many. */
async function recompute(config: Config, { history, fold }: SqliteStore): Promise<number> {
  await fold()
  const total = await history.countUnsummarised()
  const bar = progressBar('recompute')
  let [done, after]: [number, string | undefined] = [0, undefined]
  do {
    const { items, next } = await history.unsummarised({ limit: config.WORKER_BATCH_MAX, after })
    await history.recompute(items)
    done += items.length
    bar.update(done, total)
    after = next
  } while (after !== undefined)
  bar.end()
  return done
}

/** What claims are in, and what says where units belong. */
const COMPARED: ReadonlySet<TableName> = new Set(['course_batch', 'user_enrolments', 'user_activity_agg'])

async function compare({ config, store, files, options, report, refused }: Import): Promise<ComparisonTotals> {
  const claiming = files.filter(({ table }) => COMPARED.has(table))
  const bar = bytesBar('compare', claiming)
  const comparison = new Comparison({
    store,
    mode: config.MODE,
    options,
    onCompared: (row) => {
      report.compared(row)
    },
    onRemarks: (remarks) => {
      for (const remark of remarks) report.remark(remark)
      refused.write(remarks)
    },
    onBytes: (bytes) => {
      bar.update(bytes)
    },
  })
  for (const file of claiming) {
    await comparison.file(file)
    bar.next(file)
  }
  bar.end()
  return comparison.totals
}

function end(
  report: Report,
  done: Pick<Figures, 'tables' | 'kept' | 'recomputed' | 'refusedFile'>,
  { compared, differing, reasons }: ComparisonTotals,
): void {
  const figures = { dryRun: false, ...done, compared, differing, reasons }
  report.end(figures, reportText(figures))
}
