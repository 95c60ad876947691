/** `waymark import sunbird`: the history of today's system goes into a store, and its summaries are compared with ours. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Backslashes } from '../../../codec/cqlsh-csv.ts'
import type { Config } from '../../../config.ts'
import { crashAt } from '../../../crash-at.ts'
import { isId } from '../../../domain/id.ts'
import { deriveKey, ownKey } from '../../../http/token-keys.ts'
import { removeAddress } from '../../../server-address.ts'
import { openSqliteStore, type SqliteStore } from '../../../stores/sqlite/store.ts'
import { openEvents } from '../../../wire-events.ts'
import { storeOptions, systemClock } from '../../../wire.ts'
import { findBackslashes } from './backslashes.ts'
import { dryRun } from './dry-run.ts'
import { findFiles, type ExportFile } from './files.ts'
import { fingerprint } from './fingerprint.ts'
import type { ReadingOptions } from './open-file.ts'
import { begin } from './position.ts'
import { RefusedFile } from './refused-file.ts'
import { openReport } from './report.ts'
import { runImport } from './run.ts'

export interface SunbirdOptions {
  readonly dryRun?: boolean
  readonly anew?: boolean
  readonly null: string
  readonly backslashes?: Backslashes
  readonly refused?: string
  readonly keepStatuses?: boolean
  readonly json?: boolean
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
      const keepsStatuses = options.keepStatuses === true
      await runImport({ config, store, files, options: reading, report, refused, keepsStatuses }, position)
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
