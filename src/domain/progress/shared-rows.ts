/**
 * Rows that several enrolments count (modes `content` and `collection`, decision 0013): what a summary is computed from,
 * whether rows alone make one, whose summary a change makes stale, and what goes with an enrolment. Both stores ask here.
 */
import type { Attempt } from './attempt.ts'
import { leavesEver, type Structure } from './hierarchy.ts'
import { enrolmentId, type EnrolmentKey, type ViewKey } from './key.ts'
import { countsIn, MODE_TABLE, summaryRow, type Mode } from './mode.ts'
import type { Occurrence } from '../outbox.ts'
import { staleEnrolment } from './triggers.ts'
import type { RawProgress } from './summary.ts'
import type { ViewTimes } from './view.ts'

/** Whether a row may count in more than one enrolment: then a change of it concerns others than its own key names. */
export function sharesRows(mode: Mode): boolean {
  return MODE_TABLE[mode].leafOfSummary !== 'context'
}

/** Whether the rows that count in an enrolment lie under its own key: then they alone, without enrolling, make a summary. */
export function ownsRows(mode: Mode, { collectionId, contextId }: EnrolmentKey): boolean {
  switch (MODE_TABLE[mode].leafOfSummary) {
    case 'context':
      return true
    case 'collection':
      return contextId === collectionId
    case 'content':
      return false
  }
}

/** How a store reads its raw rows. */
export interface RowReader {
  /** All rows under one key. */
  rowsOf(key: EnrolmentKey): CountedRows
  viewTimes(key: ViewKey): ViewTimes | undefined
  attemptsAt(key: ViewKey): readonly Attempt[]
}

export type CountedRows = Pick<RawProgress, 'views' | 'attempts'>

/** The rows that count in an enrolment. Of rows that belong to contents those of its leaves, former ones included. */
export function countedRows(mode: Mode, enrolment: EnrolmentKey, structure: Structure, reader: RowReader): CountedRows {
  const { userId, collectionId } = enrolment
  if (ownsRows(mode, enrolment)) return reader.rowsOf(enrolment)
  if (MODE_TABLE[mode].leafOfSummary === 'collection') {
    return reader.rowsOf({ userId, collectionId, contextId: collectionId })
  }
  const views = new Map<string, ViewTimes>()
  const attempts = new Map<string, readonly Attempt[]>()
  for (const leaf of leavesEver(structure)) {
    const row = summaryRow(mode, enrolment, leaf)
    const times = reader.viewTimes(row)
    if (times !== undefined) views.set(leaf, times)
    const made = reader.attemptsAt(row)
    if (made.length > 0) attempts.set(leaf, made)
  }
  return { views, attempts }
}

/** How a store finds the enrolments that may count a row. */
export interface KnownEnrolments {
  /** Enrolments of a learner, ended ones included: all of them, or those in one collection. */
  enrolmentsOf(userId: string, collectionId?: string): readonly EnrolmentKey[]
  /** Whether a content is a leaf of a collection, or was one. */
  holds(collectionId: string, contentId: string): boolean
  /** Enrolments to which what happened was carried over, in the modes that do. */
  carriedTo?: ((occurrence: Occurrence) => readonly EnrolmentKey[]) | undefined
}

/**
 * The enrolments whose summaries an occurrence makes stale, beside the one that its own key names. Its cost grows with
 * the enrolments of that learner, never with those of others.
 */
export function alsoStale(mode: Mode, occurrence: Occurrence, known: KnownEnrolments): readonly EnrolmentKey[] {
  const named = staleEnrolment(occurrence)
  if (known.carriedTo !== undefined) return known.carriedTo(occurrence)
  if (named === undefined || !('contentId' in occurrence) || !sharesRows(mode)) return []
  const byContent = MODE_TABLE[mode].leafOfSummary === 'content'
  // Attempts count in a collection's rows whether or not their content is a leaf, so there all its enrolments are concerned.
  const enrolments = known.enrolmentsOf(named.userId, byContent ? undefined : named.collectionId)
  return enrolments.filter(
    (enrolment) =>
      countsIn(mode, occurrence, enrolment) &&
      (!byContent || known.holds(enrolment.collectionId, occurrence.contentId)) &&
      enrolmentId(enrolment) !== enrolmentId(named),
  )
}

/** Every enrolment whose summary these occurrences make stale, each once. */
export function allStale(
  mode: Mode,
  occurrences: Iterable<Occurrence>,
  known: KnownEnrolments,
): readonly EnrolmentKey[] {
  const shared = sharesRows(mode) || known.carriedTo !== undefined
  const keys = new Map<string, EnrolmentKey>()
  for (const occurrence of occurrences) {
    const named = staleEnrolment(occurrence)
    if (named === undefined) continue
    keys.set(enrolmentId(named), named)
    if (!shared) continue
    for (const key of alsoStale(mode, occurrence, known)) keys.set(enrolmentId(key), key)
  }
  return [...keys.values()]
}

/** What goes when an enrolment is removed. */
export type Going =
  /** The enrolment with the rows under its own key. In `content` there are none: rows belong to the contents. */
  | 'own'
  /** With it the rows of its collection: it was the learner's last enrolment that counted them. */
  | 'own-and-shared'
  /** The enrolment alone: the rows under its key count in others too. */
  | 'enrolment'

/**
 * @param enrolled whether the learner is, or was, enrolled under the key.
 * @param elsewhere whether in another context of the same collection too.
 */
export function goingWith(mode: Mode, key: EnrolmentKey, enrolled: boolean, elsewhere: boolean): Going {
  if (MODE_TABLE[mode].leafOfSummary !== 'collection') return 'own'
  if (ownsRows(mode, key)) return elsewhere ? 'enrolment' : 'own'
  return enrolled && !elsewhere ? 'own-and-shared' : 'own'
}
