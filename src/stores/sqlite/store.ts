import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AGGREGATE_CONSUMER } from '../../domain/progress/occurrence.ts'
import type { Clock, Defer } from '../../ports/clock.ts'
import type { Reach } from '../../ports/crash-points.ts'
import type { Store } from '../../ports/store.ts'
import { SqliteCatalogue } from './catalogue.ts'
import { openDatabase, readDurability, Statements, type Synchronous } from './database.ts'
import { lockFolder } from './lock.ts'
import { SqliteLog } from './log.ts'
import { SqliteProgressStore } from './progress-store.ts'
import { RawRows } from './raw-rows.ts'
import { Summaries } from './summaries.ts'
import { verifyStore, type Verification, type VerifyProgress } from './verify.ts'
import { StoreBroken, Writer, type CommitListener, type WriterLimits } from './writer.ts'

export interface SqliteOptions {
  /** The data folder, made with mode 0700 where it is missing. */
  readonly folder: string
  readonly mode: string
  readonly limits: WriterLimits
  readonly clock: Clock
  readonly onCommit?: CommitListener
  readonly reach?: Reach
  /** Called once, when an answer of success can no longer be promised: the process is to stop. */
  readonly onBroken?: (error: StoreBroken) => void
  /** Weaker than FULL only where a test shows what that would lose. */
  readonly synchronous?: Synchronous
  /** When the group commit and the waking of the workers run. */
  readonly defer?: Defer
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
  const database = openDatabase(join(options.folder, 'waymark.db'), options.mode, options.synchronous)
  const statements = new Statements(database)
  const writer = new Writer(
    database,
    options.limits,
    options.onCommit ?? (() => undefined),
    options.reach,
    options.defer,
    { check: stillThere(options.folder), broken: options.onBroken ?? (() => undefined) },
  )
  const log = new SqliteLog(statements, writer, options.clock, options.defer)
  const catalogue = new SqliteCatalogue(statements, writer, log, options.clock)
  const raw = new RawRows(statements)
  const summaries = new Summaries(statements, raw, catalogue, log)
  catalogue.beforePublish = (collectionId) => {
    summaries.settle(collectionId)
  }
  await markUnread(log, summaries)
  let open = true
  return {
    progress: new SqliteProgressStore(statements, writer, raw, summaries, log),
    catalogue,
    log,
    durability: readDurability(database),
    queued: () => writer.queued,
    behind: () => {
      // A write that was rolled back has left its mark: where the worker has read everything, no mark means anything.
      if (log.positionNow(AGGREGATE_CONSUMER) >= log.lastNow()) summaries.clearStale()
      return summaries.behind
    },
    verify: (onProgress) => verifyStore(statements, writer, summaries, onProgress),
    check: async () => {
      statements.of('SELECT count(*) FROM meta').get()
      // After a failure only a write shows whether writing works again.
      if (writer.failing !== undefined)
        await writer.submit(() => {
          probe(statements)
        }, 'own')
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

/** As much as a good many writes need: a single small one may fit where the next do not. */
const PROBE = 'x'.repeat(65_536)

/** A write that changes nothing that anyone reads. */
function probe(statements: Statements): void {
  statements
    .of("INSERT INTO meta (name, value) VALUES ('probe', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
    .run(PROBE)
}

/**
 * Whether the files of the store are still those that were opened. SQLite goes on writing into a file that was removed
 * under it: the next start would not find what was answered meanwhile.
 */
function stillThere(folder: string): () => void {
  const identify = (name: string): string => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false })
    return found === undefined ? 'missing' : `${String(found.dev)}:${String(found.ino)}`
  }
  const opened = ['waymark.db', 'waymark.db-wal'].map((name) => ({ name, identity: identify(name) }))
  return () => {
    for (const { name, identity } of opened) {
      if (identify(name) === identity) continue
      throw new StoreBroken(
        `${join(folder, name)} was removed or replaced while Waymark ran, so Waymark stopped. Leave the files of a running server alone; run bin/waymark doctor --verify before the next start`,
      )
    }
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
