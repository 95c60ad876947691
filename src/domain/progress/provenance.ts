/**
 * How a row came to be: the answer to "why is this complete?" is read from it, never guessed.
 * Source: progress modes, "Words" and "Explain". Times are UTC milliseconds.
 * Stored copies and moves are read back by read-provenance.ts.
 */
import { compareText } from '../id.ts'
import { compareViewKeys, type ViewKey } from './key.ts'
import type { Mode } from './mode.ts'
import type { Finding } from './rule.ts'
import { viewCompletedAt, type ViewTimes } from './view.ts'

/** Why something was carried: the rule, and what of it held, with the dates that were compared. */
export interface Because {
  readonly ruleId: string
  readonly findings: readonly Finding[]
}

/** A completion that was copied here. */
export interface Copied extends Because {
  /** The row in which the content was completed. */
  readonly from: ViewKey
  /** The moment that caused the copy: of enrolment, or of completion elsewhere. */
  readonly at: number
  readonly startedAt: number
  /** The original completion time. */
  readonly completedAt: number
}

/** Progress of a whole collection moved from one of its contexts to another. */
export interface Moved extends Because {
  readonly fromContextId: string
  readonly toContextId: string
  /** The moment of the enrolment that caused it. */
  readonly at: number
}

/** The row was made from another when the instance changed its mode. */
export interface Migrated {
  readonly from: ViewKey
  readonly fromMode: Mode
  readonly at: number
}

/** What is known of how one row came to be. Nothing of it: the row is only awaited. */
export interface Provenance {
  /** The learner viewed it here. */
  readonly viewed: boolean
  /** The row was made, with status 0, by this enrolment. */
  readonly enrolledAt: number | null
  readonly copied: Copied | null
  /** The row is a tombstone: its progress is elsewhere and it is answered as not started. */
  readonly movedTo: Moved | null
  /** Contexts whose rows were joined into this one, by context id. */
  readonly movedFrom: readonly Moved[]
  /** By key of the former row. */
  readonly migrated: readonly Migrated[]
}

export const NO_PROVENANCE: Provenance = {
  viewed: false,
  enrolledAt: null,
  copied: null,
  movedTo: null,
  movedFrom: [],
  migrated: [],
}

/**
 * Order in which copies take precedence: the one that came first by its moment; of two at one moment that of the newest
 * completion, then the first key (progress modes, rule 3).
 */
export function compareCopied(a: Copied, b: Copied): number {
  return a.at - b.at || b.completedAt - a.completedAt || compareViewKeys(a.from, b.from) || compareWhole(a, b)
}

/** The last resort of an order, so that it is total: what two values print as. */
function compareWhole(a: object, b: object): number {
  return compareText(JSON.stringify(a), JSON.stringify(b))
}

/**
 * What a row shows: its own facts together with a completion copied into it; a tombstone shows nothing. Undefined: not
 * started. The status is `viewStatus` of it.
 */
export function shownTimes(
  own: ViewTimes | undefined,
  provenance: Pick<Provenance, 'copied' | 'movedTo'>,
): ViewTimes | undefined {
  const { copied, movedTo } = provenance
  if (movedTo !== null) return undefined
  if (copied === null) return own
  const completedAt = (own === undefined ? null : viewCompletedAt(own)) ?? copied.completedAt
  return {
    startedAt: Math.min(own?.startedAt ?? copied.startedAt, copied.startedAt),
    completedAt: Math.min(completedAt, copied.completedAt),
  }
}
