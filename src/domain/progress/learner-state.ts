/**
 * One learner in every mode, as a fold over what happened: the shortest whole that uses mode, carry and move as a store
 * does. Stores and dry runs are held to it; it keeps everything in memory and recomputes without thrift.
 * Source: progress modes. Times are UTC milliseconds.
 */
import { decideCopies, lookAtSources, settleCopy } from './carry.ts'
import type { ContextTimes } from './context.ts'
import type { ContentHistory, ContentRow, CopyTarget } from './copying.ts'
import { enrolAt, type Enrolment } from './enrolment.ts'
import { explainView, type RowAccount, type ViewExplanation } from './explanation.ts'
import {
  enrolmentId,
  compareViewKeys,
  fillKey,
  viewId,
  type EnrolmentKey,
  type PartialViewKey,
  type ViewKey,
} from './key.ts'
import { isOrganic, MODE_TABLE, targetRow, type Mode } from './mode.ts'
import { decideMoves, moveRows, type MovedRow, type Participation } from './move.ts'
import { NO_PROVENANCE, shownTimes, type Copied } from './provenance.ts'
import type { Rule } from './rule.ts'
import {
  COMPLETE,
  factRow,
  joinViews,
  viewCompletedAt,
  viewStatus,
  type Status,
  type ViewFact,
  type ViewRow,
} from './view.ts'

/** What a learner's progress is decided by besides what the learner does. */
export interface School {
  readonly mode: Mode
  readonly timeZone: string
  /** Leaves by collection. */
  readonly collections: ReadonlyMap<string, readonly string[]>
  readonly contexts: readonly SchoolContext[]
  /** The rules of contexts that name none. */
  readonly rules: readonly Rule[]
}

export interface SchoolContext extends ContextTimes {
  readonly collectionId: string
  readonly contextId: string
  readonly rules?: readonly Rule[]
}

/** Something that the learner did. */
export type Act =
  | { readonly kind: 'view'; readonly key: PartialViewKey; readonly fact: ViewFact }
  | { readonly kind: 'enrol'; readonly key: EnrolmentKey; readonly at: number }

/** The learner's facts by row and enrolment, and what was derived of them. */
export interface LearnerState {
  readonly views: ReadonlyMap<string, { readonly key: ViewKey; readonly row: ViewRow }>
  readonly enrolments: ReadonlyMap<string, { readonly key: EnrolmentKey; readonly enrolment: Enrolment }>
  readonly copies: ReadonlyMap<string, Copied>
  /** Rows of status 0 made by enrolling. */
  readonly blanks: ReadonlyMap<string, { readonly key: ViewKey; readonly at: number }>
}

export const NEW_LEARNER: LearnerState = {
  views: new Map(),
  enrolments: new Map(),
  copies: new Map(),
  blanks: new Map(),
}

/** A row as it is stored. */
export interface StoredRow extends RowAccount {
  readonly key: ViewKey
  /** The status that the row holds; that of a tombstone is no longer shown. */
  readonly status: Status
}

/** Does one thing: records the fact, then derives anew what it may carry over. */
export function act(school: School, state: LearnerState, done: Act): LearnerState {
  if (done.kind === 'enrol') {
    const id = enrolmentId(done.key)
    const enrolment = enrolAt(state.enrolments.get(id)?.enrolment, done.at, true)
    const enrolments = new Map(state.enrolments).set(id, { key: done.key, enrolment })
    return deriveCopies(school, { ...state, enrolments }, school.collections.get(done.key.collectionId) ?? [])
  }
  const key = targetRow(school.mode, fillKey(done.key))
  const before = state.views.get(viewId(key))
  const row = before === undefined ? factRow(done.fact) : joinViews(before.row, factRow(done.fact))
  const views = new Map(state.views).set(viewId(key), { key, row })
  return deriveCopies(school, { ...state, views }, [key.contentId])
}

/** The rows that are in the store, by key. */
export function storedRows(school: School, state: LearnerState): readonly StoredRow[] {
  const rows = new Map<string, StoredRow>()
  for (const { key, at } of state.blanks.values()) {
    const provenance = { ...NO_PROVENANCE, enrolledAt: at }
    rows.set(viewId(key), { key, status: 0, times: undefined, own: undefined, provenance })
  }
  for (const { key, row, movedTo, movedFrom } of movedViews(school, state)) {
    const own = state.views.get(viewId(key))?.row
    const enrolledAt = state.blanks.get(viewId(key))?.at ?? null
    const provenance = { ...NO_PROVENANCE, viewed: own !== undefined, enrolledAt, movedTo, movedFrom }
    rows.set(viewId(key), { key, status: viewStatus(row), times: row, own, provenance })
  }
  for (const [id, copied] of state.copies) {
    const before = rows.get(id)
    if (before === undefined) continue
    rows.set(id, { ...before, status: COMPLETE, provenance: { ...before.provenance, copied } })
  }
  return [...rows.values()].sort((a, b) => compareViewKeys(a.key, b.key))
}

/** Why a view is answered as it is, its status among it. */
export function explain(school: School, state: LearnerState, asked: PartialViewKey): ViewExplanation {
  const rows = new Map(storedRows(school, state).map((row) => [viewId(row.key), row]))
  return explainView({
    mode: school.mode,
    asked: fillKey(asked),
    rowAt: (key) => rows.get(viewId(key)),
    lookAtSources: (target) => lookAtSources(historyOf(school, state, target.contentId), target),
  })
}

/** The status that a read answers. */
export function statusOf(school: School, state: LearnerState, asked: PartialViewKey): Status {
  const id = viewId(targetRow(school.mode, fillKey(asked)))
  const row = storedRows(school, state).find(({ key }) => viewId(key) === id)
  return viewStatus(row === undefined ? undefined : shownTimes(row.times, row.provenance))
}

function deriveCopies(school: School, state: LearnerState, contents: readonly string[]): LearnerState {
  const copies = new Map(state.copies)
  const blanks = new Map(state.blanks)
  for (const contentId of contents) {
    const history = historyOf(school, { ...state, copies }, contentId)
    for (const decision of decideCopies(history)) {
      const id = viewId(decision.target)
      const copied = settleCopy(copies.get(id) ?? null, decision)
      if (copied === null) copies.delete(id)
      else copies.set(id, copied)
      const at = state.enrolments.get(enrolmentId(decision.target))?.enrolment.firstEnrolledAt
      // Enrolling made the row, or would have: which of the two was told of first must not show.
      if (at !== undefined && MODE_TABLE[school.mode].enrolment.blankRows) {
        blanks.set(id, { key: decision.target, at })
      }
    }
  }
  return { ...state, copies, blanks }
}

function historyOf(school: School, state: LearnerState, contentId: string): ContentHistory {
  const keys = new Map<string, ViewKey>()
  for (const { key } of [...state.views.values(), ...state.blanks.values()]) {
    if (key.contentId === contentId) keys.set(viewId(key), key)
  }
  const rows = [...keys].map(([id, key]): ContentRow => {
    const times = state.views.get(id)?.row
    const context = isOrganic(key) ? undefined : contextOf(school, key)
    return { key, times, copied: state.copies.get(id) ?? null, context }
  })
  const targets = [...state.enrolments.values()]
    .filter(({ key }) => school.collections.get(key.collectionId)?.includes(contentId) === true)
    .map(({ key, enrolment }): CopyTarget => {
      const context = contextOf(school, key)
      return { key, enrolment, context, rules: context?.rules ?? school.rules }
    })
  return { mode: school.mode, timeZone: school.timeZone, contentId, rows, targets }
}

function contextOf(school: School, { collectionId, contextId }: EnrolmentKey): SchoolContext | undefined {
  return school.contexts.find((context) => context.collectionId === collectionId && context.contextId === contextId)
}

/** The viewed rows, in move mode where they moved to and as tombstones. */
function movedViews(school: School, state: LearnerState): readonly MovedRow[] {
  const views = [...state.views.values()]
  if (school.mode !== 'move') return views.map((view) => ({ ...view, movedTo: null, movedFrom: [] }))
  const collections = new Set(views.map(({ key }) => key.collectionId))
  return [...collections].flatMap((collectionId) => {
    const rows = views.filter(({ key }) => key.collectionId === collectionId)
    return moveRows(decideMoves(participationsOf(school, state, collectionId), school.timeZone), rows)
  })
}

function participationsOf(school: School, state: LearnerState, collectionId: string): readonly Participation[] {
  const enrolments = [...state.enrolments.values()].filter(({ key }) => key.collectionId === collectionId)
  const views = [...state.views.values()].filter(({ key }) => key.collectionId === collectionId && !isOrganic(key))
  const contexts = new Map([...enrolments, ...views].map(({ key }) => [key.contextId, key]))
  return [...contexts.values()].map((key): Participation => {
    const { contextId } = key
    const rows = views.filter((view) => view.key.contextId === contextId)
    const starts = rows.flatMap(({ row }) => row.startedAt ?? [])
    const ends = (school.collections.get(collectionId) ?? []).map((leaf) => {
      const view = rows.find((row) => row.key.contentId === leaf)
      return view === undefined ? null : viewCompletedAt(view.row)
    })
    const completions = ends.filter((end) => end !== null)
    const complete = completions.length === ends.length && completions.length > 0
    const context = contextOf(school, key)
    return {
      contextId,
      context,
      enrolledAt: state.enrolments.get(enrolmentId(key))?.enrolment.firstEnrolledAt ?? null,
      startedAt: starts.length === 0 ? null : Math.min(...starts),
      completedAt: complete ? Math.max(...completions) : null,
      rules: context?.rules ?? school.rules,
    }
  })
}
