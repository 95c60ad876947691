import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openDatabase, openReadOnly, Statements } from '../database.ts'
import { lockFolder } from '../lock.ts'
import { SCHEMA_VERSION } from '../schema.ts'
import { StoreRefused } from '../store-refused.ts'
import { checkFile, checkRaw, type Finding } from '../verify.ts'
import type { Kind } from './kind.ts'
import { KINDS } from './kinds.ts'
import { BrokenExport, type Manifest } from './manifest.ts'
import { readKind, type ExportedRow } from './read-export.ts'
import { syncFolder, TELL_EVERY, type TransferProgress } from './write-export.ts'

/** Where a store is built, in the data folder: what a killed import left there is removed by the next. */
const BUILDING = 'import.part'
const STORE = 'waymark.db'

/**
 * Makes a store of an export. It is built beside its place and takes it in the end, in one step: whatever ends the
 * process leaves either no store or all of it.
 * @param data the data folder, made with mode 0700 where it is missing.
 * @returns what raw rows break, where the exported store broke it already
 * @throws BrokenExport, FolderInUse, StoreRefused where there is a store already: nothing was changed
 */
export function buildStore(
  folder: string,
  manifest: Manifest,
  data: string,
  onProgress: TransferProgress,
): readonly Finding[] {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(data)
  const building = join(data, BUILDING)
  try {
    refuseFilled(join(data, STORE))
    rmSync(building, { recursive: true, force: true })
    mkdirSync(building, { mode: 0o700 })
    const findings = fill(join(building, STORE), folder, manifest, onProgress)
    putInPlace(building, data)
    return findings
  } finally {
    rmSync(building, { recursive: true, force: true })
    unlock()
  }
}

/** @throws StoreRefused where anything was ever recorded in the store */
function refuseFilled(path: string): void {
  const [store, log] = [statSync(path, { throwIfNoEntry: false }), existsSync(`${path}-wal`)]
  if (store === undefined && log) {
    throw new StoreRefused(`${path}-wal is the log of a store that is not there: put ${path} back, or remove the log`)
  }
  if (store === undefined || (store.size === 0 && !log)) return
  const database = openReadOnly(path)
  try {
    const current = Number(database.prepare('PRAGMA user_version').get()?.['user_version']) === SCHEMA_VERSION
    const tables = ['intake', ...KINDS.filter(({ always }) => always !== true).map(({ table }) => table)]
    if (current && !tables.some((table) => database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined))
      return
  } finally {
    database.close()
  }
  throw new StoreRefused(
    `there is a store ${path} already, and it holds something: name another folder in WAYMARK_DATA. An import takes the place of nothing`,
  )
}

function fill(path: string, folder: string, manifest: Manifest, onProgress: TransferProgress): readonly Finding[] {
  // Nothing is lost where the process ends in the middle: it is begun anew. In the end all of it is brought to the disk.
  const database = openDatabase(path, manifest.mode, 'OFF')
  try {
    // One transaction without a write-ahead log: each page is written once, and none was there that would be saved before.
    database.exec('PRAGMA journal_mode=DELETE; BEGIN')
    const indexes = dropIndexes(database)
    fillTables(database, folder, manifest, onProgress)
    for (const sql of indexes) database.exec(sql)
    database.exec('COMMIT')
    const statements = new Statements(database)
    const unsound = checkFile(statements)
    if (unsound.length > 0) {
      throw new Error(`the new store is not sound: ${unsound.map(({ found }) => found).join('; ')}`)
    }
    return checkRaw(statements)
  } finally {
    database.close()
  }
}

/** Indexes are made faster of whole tables than row by row; those that keep rows unique stay. Answers how to make them. */
function dropIndexes(database: DatabaseSync): readonly string[] {
  const indexes = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all()
  for (const { name } of indexes) database.exec(`DROP INDEX ${String(name)}`)
  return indexes.map(({ sql }) => String(sql))
}

function fillTables(database: DatabaseSync, folder: string, manifest: Manifest, onProgress: TransferProgress): void {
  const total = manifest.kinds.reduce((sum, { count }) => sum + count, 0)
  let done = 0
  for (const kind of KINDS) {
    const wanted = manifest.kinds.find((one) => one.kind === kind.name)
    if (wanted === undefined) continue
    if (kind.before !== undefined) database.exec(kind.before)
    const insert = inserter(database, kind)
    for (const row of readKind(folder, kind, wanted)) {
      insert(row)
      done += 1
      if (done % TELL_EVERY === 0) onProgress(done, total)
    }
  }
  onProgress(done, total)
}

function inserter(database: DatabaseSync, { file, insert, refers = [] }: Kind): (row: ExportedRow) => void {
  const statement = database.prepare(insert)
  const names = refers.flatMap(({ fields }) => fields.map(({ name }) => name)).join(', ')
  return ({ line, values }) => {
    let changes: number | bigint
    try {
      changes = statement.run(...values).changes
    } catch (error) {
      if (!isConstraint(error)) throw error
      throw new BrokenExport(file, 'the row is there already, or another one with its id', line)
    }
    if (changes === 0) throw new BrokenExport(file, `it refers to something that is not there (${names})`, line)
  }
}

const SQLITE_CONSTRAINT = 19

function isConstraint(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_CONSTRAINT
}

/** Gives the store its name. A store that held nothing was there, perhaps; what is left of its log must not meet the new one. */
function putInPlace(building: string, data: string): void {
  const fd = openSync(join(building, STORE), 'r')
  fsyncSync(fd)
  closeSync(fd)
  const path = join(data, STORE)
  if (existsSync(path)) {
    // Whoever closes a store last takes its log away.
    const database = new DatabaseSync(path)
    database.exec('PRAGMA journal_mode=DELETE')
    database.close()
  }
  renameSync(join(building, STORE), path)
  syncFolder(data)
}
