import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementResultingChanges,
  type StatementSync,
} from 'node:sqlite'
import { chmodSync, existsSync } from 'node:fs'
import { FROM_SCHEMA_3, FROM_SCHEMA_4, SCHEMA, SCHEMA_VERSION } from './schema.ts'
import { refuseMigrating, writtenMode } from './stored-mode.ts'
import { StoreRefused } from './store-refused.ts'
import { storeError } from './store-failure.ts'

/** How much of what was written survives what: FULL power loss, NORMAL a crash of the process alone. */
export type Synchronous = 'FULL' | 'NORMAL' | 'OFF'

/**
 * Opens the database file, makes the tables of a new one, and sets what durability and speed rest on: WAL with
 * `synchronous=FULL` (an answered write survives power loss) and a checkpoint every 1000 pages, which stops the server for some milliseconds.
 * @param synchronous weaker only where a test shows what that would lose.
 * @param migrating whether to take the store to that mode, so that it may yet be in another.
 * @throws StoreRefused before anything is changed
 */
export function openDatabase(
  path: string,
  mode: string,
  synchronous: Synchronous = 'FULL',
  migrating = false,
): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    const missing = missingTables(database, path)
    database.exec(`
      PRAGMA journal_mode=WAL;
      PRAGMA synchronous=${synchronous};
      PRAGMA wal_autocheckpoint=1000;
      PRAGMA cache_size=-65536;
      PRAGMA foreign_keys=ON;
      PRAGMA trusted_schema=OFF;
    `)
    if (missing !== '') {
      database.exec(`BEGIN IMMEDIATE; ${missing} PRAGMA user_version=${String(SCHEMA_VERSION)}; COMMIT`)
    }
    checkMode(database, mode, migrating)
    chmodSync(path, 0o600)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Opens the database file for reading alone, beside a server that may run.
 * @throws StoreRefused where there is no store, or none that this version reads
 */
export function openReadOnly(path: string): DatabaseSync {
  if (!existsSync(path)) throw noStore(path)
  // Without a log beside it nobody uses the file. Opened for reading alone it would get one that stays.
  const database = new DatabaseSync(path, { readOnly: existsSync(`${path}-wal`) })
  try {
    database.exec('PRAGMA query_only=ON; PRAGMA cache_size=-65536; PRAGMA trusted_schema=OFF')
    if (missingTables(database, path) === SCHEMA) throw noStore(path)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function noStore(path: string): StoreRefused {
  return new StoreRefused(`there is no store ${path}: name the data folder of one in WAYMARK_DATA`)
}

/**
 * What is to be run on the file before it is used: everything where it is new. Refuses one that another program or a
 * newer version wrote. Reads only.
 */
function missingTables(database: DatabaseSync, path: string): string {
  const version = readVersion(database, path)
  if (version === SCHEMA_VERSION) return ''
  // Nothing that was there changes: the version before reads it no more, but its data are as they were.
  if (version === 3) return FROM_SCHEMA_3
  if (version === 4) return FROM_SCHEMA_4
  if (version > SCHEMA_VERSION) {
    throw new StoreRefused(
      `the store ${path} has schema ${String(version)}, this version of Waymark knows ${String(SCHEMA_VERSION)}: use the version that wrote it, or a newer one`,
    )
  }
  if (version > 0) {
    throw new StoreRefused(
      `the store ${path} has schema ${String(version)}, which was in use before the first release and is read no more: name another folder in WAYMARK_DATA`,
    )
  }
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'])
  if (tables > 0) throw new StoreRefused(`${path} was written by another program: name another folder in WAYMARK_DATA`)
  return SCHEMA
}

function readVersion(database: DatabaseSync, path: string): number {
  try {
    return Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  } catch (error) {
    throw new StoreRefused(
      `${path} cannot be read as a store (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}

function checkMode(database: DatabaseSync, mode: string, migrating: boolean): void {
  database.prepare("INSERT INTO meta (name, value) VALUES ('mode', ?) ON CONFLICT DO NOTHING").run(mode)
  if (migrating) return
  refuseMigrating(database)
  const written = writtenMode(database)
  if (written !== mode) {
    throw new StoreRefused(
      `the store was written in mode ${written}, WAYMARK_MODE is ${mode}: set it to ${written}, or take the store to the other mode with bin/waymark modes migrate --to ${mode}`,
    )
  }
}

/** The durability in force, read back: never assumed. */
export function readDurability(database: DatabaseSync): string {
  const levels = ['OFF', 'NORMAL', 'FULL', 'EXTRA']
  const level = Number(database.prepare('PRAGMA synchronous').get()?.['synchronous'])
  const journal = String(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'])
  return `${levels[level] ?? String(level)} (journal ${journal})`
}

/** A row as node:sqlite gives it. */
export type Row = Record<string, unknown>

/** A prepared statement. Where the store does not answer, it throws WaymarkError STORE_UNAVAILABLE or STORE_FULL. */
export interface Statement {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
  iterate(...values: SQLInputValue[]): Iterable<Row>
  run(...values: SQLInputValue[]): StatementResultingChanges
}

/** A statement whose rows come as arrays, in the order of its columns: where rows are many, names are half their cost. */
export interface RowsStatement {
  get(...values: SQLInputValue[]): readonly SQLOutputValue[] | undefined
  all(...values: SQLInputValue[]): (readonly SQLOutputValue[])[]
}

/** Statements prepared once and kept for the life of the process, by their text. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, Statement>()
  readonly #rows = new Map<string, RowsStatement>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  of(sql: string): Statement {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = tellingStatement(prepare(this.#database, sql))
    this.#prepared.set(sql, statement)
    return statement
  }

  rows(sql: string): RowsStatement {
    const known = this.#rows.get(sql)
    if (known !== undefined) return known
    const prepared = prepare(this.#database, sql)
    prepared.setReturnArrays(true)
    // So it is set: each row is an array.
    const statement = tellingStatement(prepared) as unknown as RowsStatement
    this.#rows.set(sql, statement)
    return statement
  }
}

function prepare(database: DatabaseSync, sql: string): StatementSync {
  try {
    return database.prepare(sql)
  } catch (error) {
    throw storeError(error)
  }
}

/** What SQLite says of the disk becomes a refusal with a code. Written out, because every statement of a request passes here. */
function tellingStatement(prepared: StatementSync): Statement {
  return {
    get: (...values) => {
      try {
        return prepared.get(...values)
      } catch (error) {
        throw storeError(error)
      }
    },
    all: (...values) => {
      try {
        return prepared.all(...values)
      } catch (error) {
        throw storeError(error)
      }
    },
    iterate: (...values) => prepared.iterate(...values),
    run: (...values) => {
      try {
        return prepared.run(...values)
      } catch (error) {
        throw storeError(error)
      }
    },
  }
}
