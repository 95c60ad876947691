/**
 * What today's system says of progress against what is recomputed from its raw rows: which figures differ, why, and which
 * of the two is right. Pure.
 */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Structure, Unit } from '../../domain/progress/hierarchy.ts'
import type { NodeSummary, Summary } from '../../domain/progress/summary.ts'
import { COMPLETE, IN_PROGRESS, NOT_STARTED, viewStatus, type ViewRow } from '../../domain/progress/view.ts'
import type { ActivityClaim } from './activity-aggregates.ts'
import { difference, type ClaimDifference, type ClaimReason } from './claim-reasons.ts'
import { compareScores } from './compare-scores.ts'
import type { EnrolmentClaim } from './enrolments.ts'

export type { ClaimDifference, ClaimReason } from './claim-reasons.ts'

/** What is known of an enrolment once everything is imported. */
export interface Known {
  /** Undefined where the collection is not published. */
  readonly structure: Structure | undefined
  readonly summary: Summary | undefined
  /** The rows that count in it, by content. */
  readonly views: ReadonlyMap<string, ViewRow>
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>
}

/** Jobs of today's system note a completion when they run: so much later is no difference. */
const JOB_LAG_MS = 86_400_000

/** The claim of an enrolment's row. */
export function compareEnrolment(claim: EnrolmentClaim, known: Known): readonly ClaimDifference[] {
  const { structure, summary } = known
  if (structure === undefined) return [difference('collection', null, null, 'COLLECTION_NOT_PUBLISHED')]
  if (summary === undefined) return [difference('enrolment', null, null, 'NO_SUMMARY')]
  const contents = compareContents(claim.contents, known.views, structure, summary)
  const followed = followedFrom(contents)
  const differences = [...contents]
  if (claim.completedCount !== undefined && claim.completedCount !== summary.progress) {
    const complete = claimedComplete(claim.contents)
    const reason = followed ?? countReason(claim.completedCount, summary.progress, structure.root, complete)
    differences.push(difference('completedCount', claim.completedCount, summary.progress, reason))
  }
  return [...differences, ...compareStatus(claim, summary, followed), ...compareCompletion(claim, summary)]
}

/** The claim of a row of aggregates, of the collection or of a unit in it. */
export function compareActivity(claim: ActivityClaim, known: Known): readonly ClaimDifference[] {
  const { structure, summary } = known
  if (structure === undefined) return [difference('collection', null, null, 'COLLECTION_NOT_PUBLISHED')]
  if (summary === undefined) return [difference('enrolment', null, null, 'NO_SUMMARY')]
  const node =
    claim.of === 'collection' ? rootOf(structure, summary) : unitOf(structure, summary, claim.key.collectionId)
  if (node === undefined) return [difference('unit', claim.key.collectionId, null, 'NOT_A_UNIT')]
  const scores = claim.of === 'collection' ? compareScores(claim.scores, structure, summary, known.attempts) : []
  const { completedCount } = claim
  if (completedCount === undefined || completedCount === node.figures.progress) return scores
  const complete = [...known.views].flatMap(([id, row]) => (viewStatus(row) === COMPLETE ? [id] : []))
  const reason = countReason(completedCount, node.figures.progress, node.unit, complete)
  return [difference('completedCount', completedCount, node.figures.progress, reason), ...scores]
}

function compareContents(
  claimed: ReadonlyMap<string, number>,
  views: ReadonlyMap<string, ViewRow>,
  { ancestors }: Structure,
  { contentStatus }: Summary,
): readonly ClaimDifference[] {
  const differences: ClaimDifference[] = []
  for (const id of new Set([...claimed.keys(), ...contentStatus.keys()])) {
    const said = claimed.get(id) ?? NOT_STARTED
    const status = contentStatus.get(id) ?? NOT_STARTED
    // A claim without contents, as older generations have it, says nothing of them; nor do jobs of what is only begun.
    if (said === status || claimed.size === 0 || (said === NOT_STARTED && status === IN_PROGRESS)) continue
    const leaf = ancestors.has(id)
    const less = views.has(id) ? 'ROW_SAYS_LESS' : 'NO_ROW'
    const reason = leaf ? (said < status ? 'BEHIND' : less) : 'NOT_A_LEAF'
    differences.push(difference(`contents[${id}]`, said, leaf ? status : null, reason))
  }
  return differences
}

/** What figures that are made of the contents follow from, where those differ. */
function followedFrom(contents: readonly ClaimDifference[]): ClaimReason | undefined {
  const counting = contents.filter(({ reason }) => reason !== 'NOT_A_LEAF')
  if (counting.some(({ right }) => right === 'unknown')) return 'CONTENTS_UNCERTAIN'
  return counting.length > 0 ? 'CONTENTS_DIFFER' : undefined
}

/** Why a count is another one although the contents are the same. */
function countReason(
  claimed: number,
  counted: number,
  { leaves, required }: Unit,
  complete: readonly string[],
): ClaimReason {
  const needed = new Set(required)
  const known = new Set(leaves)
  const optional = complete.filter((id) => known.has(id) && !needed.has(id)).length
  const others = complete.filter((id) => !known.has(id)).length
  if (optional > 0 && claimed === counted + optional) return 'OPTIONAL_COUNTED'
  if (others > 0 && (claimed === counted + others || claimed === counted + others + optional)) return 'OTHERS_COUNTED'
  return claimed < counted ? 'BEHIND' : 'COUNT_WRONG'
}

function compareStatus(
  { status }: EnrolmentClaim,
  summary: Summary,
  followed: ClaimReason | undefined,
): readonly ClaimDifference[] {
  if (status === summary.status) return []
  if (status === NOT_STARTED && summary.progress === 0) return [difference('status', status, summary.status, 'BEGUN')]
  const otherwise = status < summary.status ? 'BEHIND' : status >= COMPLETE ? 'NO_LONGER_COMPLETE' : 'COUNT_WRONG'
  return [difference('status', status, summary.status, followed ?? otherwise)]
}

/** A completion on record is taken over where it is the earlier one, so what differs is later. */
function compareCompletion({ status, completedAt }: EnrolmentClaim, summary: Summary): readonly ClaimDifference[] {
  if (status < COMPLETE || completedAt === undefined || summary.completedAt === undefined) return []
  if (Math.abs(completedAt - summary.completedAt) <= JOB_LAG_MS) return []
  return [difference('completedAt', isoText(completedAt), isoText(summary.completedAt), 'EARLIER')]
}

interface Node {
  readonly unit: Unit
  readonly figures: Pick<NodeSummary, 'progress'>
}

function rootOf({ root }: Structure, summary: Summary): Node {
  return { unit: root, figures: summary }
}

function unitOf({ units }: Structure, summary: Summary, unitId: string): Node | undefined {
  const unit = units.find(({ id }) => id === unitId)
  const figures = summary.units.find(({ id }) => id === unitId)
  return unit && figures && { unit, figures }
}

function claimedComplete(contents: ReadonlyMap<string, number>): readonly string[] {
  return [...contents].flatMap(([id, status]) => (status >= COMPLETE ? [id] : []))
}

function isoText(ms: number): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toString()
}
