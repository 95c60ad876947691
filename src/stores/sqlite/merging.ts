import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { KeyedMigration, LearnerFacts } from '../../domain/progress/learner-facts.ts'
import type { Merge } from '../../domain/progress/merged-learners.ts'
import { isOrganic } from '../../domain/progress/mode.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { joinViews, sameView } from '../../domain/progress/view.ts'
import type { MergeTable, MergeTables } from '../merging/merge.ts'
import type { Statements } from './database.ts'
import { learnerFacts } from './learners.ts'
import type { RawRows } from './raw-rows.ts'
import type { Summaries } from './summaries.ts'

const SELECT = `SELECT from_user, into_user, at, by_user, enrolments, views, attempts, renamed_attempts FROM merged`
const INSERT = `INSERT INTO merged (from_user, into_user, at, by_user, enrolments, views, attempts, renamed_attempts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

/** Of two changes of mode that made a row from the same key, the later one is told of. */
const MERGE_MIGRATED = `INSERT INTO migrated (participation, content, from_collection, from_context, from_mode, at)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET from_mode = excluded.from_mode, at = excluded.at WHERE excluded.at > at`

/** Table `merged`. Writes run in the transaction of the caller. */
export class SqliteMerges implements MergeTable {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  from(userId: string): readonly Merge[] {
    return this.#statements.rows(`${SELECT} WHERE from_user = ? ORDER BY merge`).all(userId).map(mergeOf)
  }

  into(userId: string): readonly Merge[] {
    return this.#statements.rows(`${SELECT} WHERE into_user = ? ORDER BY merge`).all(userId).map(mergeOf)
  }

  add({ fromUserId, intoUserId, mergedAt, by, enrolments, views, attempts, renamedAttempts }: Merge): void {
    this.#statements.of(INSERT).run(fromUserId, intoUserId, mergedAt, by, enrolments, views, attempts, renamedAttempts)
  }

  forget(userId: string): void {
    this.#statements.of('DELETE FROM merged WHERE ? IN (from_user, into_user)').run(userId)
  }
}

function mergeOf([from, into, at, by, enrolments, views, attempts, renamed]: readonly unknown[]): Merge {
  return {
    fromUserId: String(from),
    intoUserId: String(into),
    mergedAt: Number(at),
    by: String(by),
    enrolments: Number(enrolments),
    views: Number(views),
    attempts: Number(attempts),
    renamedAttempts: Number(renamed),
  }
}

/** What merging needs of SQLite. */
export interface MergingParts {
  readonly statements: Statements
  readonly raw: RawRows
  readonly summaries: Summaries
  readonly merges: SqliteMerges
  readonly append: (occurrence: Occurrence) => void
}

/** The tables that a merge works on, inside the transaction of the caller. */
export function sqliteMergeTables({ statements, raw, summaries, merges, append }: MergingParts): MergeTables {
  return {
    merges,
    append,
    factsOf: (userId) => learnerFacts(statements, raw, userId),
    attempt: (key, attemptId) => raw.attempt(key, attemptId),
    completion: (key) => raw.completion(key),
    placesOf: (userId) => raw.participationsOf(userId),
    join: (facts) => {
      joinFacts(raw, facts)
      for (const one of facts.migrated) joinMigration(statements, raw, one)
    },
    clear: (key) => {
      summaries.forget(key)
      raw.clear(key)
    },
    recompute: (key) => {
      summaries.recompute(key)
    },
  }
}

function joinFacts(raw: RawRows, { views, attempts, enrolments, completions }: LearnerFacts): void {
  for (const { key, row } of views) {
    const place = raw.locate(key)
    const before = raw.view(key, place)
    const merged = before === undefined ? row : joinViews(before, row)
    if (before === undefined || !sameView(before, merged)) raw.recordView(key, place, row, merged)
  }
  for (const { key, attempt } of attempts) raw.mergeAttempt(key, attempt)
  for (const { key, enrolment } of enrolments) raw.mergeEnrolment(key, enrolment)
  for (const { key, completedAt } of completions) {
    raw.mergeCompletion(raw.numbers.participations.take(key), completedAt)
  }
  // A publication concerns whoever has rows inside its collection.
  const inside: readonly EnrolmentKey[] = [...views, ...attempts].map(({ key }) => key).filter((key) => !isOrganic(key))
  for (const key of [...inside, ...enrolments.map(({ key }) => key)]) raw.makeMember(key)
}

function joinMigration(statements: Statements, raw: RawRows, { key, migrated }: KeyedMigration): void {
  const { participations, contents } = raw.numbers
  const { from, fromMode, at } = migrated
  statements
    .of(MERGE_MIGRATED)
    .run(participations.take(key), contents.take(key.contentId), from.collectionId, from.contextId, fromMode, at)
}
