/** What today's system says of progress, laid beside what is recomputed from what was done. */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Structure } from '../../domain/progress/hierarchy.ts'
import type { Summary } from '../../domain/progress/summary.ts'
import type { ViewRow } from '../../domain/progress/view.ts'
import type { ActivityClaim } from './activity-aggregates.ts'
import type { EnrolmentClaim } from './enrolments.ts'

/** What is known here of one enrolment. */
export interface Known {
  /** Undefined where the collection is not published. */
  readonly structure: Structure | undefined
  readonly summary: Summary | undefined
  /** By content id, as they count in the enrolment. */
  readonly views: ReadonlyMap<string, ViewRow>
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>
}

/** One figure of which the export says something else than what is recomputed. */
export interface ClaimDifference {
  readonly field: string
  readonly claimed: number | string | null
  readonly recomputed: number | string | null
  /** Names the reason: differences are counted by it. */
  readonly reason: string
  readonly right: 'recomputed' | 'claimed' | 'unknown'
  /** The reason in a sentence. */
  readonly why: string
}

/** Differences of one row of `user_enrolments`. */
export function compareEnrolment(claim: EnrolmentClaim, known: Known): readonly ClaimDifference[] {
  if (known.summary === undefined) return [unknown('status', claim.status)]
  const { status, progress } = known.summary
  const differences: ClaimDifference[] = []
  if (Math.min(claim.status, 2) !== status) differences.push(recomputed('status', claim.status, status))
  if (claim.completedCount !== undefined && claim.completedCount !== progress) {
    differences.push(recomputed('completedCount', claim.completedCount, progress))
  }
  return differences
}

/** Differences of one row of `user_activity_agg`. */
export function compareActivity(claim: ActivityClaim, known: Known): readonly ClaimDifference[] {
  const { completedCount } = claim
  if (completedCount === undefined) return []
  const node = claim.of === 'collection' ? known.summary : unitOf(claim.key.collectionId, known)
  if (node === undefined) return [unknown('completedCount', completedCount)]
  return node.progress === completedCount ? [] : [recomputed('completedCount', completedCount, node.progress)]
}

function unitOf(unitId: string, { summary }: Known): { readonly progress: number } | undefined {
  return summary?.units.find(({ id }) => id === unitId)
}

function recomputed(field: string, claimed: number, now: number): ClaimDifference {
  const why = 'it follows from what the learner did, which the export holds as well'
  return { field, claimed, recomputed: now, reason: 'recomputed-otherwise', right: 'recomputed', why }
}

function unknown(field: string, claimed: number): ClaimDifference {
  const why = 'the collection is not published here, so nothing can be recomputed'
  return { field, claimed, recomputed: null, reason: 'not-published', right: 'unknown', why }
}
