import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { chmodSync } from 'node:fs'
import { SCHEMA, SCHEMA_VERSION } from './schema.ts'

/** The store was written by a newer version or under another mode: nothing is changed. Exit code 3. */
export class StoreRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StoreRefused'
  }
}

/**
 * Opens the database file, makes the tables of a new one, and sets what durability and speed rest on: WAL with
 * `synchronous=FULL` (an answered write survives power loss) and a checkpoint every 8000 pages.
 * @throws StoreRefused
 */
export function openDatabase(path: string, mode: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec(`
      PRAGMA journal_mode=WAL;
      PRAGMA synchronous=FULL;
      PRAGMA wal_autocheckpoint=8000;
      PRAGMA cache_size=-65536;
      PRAGMA foreign_keys=ON;
      PRAGMA trusted_schema=OFF;
    `)
    prepareSchema(database)
    checkMode(database, mode)
    if (path !== ':memory:') chmodSync(path, 0o600)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function prepareSchema(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version === SCHEMA_VERSION) return
  if (version > SCHEMA_VERSION) {
    throw new StoreRefused(
      `the store has schema ${String(version)}, this version of Waymark knows ${String(SCHEMA_VERSION)}: use the version that wrote it, or a newer one`,
    )
  }
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version=${String(SCHEMA_VERSION)}; COMMIT`)
}

function checkMode(database: DatabaseSync, mode: string): void {
  database.prepare("INSERT INTO meta (name, value) VALUES ('mode', ?) ON CONFLICT DO NOTHING").run(mode)
  const written = String(database.prepare("SELECT value FROM meta WHERE name = 'mode'").get()?.['value'])
  if (written !== mode) {
    throw new StoreRefused(`the store was written in mode ${written}, WAYMARK_MODE is ${mode}: set it to ${written}`)
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

/** Statements prepared once and kept for the life of the process, by their text. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  of(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }
}
