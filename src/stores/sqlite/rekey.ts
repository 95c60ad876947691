import { viewId, type ViewKey } from '../../domain/progress/key.ts'
import { isRekeyed, keyAfter, type LearnerFacts } from '../../domain/progress/learner-facts.ts'
import { isOrganic, type Mode } from '../../domain/progress/mode.ts'
import type { Statements } from './database.ts'
import type { RawRows } from './raw-rows.ts'

const PUT_VIEW = `INSERT OR REPLACE INTO view (participation, content,
    started_at, completed_at, last_access_at, progress, timespent_s, details, details_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
const PUT_MIGRATED = `INSERT OR REPLACE INTO migrated (participation, content, from_collection, from_context, from_mode, at)
  VALUES (?, ?, ?, ?, ?, ?)`

/**
 * Lays the rows of one learner under the keys of another mode, inside the transaction of the caller. No fact may wait to
 * be folded. Answers the keys that rows left.
 * @param before the facts as they are stored.
 * @param after the same as the mode keeps them (`factsIn`).
 */
export function rekey(
  statements: Statements,
  raw: RawRows,
  to: Mode,
  before: LearnerFacts,
  after: LearnerFacts,
): readonly ViewKey[] {
  const left = new Map<string, ViewKey>()
  for (const { key } of [...before.views, ...before.attempts]) if (isRekeyed(to, key)) left.set(viewId(key), key)
  const into = new Map<string, ViewKey>()
  for (const key of left.values()) into.set(viewId(keyAfter(to, key)), keyAfter(to, key))
  for (const key of left.values()) removeRow(statements, raw, key)
  for (const key of into.values()) {
    // As if the learner had been active there: a publication concerns whoever has rows inside its collection.
    if (!isOrganic(key)) raw.makeMember(key)
  }
  for (const { key, row } of after.views) {
    if (!into.has(viewId(key))) continue
    const { startedAt, completedAt, lastAccessAt, progress, timespentSeconds, details, detailsAt } = row
    statements
      .of(PUT_VIEW)
      .run(...placed(raw, key), startedAt, completedAt, lastAccessAt, progress, timespentSeconds, details, detailsAt)
  }
  for (const { key, attempt } of after.attempts) if (into.has(viewId(key))) raw.mergeAttempt(key, attempt)
  for (const { key, migrated } of after.migrated) {
    if (!into.has(viewId(key))) continue
    const { from, fromMode, at } = migrated
    statements.of(PUT_MIGRATED).run(...placed(raw, key), from.collectionId, from.contextId, fromMode, at)
  }
  return [...left.values()]
}

function placed({ numbers }: RawRows, key: ViewKey): readonly [participation: number, content: number] {
  return [numbers.participations.take(key), numbers.contents.take(key.contentId)]
}

function removeRow(statements: Statements, raw: RawRows, key: ViewKey): void {
  const place = placed(raw, key)
  for (const table of ['view', 'attempt', 'migrated']) {
    statements.of(`DELETE FROM ${table} WHERE participation = ? AND content = ?`).run(...place)
  }
}
