/**
 * Moving a collection's progress from one context to another when the learner enrols there.
 * Source: viewer-service seed, "Move Mode"; progress modes, rule 5. Times are UTC milliseconds.
 *
 * Moves are derived like copies: from all that is known of one learner in one collection, in the order in which it
 * happened. The learner's facts stay under the key they were reported under, so a late one cannot be lost.
 */
import { compareText } from '../id.ts'
import { contextStatus, type ContextTimes } from './context.ts'
import type { ViewKey } from './key.ts'
import type { Moved } from './provenance.ts'
import { tryRules, type Rule } from './rule.ts'
import { joinViews, type ViewRow } from './view.ts'

/** A learner's part in one context of the collection. */
export interface Participation {
  readonly contextId: string
  readonly context: ContextTimes | undefined
  /** First enrolment; null: the learner viewed there without enrolling. */
  readonly enrolledAt: number | null
  /** First view; null where there is none. */
  readonly startedAt: number | null
  /** When the collection was completed there; null where it is not. */
  readonly completedAt: number | null
  /** The rules that hold in this context: they decide what moves into it. */
  readonly rules: readonly Rule[]
}

/** The moves of one learner in one collection, by the context that was left. Each context is left at most once. */
export type Moves = ReadonlyMap<string, Moved>

/**
 * Decides all moves within one collection. Each first enrolment, in the order of their times, takes over every other
 * context that the learner took part in before, that is ongoing at that moment, of which a rule holds, and that has not
 * moved already. An enrolment in a context that was left takes nothing: enrolling twice moves once.
 */
export function decideMoves(participations: readonly Participation[], timeZone: string): Moves {
  const moves = new Map<string, Moved>()
  const enrolments = participations.flatMap((into) => (into.enrolledAt === null ? [] : [{ into, at: into.enrolledAt }]))
  enrolments.sort((a, b) => a.at - b.at || compareText(a.into.contextId, b.into.contextId))
  for (const { into, at } of enrolments) {
    if (moves.has(into.contextId)) continue
    for (const from of participations) {
      if (from === into || moves.has(from.contextId) || !precedes(from, into, at)) continue
      const moved = tryMove(from, into, at, timeZone)
      if (moved !== undefined) moves.set(from.contextId, moved)
    }
  }
  return moves
}

/** Whether the learner took part in a context before enrolling in another; of two at one time the first by id did. */
function precedes(from: Participation, into: Participation, at: number): boolean {
  const since = Math.min(from.enrolledAt ?? Number.POSITIVE_INFINITY, from.startedAt ?? Number.POSITIVE_INFINITY)
  return since < at || (since === at && compareText(from.contextId, into.contextId) < 0)
}

function tryMove(from: Participation, into: Participation, at: number, timeZone: string): Moved | undefined {
  if (from.context === undefined || contextStatus(from.context, at) !== 'ongoing') return undefined
  const { context: sourceContext } = from
  // What is completed only later does not count yet: rules are tried at the moment of enrolling.
  const completedAt = from.completedAt !== null && from.completedAt <= at ? from.completedAt : null
  const answer = tryRules(into.rules, { completedAt, sourceContext, targetContext: into.context, at, timeZone }).at(-1)
  if (answer === undefined || !answer.holds) return undefined
  const { ruleId, findings } = answer
  return { fromContextId: from.contextId, toContextId: into.contextId, at, ruleId, findings }
}

/** The context in which progress of a context now is: itself, or where it moved, and from there on. */
export function currentContext(moves: Moves, contextId: string): string {
  let current = contextId
  // A context is never left for one that was left before it, so the way ends; each step uses up one move.
  for (let steps = 0; steps < moves.size; steps += 1) {
    const moved = moves.get(current)
    if (moved === undefined) break
    current = moved.toContextId
  }
  return current
}

/** Where a write goes, and the moves on its way: the answer must say so where there are any. */
export interface Redirect {
  readonly key: ViewKey
  readonly moves: readonly Moved[]
}

/**
 * The row to which a write counts: a late update for a context that was left is applied to where it moved. The fact
 * itself is kept under its own key too, where the tombstone is. Reads are not redirected: they answer "not started".
 */
export function redirectWrite(moves: Moves, key: ViewKey): Redirect {
  const way: Moved[] = []
  if (!movesWithCollection(key)) return { key, moves: way }
  const contextId = currentContext(moves, key.contextId)
  let step = moves.get(key.contextId)
  while (step !== undefined && way.length < moves.size) {
    way.push(step)
    step = moves.get(step.toContextId)
  }
  return { key: { ...key, contextId }, moves: way }
}

/** A single content never moves (viewer-service seed, "Move Mode"). */
function movesWithCollection(key: ViewKey): boolean {
  return key.contentId !== key.collectionId
}

/** One row after the moves: what it holds, and where that came from or went. */
export interface MovedRow {
  readonly key: ViewKey
  readonly row: ViewRow
  /** The row is a tombstone: answered as not started. */
  readonly movedTo: Moved | null
  /** The moves that brought rows here, by context left. */
  readonly movedFrom: readonly Moved[]
}

/**
 * The rows of one learner in one collection after its moves: what was reported in a context that was left stays there as
 * a tombstone and is joined, row by row, into where it moved (the greater status, the earlier completion).
 */
export function moveRows(
  moves: Moves,
  rows: readonly { readonly key: ViewKey; readonly row: ViewRow }[],
): readonly MovedRow[] {
  const joined = new Map<string, Map<string, MovedRow>>()
  const moved: MovedRow[] = []
  for (const { key, row } of rows) {
    const redirect = redirectWrite(moves, key)
    const [first] = redirect.moves
    if (first !== undefined) moved.push({ key, row, movedTo: first, movedFrom: [] })
    const here = joined.get(redirect.key.contextId) ?? new Map<string, MovedRow>()
    joined.set(redirect.key.contextId, here)
    const known = here.get(key.contentId)
    const movedFrom = uniteMoves(known?.movedFrom ?? [], redirect.moves)
    const whole = known === undefined ? row : joinViews(known.row, row)
    here.set(key.contentId, { key: redirect.key, row: whole, movedTo: null, movedFrom })
  }
  for (const here of joined.values()) moved.push(...here.values())
  return moved
}

function uniteMoves(a: readonly Moved[], b: readonly Moved[]): readonly Moved[] {
  const united = new Map([...a, ...b].map((moved) => [moved.fromContextId, moved]))
  return [...united.values()].sort((x, y) => compareText(x.fromContextId, y.fromContextId))
}
