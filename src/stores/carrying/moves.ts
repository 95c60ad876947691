import type { Attempt } from '../../domain/progress/attempt.ts'
import { carryAttempts } from '../../domain/progress/carried-attempts.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import {
  currentContext,
  decideMoves,
  moveRows,
  redirectWrite,
  type Moves,
  type Participation,
  type Redirect,
} from '../../domain/progress/move.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { Moved } from '../../domain/progress/provenance.ts'
import type { CountedRows } from '../../domain/progress/shared-rows.ts'
import { allCompletedAt } from '../../domain/progress/summary.ts'
import { joinViews, viewCompletedAt, type ViewRow } from '../../domain/progress/view.ts'
import type { ContentAccount } from '../../ports/progress-store.ts'
import { accountOf, historyOf, rulesOf, Targets, viewedRows, type School } from './account.ts'
import type { Carried, Carrying, Leaving } from './carrying.ts'
import type { MoveTable } from './tables.ts'

/**
 * Moves of a collection's progress between its contexts (progress modes, rule 5). Facts stay under the key they were
 * reported under; a context shows its own together with those of every context that moved to it, one that was left shows
 * nothing.
 */
export class MoveCarrying implements Carrying {
  readonly #school: School
  readonly #moves: MoveTable

  constructor(school: School, moves: MoveTable) {
    this.#school = school
    this.#moves = moves
  }

  place(key: ViewKey): Redirect {
    return redirectWrite(this.#movesOf(key), key)
  }

  view(key: ViewKey): ViewRow | undefined {
    const { facts } = this.#school
    // A single content never moves.
    if (key.contentId === key.collectionId) return facts.view(key)
    let shown: ViewRow | undefined
    for (const contextId of this.#contextsIn(key)) shown = joined(shown, facts.view({ ...key, contextId }))
    return shown
  }

  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow> {
    const shown = new Map<string, ViewRow>()
    const organic = this.#school.facts.view({ ...key, contentId: key.collectionId })
    for (const contextId of this.#contextsIn(key)) {
      for (const [contentId, row] of this.#school.facts.views({ ...key, contextId })) {
        if (contentId !== key.collectionId) shown.set(contentId, joinViews(shown.get(contentId) ?? row, row))
      }
    }
    if (organic !== undefined) shown.set(key.collectionId, organic)
    return shown
  }

  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]> {
    const { facts } = this.#school
    const own = facts.attempts(key, key.collectionId).get(key.collectionId)
    const attempts = new Map<string, readonly Attempt[]>()
    for (const contextId of this.#contextsIn(key)) {
      for (const [content, made] of facts.attempts({ ...key, contextId }, contentId)) {
        attempts.set(content, carryAttempts(attempts.get(content) ?? [], made))
      }
    }
    attempts.delete(key.collectionId)
    if (own !== undefined && (contentId ?? key.collectionId) === key.collectionId) attempts.set(key.collectionId, own)
    return attempts
  }

  counted(key: EnrolmentKey): CountedRows {
    return { views: this.views(key), attempts: this.attempts(key) }
  }

  completion(key: EnrolmentKey): number | undefined {
    const known = this.#contextsIn(key).flatMap(
      (contextId) => this.#school.facts.completion({ ...key, contextId }) ?? [],
    )
    return known.length === 0 ? undefined : Math.min(...known)
  }

  viewing(): readonly Occurrence[] {
    return []
  }

  viewed(key: ViewKey, before: ViewRow | undefined, after: ViewRow): readonly Occurrence[] {
    if (key.contentId === key.collectionId) return []
    const since = earliestChange(before, after)
    // Moves look back from enrolments: what was done after all of them changes none.
    return since === undefined || since > this.#lastEnrolment(key) ? [] : this.#derive(key)
  }

  enrolling(): readonly Occurrence[] {
    return []
  }

  enrolled(key: EnrolmentKey): readonly Occurrence[] {
    return this.#derive(key)
  }

  isBehind(): boolean {
    return false
  }

  carry(key: EnrolmentKey): Carried {
    const leaves = this.#school.catalogue.publicationNow(key.collectionId)?.structure.root.leaves.length ?? 0
    return { occurrences: this.#derive(key), wasBehind: false, leaves, next: undefined }
  }

  carryOn(): readonly Occurrence[] {
    // A context's own enrolments and those of the contexts that moved there are decided together.
    return []
  }

  alsoStale(occurrence: Occurrence): readonly EnrolmentKey[] {
    if (occurrence.type !== 'progress-moved' && occurrence.type !== 'move-undone') return []
    const { userId, collectionId, contextId, toContextId } = occurrence
    const now = currentContext(this.#movesOf(occurrence), contextId)
    return [...new Set([toContextId, now])].map((into) => ({ userId, collectionId, contextId: into }))
  }

  handOver(key: EnrolmentKey): void {
    // Which contexts are left follows from the facts, wherever these lie.
    this.#moves.set(key, undefined)
  }

  leaving(key: EnrolmentKey): Leaving {
    if (this.#movesOf(key).has(key.contextId))
      return { occurrences: [], own: 'enrolment', rowsOf: [], changed: [], contents: [] }
    const { userId, collectionId } = key
    const behind = this.#contextsIn(key)
      .filter((contextId) => contextId !== key.contextId)
      .map((contextId) => ({ userId, collectionId, contextId }))
    for (const left of behind) this.#moves.set(left, undefined)
    return { occurrences: [], own: 'rows', rowsOf: behind, changed: [], contents: [] }
  }

  left(): readonly Occurrence[] {
    // What moved here went with it, and what was left of it stays where it moved to.
    return []
  }

  account(userId: string, contentId: string): ContentAccount {
    const school = this.#school
    const keys = viewedRows(school, userId, contentId)
    const rows = keys.flatMap((key) => {
      const row = school.facts.view(key)
      return row === undefined ? [] : [{ key, row }]
    })
    const accounts = [...Map.groupBy(rows, ({ key }) => key.collectionId).values()].flatMap((inOne) => {
      const [first] = inOne
      if (first === undefined) return []
      return moveRows(this.#movesOf(first.key), inOne).map(({ key, row, movedTo, movedFrom }) =>
        accountOf(school, key, row, { movedTo, movedFrom }),
      )
    })
    const places = school.facts.participationsOf(userId)
    const uncopied = keys.map((key) => ({ key, copied: null }))
    const history = historyOf(school, contentId, uncopied, places, new Targets(school))
    return { rows: accounts, history }
  }

  #movesOf({ userId, collectionId }: EnrolmentKey): Moves {
    return this.#moves.of(userId, collectionId)
  }

  /** The contexts whose facts count in one: itself and those that moved there; none where it was left itself. */
  #contextsIn(key: EnrolmentKey): readonly string[] {
    const moves = this.#movesOf(key)
    if (moves.size === 0) return [key.contextId]
    if (moves.has(key.contextId)) return []
    const left = [...moves.keys()].filter((contextId) => currentContext(moves, contextId) === key.contextId)
    return [key.contextId, ...left]
  }

  #lastEnrolment({ userId, collectionId }: EnrolmentKey): number {
    const { facts } = this.#school
    const times = facts
      .participationsOf(userId, collectionId)
      .map((place) => facts.enrolment(place)?.firstEnrolledAt ?? Number.NEGATIVE_INFINITY)
    return Math.max(Number.NEGATIVE_INFINITY, ...times)
  }

  /**
   * Decides anew what moved within one collection; stores what changed. A fact that is told of late, or another rule, may
   * take a move back: nothing is lost, because facts never left their keys.
   */
  #derive({ userId, collectionId }: EnrolmentKey): readonly Occurrence[] {
    const places = this.#school.facts.participationsOf(userId, collectionId)
    if (places.length < 2) return []
    const before = this.#moves.of(userId, collectionId)
    const after = decideMoves(
      places.map((place) => this.#participation(place)),
      this.#school.timeZone,
    )
    const occurrences: Occurrence[] = []
    for (const contextId of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(contextId), after.get(contextId)]
      if (JSON.stringify(was) === JSON.stringify(is)) continue
      this.#moves.set({ userId, collectionId, contextId }, is)
      // Where it had moved, its progress counts no more.
      if (was !== undefined && was.toContextId !== is?.toContextId) {
        occurrences.push({ type: 'move-undone', userId, collectionId, contextId, toContextId: was.toContextId })
      }
      if (is !== undefined) occurrences.push(told(userId, collectionId, is))
    }
    return occurrences
  }

  #participation(place: EnrolmentKey): Participation {
    const { facts, catalogue } = this.#school
    const { collectionId, contextId } = place
    const views = new Map([...facts.views(place)].filter(([contentId]) => contentId !== collectionId))
    const starts = [...views.values()].flatMap(({ startedAt }) => startedAt ?? [])
    const required = catalogue.publicationNow(collectionId)?.structure.root.required ?? []
    return {
      contextId,
      context: catalogue.contextNow(collectionId, contextId),
      enrolledAt: facts.enrolment(place)?.firstEnrolledAt ?? null,
      startedAt: starts.length === 0 ? null : Math.min(...starts),
      completedAt: allCompletedAt(required, views) ?? null,
      rules: rulesOf(catalogue, place),
    }
  }
}

function joined(a: ViewRow | undefined, b: ViewRow | undefined): ViewRow | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return joinViews(a, b)
}

/** The earliest of the times of a row that are now others than before; undefined where none is. */
function earliestChange(before: ViewRow | undefined, after: ViewRow): number | undefined {
  const times: number[] = []
  if (after.startedAt !== null && after.startedAt !== before?.startedAt) times.push(after.startedAt)
  const completedAt = viewCompletedAt(after)
  if (completedAt !== null && (before === undefined || viewCompletedAt(before) !== completedAt)) times.push(completedAt)
  return times.length === 0 ? undefined : Math.min(...times)
}

function told(userId: string, collectionId: string, { fromContextId, toContextId, ruleId, at }: Moved): Occurrence {
  return { type: 'progress-moved', userId, collectionId, contextId: fromContextId, toContextId, ruleId, movedAt: at }
}
