/** Reads all that the store knows of one learner after another. */
import type { KeyedAttempt, KeyedMigration, KeyedView, LearnerFacts } from '../../domain/progress/learner-facts.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Statements } from './database.ts'
import { enrolmentFrom, type RawRows } from './raw-rows.ts'

const PLACES = `SELECT participation, collection_id, context_id, first_enrolled_at, enrolled_at, unenrolled_at, completed_at
  FROM participation WHERE user_id = ? ORDER BY collection_id, context_id`
const MIGRATED = 'SELECT content, from_collection, from_context, from_mode, at FROM migrated WHERE participation = ?'

/** Learners in the order of their ids, so many at a time. */
export function learnersAfter(statements: Statements, userId: string, limit: number): readonly string[] {
  return statements
    .rows('SELECT DISTINCT user_id FROM participation WHERE user_id > ? ORDER BY user_id LIMIT ?')
    .all(userId, limit)
    .map(([id]) => String(id))
}

/** How many learners there are after one. */
export function countLearners(statements: Statements, userId = ''): number {
  const [count] =
    statements.rows('SELECT count(DISTINCT user_id) FROM participation WHERE user_id > ?').get(userId) ?? []
  return Number(count)
}

/** All that is known of what one learner did. */
export function learnerFacts(statements: Statements, raw: RawRows, userId: string): LearnerFacts {
  const [views, attempts, migrated]: [KeyedView[], KeyedAttempt[], KeyedMigration[]] = [[], [], []]
  const enrolments: LearnerFacts['enrolments'][number][] = []
  const completions: LearnerFacts['completions'][number][] = []
  for (const [participation, collection, context, first, latest, ended, completedAt] of statements
    .rows(PLACES)
    .all(userId)) {
    const key = { userId, collectionId: String(collection), contextId: String(context) }
    if (first !== null) enrolments.push({ key, enrolment: enrolmentFrom(first, latest, ended) })
    if (completedAt !== null) completions.push({ key, completedAt: Number(completedAt) })
    for (const [contentId, row] of raw.views(key)) views.push({ key: { ...key, contentId }, row })
    for (const [contentId, made] of raw.attempts(key)) {
      for (const attempt of made) attempts.push({ key: { ...key, contentId }, attempt })
    }
    migrated.push(...migrationsAt(statements, raw, Number(participation), key))
  }
  return { userId, views, attempts, enrolments, completions, migrated }
}

function migrationsAt(
  statements: Statements,
  raw: RawRows,
  participation: number,
  place: EnrolmentKey,
): readonly KeyedMigration[] {
  return statements
    .rows(MIGRATED)
    .all(participation)
    .map(([content, collection, context, mode, at]) => {
      const key = { ...place, contentId: raw.numbers.contents.name(Number(content)) }
      const from = { ...key, collectionId: String(collection), contextId: String(context) }
      // Only a migration writes this column, from modes.
      return { key, migrated: { from, fromMode: String(mode) as Mode, at: Number(at) } }
    })
}
