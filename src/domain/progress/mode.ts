/**
 * The six modes as one table, mode × situation: what a learner's progress is, wherever it was made.
 * Source: viewer-service seed, "Config Modes"; progress modes, table of modes.
 */
import type { EnrolmentKey, ViewKey } from './key.ts'

/** One mode per instance (viewer-service seed, "Config Modes"). */
export const MODES = ['strict', 'content', 'collection', 'copy-content', 'copy-collection', 'move'] as const
export type Mode = (typeof MODES)[number]

/**
 * Which row stands for a view of content c in collection L and context X: `context` the row of its own, (u, L, X, c);
 * `collection` the one of the collection, (u, L, L, c); `content` the one of the content, (u, c, c, c).
 */
export type RowOf = 'context' | 'collection' | 'content'

/** Which rows of the same content may be carried over: `any` other row, or only one `in-collection`. */
export type SourcesFrom = 'none' | 'any' | 'in-collection'

/** What can happen, and what a mode must say about it. */
export interface ModeCells {
  /** A view of a content in a collection is written to, and read from, this row. */
  readonly viewInCollection: RowOf
  /** Likewise a content that was found by searching: there L = c. */
  readonly organicView: RowOf
  /** Each leaf of a collection counts in a summary as this row shows it. */
  readonly leafOfSummary: RowOf
  /** Enrolling: what rules do with progress made before, with which sources, and whether leaves get rows of status 0. */
  readonly enrolment: {
    readonly carries: 'nothing' | 'copies' | 'collection'
    readonly sources: SourcesFrom
    readonly blankRows: boolean
  }
  /** A content completed anywhere else while the learner is enrolled where it is a leaf too. */
  readonly completionElsewhere: { readonly carries: 'nothing' | 'copies'; readonly sources: SourcesFrom }
}

const NOTHING_AT_ENROLMENT = { carries: 'nothing', sources: 'none', blankRows: false } as const
const NOTHING_ELSEWHERE = { carries: 'nothing', sources: 'none' } as const

/** A mode or a cell that is missing here does not compile. */
export const MODE_TABLE: Readonly<Record<Mode, ModeCells>> = {
  strict: {
    viewInCollection: 'context',
    organicView: 'context',
    leafOfSummary: 'context',
    enrolment: NOTHING_AT_ENROLMENT,
    completionElsewhere: NOTHING_ELSEWHERE,
  },
  content: {
    viewInCollection: 'content',
    organicView: 'content',
    leafOfSummary: 'content',
    enrolment: NOTHING_AT_ENROLMENT,
    completionElsewhere: NOTHING_ELSEWHERE,
  },
  collection: {
    viewInCollection: 'collection',
    organicView: 'content',
    leafOfSummary: 'collection',
    enrolment: NOTHING_AT_ENROLMENT,
    completionElsewhere: NOTHING_ELSEWHERE,
  },
  'copy-content': {
    viewInCollection: 'context',
    organicView: 'context',
    leafOfSummary: 'context',
    enrolment: { carries: 'copies', sources: 'any', blankRows: true },
    completionElsewhere: { carries: 'copies', sources: 'any' },
  },
  'copy-collection': {
    viewInCollection: 'context',
    organicView: 'context',
    leafOfSummary: 'context',
    enrolment: { carries: 'copies', sources: 'in-collection', blankRows: true },
    // Organic completions count here, unlike at enrolment (progress modes, rule 2).
    completionElsewhere: { carries: 'copies', sources: 'any' },
  },
  move: {
    viewInCollection: 'context',
    organicView: 'context',
    leafOfSummary: 'context',
    enrolment: { carries: 'collection', sources: 'none', blankRows: false },
    completionElsewhere: NOTHING_ELSEWHERE,
  },
}

/** Whether progress made in one place is copied or moved to others: then a worker carries it over. */
export function carriesOver(mode: Mode): boolean {
  return MODE_TABLE[mode].enrolment.carries !== 'nothing'
}

/** Whether a key names a view outside any collection: then the content stands for its collection. */
export function isOrganic(key: ViewKey): boolean {
  return key.collectionId === key.contentId
}

/**
 * The row that a write goes to and a read answers from. In `strict`, the default, nothing is mapped: progress counts
 * exactly where it was made. Move mode keeps this row too; where its context moved on, `redirectWrite` says where to.
 */
export function targetRow(mode: Mode, key: ViewKey): ViewKey {
  const cells = MODE_TABLE[mode]
  return rowOf(isOrganic(key) ? cells.organicView : cells.viewInCollection, key)
}

/** The row from which a leaf counts in the summary of an enrolment. */
export function summaryRow(mode: Mode, enrolment: EnrolmentKey, leaf: string): ViewKey {
  const { userId, collectionId, contextId } = enrolment
  return rowOf(MODE_TABLE[mode].leafOfSummary, { userId, collectionId, contextId, contentId: leaf })
}

/**
 * Whether a row counts in the summary of an enrolment that has the row's content as a leaf. So a change of a row makes
 * stale: one summary of strict, all contexts of one collection in `collection`, all that contain the content in `content`.
 */
export function countsIn(mode: Mode, row: ViewKey, enrolment: EnrolmentKey): boolean {
  if (row.userId !== enrolment.userId) return false
  const counted = summaryRow(mode, enrolment, row.contentId)
  return counted.collectionId === row.collectionId && counted.contextId === row.contextId
}

function rowOf(which: RowOf, key: ViewKey): ViewKey {
  const { userId, collectionId, contentId } = key
  switch (which) {
    case 'context':
      return key
    case 'collection':
      return { userId, collectionId, contextId: collectionId, contentId }
    case 'content':
      return { userId, collectionId: contentId, contextId: contentId, contentId }
  }
}
