import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AGGREGATE_CONSUMER } from '../../domain/progress/occurrence.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Reach } from '../../ports/crash-points.ts'
import type { Store } from '../../ports/store.ts'
import { SqliteCatalogue } from './catalogue.ts'
import { openDatabase, readDurability, Statements } from './database.ts'
import { lockFolder } from './lock.ts'
import { SqliteLog } from './log.ts'
import { SqliteProgressStore } from './progress-store.ts'
import { RawRows } from './raw-rows.ts'
import { Summaries } from './summaries.ts'
import { verifyStore, type Verification, type VerifyProgress } from './verify.ts'
import { storeError, Writer, type CommitListener, type WriterLimits } from './writer.ts'

export interface SqliteOptions {
  /** The data folder, made with mode 0700 where it is missing. */
  readonly folder: string
  readonly mode: string
  readonly limits: WriterLimits
  readonly clock: Clock
  readonly onCommit?: CommitListener
  readonly reach?: Reach
}

/** What the embedded store can tell of itself beside its ports. */
export interface SqliteStore extends Store {
  /** Writes that wait for a commit. */
  queued(): number
  /** Summaries that are behind their raw rows. */
  behind(): number
  /** Checks every invariant and repairs derived rows. The workers must have caught up. */
  verify(onProgress: VerifyProgress): Promise<Verification>
}

const LOG_PAGE = 10_000

/**
 * Opens the embedded store: one file, one writer.
 * @throws FolderInUse, StoreRefused: nothing was changed.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(options.folder)
  try {
    return await open(options, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function open(options: SqliteOptions, unlock: () => void): Promise<SqliteStore> {
  const database = openDatabase(join(options.folder, 'waymark.db'), options.mode)
  const statements = new Statements(database)
  const writer = new Writer(database, options.limits, options.onCommit ?? (() => undefined), options.reach)
  const log = new SqliteLog(statements, writer, options.clock)
  const catalogue = new SqliteCatalogue(statements, writer, log, options.clock)
  const raw = new RawRows(statements)
  const summaries = new Summaries(statements, raw, catalogue, log)
  await markUnread(log, summaries)
  let open = true
  return {
    progress: new SqliteProgressStore(statements, writer, raw, summaries, log),
    catalogue,
    log,
    durability: readDurability(database),
    queued: () => writer.queued,
    behind: () => summaries.behind,
    verify: (onProgress) => verifyStore(statements, writer, summaries, onProgress),
    check: async () => {
      try {
        statements.of('SELECT count(*) FROM meta').get()
      } catch (error) {
        throw storeError(error)
      }
      return Promise.resolve()
    },
    close: async () => {
      if (!open) return Promise.resolve()
      open = false
      writer.close()
      database.close()
      unlock()
      return Promise.resolve()
    },
  }
}

/** What the aggregator had not read when the process last ended is still behind. */
async function markUnread(log: SqliteLog, summaries: Summaries): Promise<void> {
  let after = await log.position(AGGREGATE_CONSUMER)
  for (;;) {
    const entries = await log.read(after, LOG_PAGE)
    summaries.markLogged(entries)
    const last = entries.at(-1)
    if (last === undefined) return
    after = last.seq
  }
}
