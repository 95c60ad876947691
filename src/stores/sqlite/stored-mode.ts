/**
 * The mode of a store, and what it notes of a change of mode that is under way, in table `meta`. The note stands from the
 * first step to the last, so that whatever ends the process, nothing but the same command goes on with the store.
 */
import type { DatabaseSync } from 'node:sqlite'
import { MODES, type Mode } from '../../domain/progress/mode.ts'
import type { StoredRule } from '../../domain/progress/stored-rule.ts'
import { StoreRefused } from './store-refused.ts'

/** What a change of mode has done so far. */
export interface MigrationCounts {
  readonly learners: number
  /** Rows that lie under another key now. */
  readonly rekeyed: number
  /** Enrolments whose summaries were recomputed. */
  readonly enrolments: number
  /** Those whose percentage is another one now. */
  readonly percentages: number
}

/** A change of mode that is under way. */
export interface Migration {
  readonly from: Mode
  readonly to: Mode
  /** When it began, UTC milliseconds. */
  readonly at: number
  /** The rules that it was begun with, as they were given; null: none were. */
  readonly list: readonly StoredRule[] | null
  /** All rules that the instance is to have; null: those that it has. */
  readonly rules: readonly StoredRule[] | null
  /** The last learner who is in the new mode; learners are taken in the order of their ids. */
  readonly after: string
  readonly done: MigrationCounts
}

const SELECT = "SELECT value FROM meta WHERE name = 'migration'"

/** The mode that a store is in, as it is written there. */
export function writtenMode(database: DatabaseSync): string {
  return String(database.prepare("SELECT value FROM meta WHERE name = 'mode'").get()?.['value'])
}

/**
 * The mode that a store is in.
 * @throws StoreRefused where this version does not know it
 */
export function storedMode(database: DatabaseSync): Mode {
  const written = writtenMode(database)
  const mode = MODES.find((known) => known === written)
  if (mode !== undefined) return mode
  throw new StoreRefused(
    `the store was written in mode ${written}, which this version of Waymark does not know: use the version that wrote it`,
  )
}

/** The change of mode that is under way, where one is. */
export function storedMigration(database: DatabaseSync): Migration | undefined {
  const row = database.prepare(SELECT).get()
  // Only a migration writes it.
  return row === undefined ? undefined : (JSON.parse(String(row['value'])) as Migration)
}

/** @throws StoreRefused while a change of mode is under way */
export function refuseMigrating(database: DatabaseSync): void {
  const migration = storedMigration(database)
  if (migration !== undefined) throw new StoreRefused(sayMigrating(migration))
}

export function sayMigrating({ from, to }: Migration): string {
  return `the store is on its way from mode ${from} to ${to}: run bin/waymark modes migrate --to ${to} again, which goes on where it ended`
}
