/**
 * Attempts travel with the progress they belong to, so that status and best score agree (progress modes, rules 3 and 5).
 */
import { compareAttempts, joinAttempts, type Attempt } from './attempt.ts'

/**
 * The attempts that count in a row: the learner's own there and those of the rows that its progress was copied or moved
 * from, also where they were submitted after it was. Derived like the copy itself: where another source is taken, its
 * attempts take the place of the former's. Submissions of one attempt merge. In the order of `compareAttempts`.
 */
export function carryAttempts(...rows: readonly (readonly Attempt[])[]): readonly Attempt[] {
  const attempts = new Map<string, Attempt>()
  for (const attempt of rows.flat()) {
    const known = attempts.get(attempt.attemptId)
    attempts.set(attempt.attemptId, known === undefined ? attempt : joinAttempts(known, attempt))
  }
  return [...attempts.values()].sort(compareAttempts)
}
