/** Scores as today's system aggregated them against those of the attempts. Pure. */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Structure } from '../../domain/progress/hierarchy.ts'
import type { Score, Summary } from '../../domain/progress/summary.ts'
import type { ClaimedScore } from './activity-aggregates.ts'
import { difference, type ClaimDifference, type ClaimReason } from './claim-reasons.ts'

/** Sums of doubles in another order differ in their last digits. */
const SAME = 1e-9

export function compareScores(
  claimed: ReadonlyMap<string, ClaimedScore>,
  { attemptPolicy }: Structure,
  { scores }: Summary,
  attempts: ReadonlyMap<string, readonly Attempt[]>,
): readonly ClaimDifference[] {
  const differences: ClaimDifference[] = []
  for (const id of new Set([...claimed.keys(), ...scores.keys()])) {
    const [said, score] = [claimed.get(id), scores.get(id)]
    const made = attempts.get(id) ?? []
    const field = (name: string): string => `scores[${id}].${name}`
    if (said === undefined || score === undefined) {
      const reason = said === undefined ? 'SCORE_LOST' : 'NO_ATTEMPT'
      differences.push(difference(field('score'), said?.score ?? null, score?.score ?? null, reason))
      continue
    }
    if (!same(said.score, score.score)) {
      const reason = scoreReason(said.score, score, made, attemptPolicy !== 'best')
      differences.push(difference(field('score'), said.score, score.score, reason))
    } else if (said.maxScore !== undefined && !same(said.maxScore, score.maxScore)) {
      differences.push(difference(field('maxScore'), said.maxScore, score.maxScore, 'OTHER_ATTEMPT'))
    }
    if (said.attempts !== undefined && said.attempts !== made.length) {
      const reason = said.attempts > made.length ? 'NO_ATTEMPT' : 'BEHIND'
      differences.push(difference(field('attempts'), said.attempts, made.length, reason))
    }
  }
  return differences
}

function scoreReason(said: number, { score }: Score, made: readonly Attempt[], otherPolicy: boolean): ClaimReason {
  const best = Math.max(...made.map((attempt) => attempt.score))
  if (otherPolicy && same(said, best)) return 'OTHER_POLICY'
  if (!otherPolicy && said < score) return 'BEHIND'
  return 'NO_SUCH_SCORE'
}

function same(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME
}
