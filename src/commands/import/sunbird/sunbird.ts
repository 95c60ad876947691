/** `waymark import sunbird`: the history of today's system goes into a store, and its summaries are compared with ours. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Backslashes } from '../../../codec/cqlsh-csv.ts'
import type { Config } from '../../../config.ts'
import { crashAt } from '../../../crash-at.ts'
import { isId } from '../../../domain/id.ts'
import { deriveKey, ownKey } from '../../../http/token-keys.ts'
import { progressBar } from '../../../progress-bar.ts'
import { removeAddress } from '../../../server-address.ts'
import { openSqliteStore, type SqliteStore } from '../../../stores/sqlite/store.ts'
import { openEvents } from '../../../wire-events.ts'
import { storeOptions, systemClock } from '../../../wire.ts'
import { catchUp } from '../../catch-up.ts'
import { findBackslashes } from './backslashes.ts'
import { bytesBar } from './bytes-bar.ts'
import { Comparison, type ComparisonTotals } from './comparison.ts'
import { dryRun } from './dry-run.ts'
import { findFiles, fingerprint, type ExportFile, type ReadingOptions } from './files.ts'
import { begin, finish, type Position } from './position.ts'
import { readOneFile } from './read-files.ts'
import { RefusedFile } from './refused-file.ts'
import { openReport, type Report } from './report.ts'
import { added, reportText, type Totals } from './totals.ts'

export interface SunbirdOptions {
  readonly dryRun?: boolean
  readonly anew?: boolean
  readonly null: string
  readonly backslashes?: Backslashes
  readonly refused?: string
  readonly json?: boolean
}

/** What an import works with. */
interface Import {
  readonly config: Config
  readonly store: SqliteStore
  readonly files: readonly ExportFile[]
  readonly options: ReadingOptions
  readonly report: Report
  readonly refused: RefusedFile
}

/**
 * Imports a folder. The data folder is made where it is missing.
 * @throws WrongUse where the folder holds no export; FolderInUse, StoreRefused
 */
export async function importSunbird(config: Config, folder: string, options: SunbirdOptions): Promise<void> {
  const { files, skipped } = findFiles(folder)
  for (const name of skipped) process.stderr.write(`left out, not a file of the export: ${name}\n`)
  const reading = await readingOptions(config, files, options)
  const report = openReport(options.json === true)
  if (options.dryRun === true) {
    await dryRun(files, config.MODE, reading, report, options.refused)
    return
  }
  const store = await open(config)
  try {
    const position = await begin(store.comparison, fingerprint(files, reading), options.anew === true)
    const refused = new RefusedFile(options.refused ?? join(config.DATA, 'refused.jsonl'), position.refusedBytes)
    try {
      await run({ config, store, files, options: reading, report, refused }, position)
    } finally {
      refused.close()
    }
  } finally {
    await store.close()
  }
}

async function readingOptions(
  config: Config,
  files: readonly ExportFile[],
  options: SunbirdOptions,
): Promise<ReadingOptions> {
  const reading = {
    rules: {
      nowMs: Date.now(),
      timeZone: config.TIME_ZONE,
      detailsBytesMax: config.DETAILS_BYTES_MAX,
      detailsDepthMax: config.DETAILS_DEPTH_MAX,
      hierarchy: { nodesMax: config.HIERARCHY_NODES_MAX, depthMax: config.HIERARCHY_DEPTH_MAX, isId },
    },
    rowBytesMax: config.IMPORT_ROW_BYTES_MAX,
    nullText: options.null,
  }
  return { ...reading, backslashes: options.backslashes ?? (await findBackslashes(files, reading)) }
}

/** Opens the store as a server would: plugins take part in what is told of the catalogue. */
async function open(config: Config): Promise<SqliteStore> {
  mkdirSync(config.DATA, { recursive: true, mode: 0o700 })
  const events = await openEvents(config, systemClock, deriveKey(ownKey(config.DATA), 'pseudonyms'))
  const store = await openSqliteStore({
    ...storeOptions(config, systemClock),
    takesPart: events.takesPart,
    reach: crashAt(process.env['CRASH_AT']),
  })
  // What a killed server left would mislead the next command.
  removeAddress(config.DATA)
  return store
}

async function run(parts: Import, from: Position): Promise<void> {
  const { config, store, report, refused } = parts
  if (from.files > 0 || from.line > 0) {
    process.stderr.write('goes on behind what an earlier run has imported; --anew begins with the first file\n')
  }
  await settle(config, store)
  const { totals } = await readFiles(parts, from)
  const recomputed = await recompute(config, store)
  const comparison = await compare(parts)
  await finish(store.comparison)
  const { activities } = comparison
  const all = activities.read === 0 ? totals : added(totals, 'user_activity_agg', activities)
  end(report, all, recomputed, comparison, refused.path)
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

async function compare({ config, store, files, options, report, refused }: Import): Promise<ComparisonTotals> {
  const bar = bytesBar('compare', files)
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
  for (const file of files) {
    await comparison.file(file)
    bar.next(file)
  }
  bar.end()
  return comparison.totals
}

function end(
  report: Report,
  totals: Totals,
  recomputed: number,
  { compared, differing, reasons }: ComparisonTotals,
  refusedFile: string,
): void {
  const figures = { dryRun: false, tables: totals, recomputed, compared, differing, reasons, refusedFile }
  report.end(figures, reportText(figures))
}
