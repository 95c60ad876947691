/**
 * What copying is decided from and what is decided: the terms of carry.ts. Times are UTC milliseconds.
 * Source: viewer-service seed, "Copy Mode"; progress modes, "Rules (copy and move)".
 */
import type { ContextTimes } from './context.ts'
import type { Enrolment } from './enrolment.ts'
import type { EnrolmentKey, ViewKey } from './key.ts'
import type { Mode } from './mode.ts'
import type { Copied } from './provenance.ts'
import type { Rule, RuleAnswer } from './rule.ts'
import { viewCompletedAt, type ViewTimes } from './view.ts'

/** One row of the content, wherever it was viewed or copied to. */
export interface ContentRow {
  readonly key: ViewKey
  /** The learner's own facts there; undefined where nothing was viewed. */
  readonly times: ViewTimes | undefined
  /** The copy decided before, where there is one. */
  readonly copied: Copied | null
  /** The context of the row; undefined where it has none. */
  readonly context: ContextTimes | undefined
}

/** One enrolment of the learner in a collection that has the content as a leaf. */
export interface CopyTarget {
  readonly key: EnrolmentKey
  readonly enrolment: Enrolment
  readonly context: ContextTimes | undefined
  /** The rules that hold in it, in the order in which they are tried. */
  readonly rules: readonly Rule[]
}

/** All that bears on one content of one learner. */
export interface ContentHistory {
  readonly mode: Mode
  /** The instance's time zone. */
  readonly timeZone: string
  readonly contentId: string
  /** All rows of the content, those of the targets among them. */
  readonly rows: readonly ContentRow[]
  readonly targets: readonly CopyTarget[]
}

export const REFUSALS = [
  /** The mode carries nothing over in this way. */
  'mode',
  /** What is asked for is a content on its own: copies go only into contexts. */
  'target-organic',
  'target-not-enrolled',
  'not-complete',
  /** In copy-collection only rows inside a collection count at enrolment. */
  'source-organic',
  /** The row is itself a copy whose original is there, and was looked at itself. */
  'is-a-copy',
  /** Completed while the learner was not enrolled in the target. */
  'not-enrolled-then',
  /** Completed when the target's context had ended. */
  'context-ended',
  'no-rule-holds',
  /** It would have been copied, but another was. */
  'another-was-taken',
] as const
export type RefusalReason = (typeof REFUSALS)[number]

/** A source that was looked at and not taken. */
export interface Refusal {
  readonly from: ViewKey
  readonly reason: RefusalReason
  readonly completedAt: number | null
  /** The moment for which it was refused; null where none came into question. */
  readonly at: number | null
  readonly tried: readonly RuleAnswer[]
}

/** What is to be done with the content's row in one enrolment. */
export interface CopyDecision {
  readonly target: ViewKey
  /**
   * `copy`: `copied` is to be there. `complete`: completed there by the learner, no copy may be there. `kept`: a copy
   * whose original is gone stays. `blank`: a row of status 0 is to be made. `none`: nothing is to be done.
   */
  readonly kind: 'copy' | 'complete' | 'kept' | 'blank' | 'none'
  readonly copied: Copied | null
  /** Sources that were not taken, by key. */
  readonly refused: readonly Refusal[]
}

/** When the learner completed the content in this very row; null where not. */
export function ownCompletion(row: ContentRow): number | null {
  return row.times === undefined ? null : viewCompletedAt(row.times)
}
