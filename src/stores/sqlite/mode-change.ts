import type { DatabaseSync } from 'node:sqlite'
import { factsIn, type LearnerFacts } from '../../domain/progress/learner-facts.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { MODE_TABLE, type Mode } from '../../domain/progress/mode.ts'
import { completionPercentage } from '../../domain/progress/summary.ts'
import type { Carrying } from '../carrying/carrying.ts'
import type { SqliteCopies } from './copies.ts'
import type { Statements } from './database.ts'
import { countLearners, learnerFacts, learnersAfter } from './learners.ts'
import type { SqliteLog } from './log.ts'
import type { RawRows } from './raw-rows.ts'
import { rekey } from './rekey.ts'
import { storedMigration, type Migration, type MigrationCounts } from './stored-mode.ts'
import type { Summaries } from './summaries.ts'
import type { Writer } from './writer.ts'

/** What a change of mode works with: all of the mode in which the store was opened. */
export interface ModeChangeParts {
  readonly mode: Mode
  readonly database: DatabaseSync
  readonly statements: Statements
  readonly writer: Writer
  readonly raw: RawRows
  readonly copies: SqliteCopies
  /** Undefined where nothing is carried over. */
  readonly carrying: Carrying | undefined
  readonly summaries: Summaries
  readonly log: SqliteLog
}

const PERCENTAGES = `SELECT participation, progress, required FROM participation JOIN summary USING (participation)
  WHERE user_id = ? AND first_enrolled_at IS NOT NULL`
const FORGET = ['copy', 'moved'].map(
  (table) => `DELETE FROM ${table} WHERE participation IN (SELECT participation FROM participation WHERE user_id = ?)`,
)
/** What nobody is enrolled in, and where nothing is left. */
const EMPTY = `SELECT participation, collection_id, context_id FROM participation AS p
  WHERE user_id = ? AND first_enrolled_at IS NULL AND completed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM view WHERE view.participation = p.participation)
    AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.participation = p.participation)`

/**
 * Takes a store from one mode to another, learner by learner. The note in table `meta` says how far it has come and is
 * written in the same commits, so that a process which ends at any moment leaves a store to go on with, and one that no
 * other command opens.
 */
export class ModeChange {
  readonly #parts: ModeChangeParts

  constructor(parts: ModeChangeParts) {
    this.#parts = parts
  }

  /** The change that is under way, where one is. */
  get underWay(): Migration | undefined {
    return storedMigration(this.#parts.database)
  }

  /** Learners who are not in the new mode yet. */
  get waiting(): number {
    return countLearners(this.#parts.statements, this.underWay?.after)
  }

  /**
   * Notes that the change begins. The store is still open in its former mode; every fact must be folded and every summary
   * be computed.
   */
  begin(migration: Migration): Promise<void> {
    return this.#parts.writer.submit(() => {
      this.#note(migration)
    }, 'own')
  }

  /** Takes so many learners more into the mode that the store was opened in, in one commit; answers what is noted then. */
  step(migration: Migration, learners: number): Promise<Migration> {
    return this.#parts.writer.submit(() => {
      const ids = learnersAfter(this.#parts.statements, migration.after, learners)
      const done = ids.reduce((counts, userId) => added(counts, this.#take(userId, migration)), migration.done)
      const next = { ...migration, after: ids.at(-1) ?? migration.after, done }
      this.#note(next)
      return next
    }, 'own')
  }

  /**
   * The store is in the new mode. Consumers of the log have nothing left to do with what was logged before: all that
   * follows from it has been made anew.
   */
  finish({ from, to }: Migration, consumers: readonly string[]): Promise<void> {
    const { statements, writer, log } = this.#parts
    return writer.submit(() => {
      statements.of("UPDATE meta SET value = ? WHERE name = 'mode'").run(to)
      statements.of("DELETE FROM meta WHERE name = 'migration'").run()
      log.append({ type: 'mode-changed', from, to })
      const last = Number(statements.of('SELECT max(seq) AS seq FROM log').get()?.['seq'])
      for (const consumer of consumers) log.commitNow(consumer, last)
    }, 'own')
  }

  #note(migration: Migration): void {
    this.#parts.statements
      .of("INSERT INTO meta (name, value) VALUES ('migration', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
      .run(JSON.stringify(migration))
  }

  #take(userId: string, { from, at }: Migration): MigrationCounts {
    const { mode, statements, raw, summaries } = this.#parts
    const before = learnerFacts(statements, raw, userId)
    const shown = this.#percentages(userId)
    const after = factsIn(mode, before, { from, at })
    const left = rekey(statements, raw, mode, before, after)
    this.#derive(userId, after)
    for (const key of raw.participationsOf(userId)) summaries.recompute(key)
    if (left.length > 0) this.#leave(userId, left)
    const now = this.#percentages(userId)
    const numbers = new Set([...shown.keys(), ...now.keys()])
    const changed = [...numbers].filter((number) => (shown.get(number) ?? 0) !== (now.get(number) ?? 0))
    return { learners: 1, rekeyed: left.length, enrolments: before.enrolments.length, percentages: changed.length }
  }

  /** Forgets what the former mode derived, and carries over what this one does. */
  #derive(userId: string, { views, enrolments }: LearnerFacts): void {
    const { mode, statements, copies, carrying, log } = this.#parts
    const copying = MODE_TABLE[mode].enrolment.carries === 'copies'
    for (const sql of FORGET) statements.of(sql).run(userId)
    if (!copying) statements.of('DELETE FROM learner WHERE user_id = ?').run(userId)
    statements
      .of('UPDATE participation SET carried = iif(? AND first_enrolled_at IS NOT NULL, NULL, 0) WHERE user_id = ?')
      .run(copying ? 1 : 0, userId)
    if (copying) for (const { key } of views) copies.put({ key, enrolledAt: null, copied: null })
    for (const { key } of enrolments) {
      for (const occurrence of carrying?.carry(key, undefined, Number.MAX_SAFE_INTEGER).occurrences ?? []) {
        log.append(occurrence)
      }
    }
  }

  /** What rows have left concerns no publication any more, and goes where nothing else is known there. */
  #leave(userId: string, left: readonly EnrolmentKey[]): void {
    const { statements, raw } = this.#parts
    const { participations } = raw.numbers
    for (const [number, collection, context] of statements.rows(EMPTY).all(userId)) {
      const key = { userId, collectionId: String(collection), contextId: String(context) }
      for (const table of ['summary', 'migrated', 'participation']) {
        statements.of(`DELETE FROM ${table} WHERE participation = ?`).run(Number(number))
      }
      participations.forget(key, Number(number))
    }
    for (const key of left) {
      const number = raw.participation(key)
      if (number === undefined || raw.enrolment(key) !== undefined || raw.viewRows.has(number)) continue
      statements.of('UPDATE participation SET member = 0 WHERE participation = ?').run(number)
      participations.forget(key, number)
    }
  }

  /** The percentage of every enrolment of a learner as it is stored, by participation. */
  #percentages(userId: string): ReadonlyMap<number, number> {
    const rows = this.#parts.statements.rows(PERCENTAGES).all(userId)
    return new Map(
      rows.map(([number, progress, required]) => [
        Number(number),
        completionPercentage(Number(progress), Number(required)),
      ]),
    )
  }
}

function added(a: MigrationCounts, b: MigrationCounts): MigrationCounts {
  return {
    learners: a.learners + b.learners,
    rekeyed: a.rekeyed + b.rekeyed,
    enrolments: a.enrolments + b.enrolments,
    percentages: a.percentages + b.percentages,
  }
}
