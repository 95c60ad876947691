import { join } from 'node:path'
import type { LearnerFacts } from '../../domain/progress/learner-facts.ts'
import { MODE_TABLE, type Mode } from '../../domain/progress/mode.ts'
import type { StoredRule } from '../../domain/progress/stored-rule.ts'
import type { Derived } from '../memory/learner.ts'
import type { CatalogueNow } from '../carrying/tables.ts'
import { SqliteCatalogue } from './catalogue.ts'
import { SqliteCopies, SqliteMoves } from './copies.ts'
import { openReadOnly, Statements } from './database.ts'
import { Journal } from './journal.ts'
import { countLearners, learnerFacts, learnersAfter } from './learners.ts'
import { SqliteLog } from './log.ts'
import { refuseMigrating, storedMode } from './stored-mode.ts'
import { RawRows } from './raw-rows.ts'
import { Writer } from './writer.ts'

/** One state of a store, read beside the server that may go on writing. */
export interface Snapshot {
  readonly mode: Mode
  readonly catalogue: CatalogueNow
  readonly rules: readonly StoredRule[]
  /** How many learners there are. */
  readonly learners: number
  /** Their ids in order, so many at a time. */
  learnersAfter(userId: string, limit: number): readonly string[]
  facts(userId: string): LearnerFacts
  /** What the present mode has derived of these facts. */
  derived(facts: LearnerFacts): Derived
  close(): void
}

/** Nothing is ever written through it. */
const NO_LIMITS = { queueMax: 0, commitMax: 0, retryAfterSeconds: 0 }
const NO_CLOCK = { nowMs: () => 0 }

/**
 * Opens the store for reading. Nothing is changed and no lock taken; the state is that of the moment, with the views
 * that wait to be folded.
 * @param factsMax view facts that will wait, about.
 * @throws StoreRefused where there is no store, or none that this version reads, or a change of mode is not done
 */
export async function openSnapshot(folder: string, factsMax: number): Promise<Snapshot> {
  const database = openReadOnly(join(folder, 'waymark.db'))
  try {
    database.exec('BEGIN')
    const statements = new Statements(database)
    const mode = storedMode(database)
    refuseMigrating(database)
    const journal = new Journal()
    const raw = new RawRows(statements, journal, factsMax)
    const writer = new Writer(database, NO_LIMITS)
    const catalogue = new SqliteCatalogue(
      statements,
      writer,
      new SqliteLog(statements, writer, journal, NO_CLOCK),
      NO_CLOCK,
    )
    const tables = {
      copies: new SqliteCopies(statements, raw.numbers),
      moves: new SqliteMoves(statements, raw.numbers),
    }
    return {
      mode,
      catalogue,
      rules: await catalogue.rules(),
      learners: countLearners(statements),
      learnersAfter: (userId, limit) => learnersAfter(statements, userId, limit),
      facts: (userId) => learnerFacts(statements, raw, userId),
      derived: (facts) => derivedOf(mode, facts, tables),
      close: () => {
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

function derivedOf(
  mode: Mode,
  { userId, views, enrolments }: LearnerFacts,
  { copies, moves }: { readonly copies: SqliteCopies; readonly moves: SqliteMoves },
): Derived {
  const keys = enrolments.map(({ key }) => key)
  switch (MODE_TABLE[mode].enrolment.carries) {
    case 'nothing':
      return { copies: [], revisions: [], moves: [] }
    case 'copies':
      return {
        // Copies go into enrolments alone; of every view there is a row that says no more than that.
        copies: keys.flatMap((key) => copies.rowsUnder(key)),
        revisions: keys.flatMap((key) => {
          const revision = copies.revision(key)
          return revision === undefined ? [] : [{ key, revision }]
        }),
        moves: [],
      }
    case 'collection': {
      const collections = new Set([...keys, ...views.map(({ key }) => key)].map(({ collectionId }) => collectionId))
      const moved = [...collections].flatMap((collectionId) =>
        [...moves.of(userId, collectionId)].map(([contextId, move]) => ({
          key: { userId, collectionId, contextId },
          moved: move,
        })),
      )
      return { copies: [], revisions: [], moves: moved }
    }
  }
}
