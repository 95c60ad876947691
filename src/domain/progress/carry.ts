/**
 * Carrying over by copies: which completion goes into which enrolment, by which rule, and why the others do not.
 * Source: viewer-service seed, "Copy Mode"; progress modes, "Rules (copy and move)".
 *
 * Copies are derived (DESIGN decision 2): everything that is known of one content and one learner is decided anew. So
 * enrolments and completions that race, or come late from an offline phone, end in one state (progress modes, rule 6).
 */
import { ownCompletion, type ContentHistory, type CopyDecision, type Refusal } from './copying.ts'
import { viewId, type EnrolmentKey, type ViewKey } from './key.ts'
import { isOrganic, MODE_TABLE } from './mode.ts'
import type { Copied } from './provenance.ts'
import { replayCopies } from './replay-copies.ts'

/**
 * Decides the row of one content in every enrolment that contains it: to be called when the content was completed
 * anywhere, or its completion corrected. At enrolment the best earlier completion is taken; after it the first elsewhere
 * while the learner is enrolled. One decision for each target, in the targets' order.
 */
export function decideCopies(history: ContentHistory): readonly CopyDecision[] {
  return replayCopies(history)
}

/** What enrolling does to every leaf: the decisions for one enrolment, of the histories of its leaves, in their order. */
export function decideEnrolment(key: EnrolmentKey, leaves: Iterable<ContentHistory>): readonly CopyDecision[] {
  const decisions: CopyDecision[] = []
  for (const history of leaves) {
    const wanted = viewId({ ...key, contentId: history.contentId })
    const decision = decideCopies(history).find(({ target }) => viewId(target) === wanted)
    if (decision !== undefined) decisions.push(decision)
  }
  return decisions
}

/**
 * The copy that is to be on a row after a decision. A copy is replaced by a better one but never taken back (status
 * never goes down), not even where a late message moves its source's completion out of the window.
 */
export function settleCopy(before: Copied | null, decision: CopyDecision): Copied | null {
  if (decision.kind === 'copy') return decision.copied
  return decision.kind === 'complete' ? null : before
}

/**
 * The rows that were looked at for a row that is not complete, and why each was refused: also where no enrolment makes
 * it a target. Source: progress modes, "Explain".
 */
export function lookAtSources(history: ContentHistory, target: ViewKey): readonly Refusal[] {
  const id = viewId(target)
  const decision = decideCopies(history).find((decided) => viewId(decided.target) === id)
  const { enrolment, completionElsewhere } = MODE_TABLE[history.mode]
  const copies = enrolment.carries === 'copies' || completionElsewhere.carries === 'copies'
  if (copies && decision !== undefined) return decision.refused
  const reason = copies ? (isOrganic(target) ? 'target-organic' : 'target-not-enrolled') : 'mode'
  return history.rows
    .filter((row) => viewId(row.key) !== id)
    .map((row) => {
      const completedAt = ownCompletion(row) ?? row.copied?.completedAt ?? null
      return { from: row.key, reason: completedAt === null ? 'not-complete' : reason, completedAt, at: null, tried: [] }
    })
}
