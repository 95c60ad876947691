import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { AGGREGATE_CONSUMER, TRIGGERS } from '../../domain/progress/triggers.ts'
import { everyInterval, type Clock, type Defer, type Every } from '../../ports/clock.ts'
import { reachNothing, type Reach } from '../../ports/crash-points.ts'
import type { SummaryComparison } from '../../ports/repair.ts'
import type { Store, TakesPartIn } from '../../ports/store.ts'
import { CopyCarrying } from '../carrying/copies.ts'
import { carryingIn } from '../carrying/modes.ts'
import { SqliteCatalogue } from './catalogue.ts'
import { SqliteComparison } from './comparison.ts'
import { SqliteCopies, SqliteMoves } from './copies.ts'
import { openDatabase, readDurability, Statements, type Synchronous } from './database.ts'
import { EnrolmentPages } from './enrolment-pages.ts'
import { lockFolder } from './lock.ts'
import { Folder, type FoldLimits } from './folder.ts'
import { Journal } from './journal.ts'
import { SqliteDeliveries } from './deliveries.ts'
import { SqliteEventLog } from './event-log.ts'
import { SqliteHistory } from './history.ts'
import { SqliteLog } from './log.ts'
import { SqliteMerges } from './merging.ts'
import { ModeChange } from './mode-change.ts'
import { SqliteProgressStore } from './progress-store.ts'
import { RawRows } from './raw-rows.ts'
import { Summaries } from './summaries.ts'
import { sqliteTransaction } from './transaction.ts'
import { verifyStore, type Verification, type VerifyProgress } from './verify.ts'
import { StoreBroken } from './store-failure.ts'
import { SqliteWebhooks } from './webhooks.ts'
import { Writer, type CommitListener, type Companion, type WriterLimits } from './writer.ts'

export interface SqliteOptions {
  /** The data folder, made with mode 0700 where it is missing. */
  readonly folder: string
  /** How progress counts. A store is opened in its own mode. */
  readonly mode: Mode
  /** Whether it may be in another mode yet, because it is to be taken to this one. */
  readonly migrating?: boolean
  /** Calendar months of rules are counted in it, IANA name. */
  readonly timeZone: string
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
  /** What looks again and again whether facts are to be folded. */
  readonly every?: Every
  readonly fold: FoldLimits
  /** Takes part in every commit that tells of something, and may do more in it. */
  readonly takesPart?: TakesPartIn | undefined
  /** Called where what was acknowledged could not be folded. Nothing is lost: it is tried again. */
  readonly onFoldError?: (error: unknown) => void
}

/** What the embedded store can tell of itself beside its ports. */
export interface SqliteStore extends Store {
  /** Writes that wait for a commit. */
  queued(): number
  /** Summaries that are behind their raw rows. */
  behind(): number
  /** Enrolments that wait to be carried over. */
  uncarried(): number
  /** View facts acknowledged so far, and rows that folds have written of them. */
  folded(): { readonly facts: number; readonly rows: number }
  /** Folds every acknowledged fact into its table, for those who read the tables themselves. */
  fold(): Promise<void>
  /** Summaries as they are stored against what their raw rows say. */
  readonly comparison: SummaryComparison
  /** Takes it to another mode. */
  readonly modeChange: ModeChange
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
  const database = openDatabase(
    join(options.folder, 'waymark.db'),
    options.mode,
    options.synchronous,
    options.migrating,
  )
  const statements = new Statements(database)
  const journal = new Journal()
  const raw = new RawRows(statements, journal, options.fold.factsMax)
  const counts = { facts: 0, rows: 0 }
  const companion: Companion = {
    mark: () => journal.mark(),
    undo: (mark) => {
      journal.undo(mark)
    },
    seal: () => {
      raw.viewRows.seal()
    },
    committed: () => {
      journal.clear()
      log.committed()
      const facts = raw.viewRows.committed()
      counts.facts += facts
      folder.committed(facts)
    },
  }
  const { onCommit, reach = reachNothing, defer } = options
  const guard = { check: stillThere(options.folder), broken: options.onBroken ?? (() => undefined) }
  const writer = new Writer(database, options.limits, { onCommit, reach, defer, guard, companion })
  const folder = new Folder(raw.viewRows, writer, options.fold, {
    clock: options.clock,
    every: options.every ?? everyInterval,
    reach,
    onFolded: (rows) => {
      counts.rows += rows
    },
    onError: options.onFoldError ?? (() => undefined),
  })
  const log = new SqliteLog(statements, writer, journal, options.clock, options.defer)
  const transaction = sqliteTransaction(statements, log)
  const { takesPart } = options
  if (takesPart !== undefined) {
    log.takingPart = (entry) => {
      takesPart(entry, transaction)
    }
  }
  const catalogue = new SqliteCatalogue(statements, writer, log, options.clock)
  const { mode, timeZone } = options
  const school = { mode, timeZone, facts: raw, catalogue }
  const copies = new SqliteCopies(statements, raw.numbers)
  const carrying = carryingIn(school, copies, new SqliteMoves(statements, raw.numbers))
  const summaries = new Summaries({ mode, carrying, statements, journal, raw, catalogue, log })
  catalogue.beforePublish = (collectionId, everyone) => {
    summaries.settle(collectionId, everyone)
  }
  await markUnread(log, summaries)
  const pages = new EnrolmentPages(statements)
  const merges = new SqliteMerges(statements)
  const progress = new SqliteProgressStore({
    school,
    writer,
    raw,
    carrying,
    summaries,
    log,
    pages,
    statements,
    merges,
  })
  let open = true
  const history = new SqliteHistory({ mode, statements, writer, raw, carrying, summaries, pages })
  return {
    progress,
    history,
    catalogue,
    log,
    events: new SqliteEventLog(statements, writer, log, options.clock, options.defer),
    deliveries: new SqliteDeliveries(statements, writer, transaction, options.clock),
    webhooks: new SqliteWebhooks(statements, writer),
    transact: (work) => writer.submit(() => work(transaction), 'own'),
    durability: readDurability(database),
    queued: () => writer.queued,
    behind: () => summaries.behind,
    uncarried: () => copies.waiting,
    folded: () => ({ ...counts }),
    fold: () => folder.all(),
    comparison: new SqliteComparison(statements, writer, summaries, pages),
    modeChange: new ModeChange({ mode, database, statements, writer, raw, copies, carrying, summaries, log }),
    verify: async (onProgress) => {
      await folder.all()
      const noteViews = carrying instanceof CopyCarrying ? () => copies.noteViews() : undefined
      const carryAgain = carrying && ((key: EnrolmentKey) => progress.carryAgain(key))
      return verifyStore({ statements, writer, summaries, pages, carryAgain, noteViews }, onProgress)
    },
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
      folder.stop()
      writer.close(() => {
        folder.allNow()
      })
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
    const entries = await log.read(after, LOG_PAGE, TRIGGERS)
    summaries.markLogged(entries)
    const last = entries.at(-1)
    if (last === undefined) return
    after = last.seq
  }
}
