/** Moves as the model keeps them: decided when something that bears on them is told, by the order in which it happened. */
import { currentContext, decideMoves, type Moves, type Participation } from '../../src/domain/progress/move.ts'
import type { Carried, Times } from './carried.ts'
import { isOutside } from './facts.ts'
import type { Model } from './model.ts'
import { requiredOf } from './outline.ts'
import { completionOf, contextOf, enrolmentOf, keyOf, rulesOf, TIME_ZONE, timesOf } from './school.ts'
import { CONTENTS } from './world.ts'

const NONE: Moves = new Map()

export class CarriedMoves implements Carried {
  readonly counts = { copies: 0, moves: 0, redirected: 0 }
  readonly #model: Model
  /** By learner and collection. */
  readonly #moves = new Map<string, Moves>()
  /** Learners and collections of which a worker has yet to decide anew, or may have, because of what. */
  readonly #open = new Map<string, 'decision' | 'removal'>()
  readonly #doubted = new Set<string>()
  #taken: string[] = []

  constructor(model: Model) {
    this.#model = model
  }

  place(row: string): string {
    const { userId, collectionId, contextId, contentId } = keyOf(row)
    if (collectionId === contentId) return row
    const current = currentContext(this.#of(`${userId}|${collectionId}`), contextId)
    return [userId, collectionId, current, contentId].join('|')
  }

  shownAt(row: string): readonly string[] {
    const { userId, collectionId, contextId, contentId } = keyOf(row)
    if (collectionId === contentId) return [row]
    return this.#contexts(`${userId}|${collectionId}`, contextId).map((from) =>
      [userId, collectionId, from, contentId].join('|'),
    )
  }

  attemptsAt(row: string): readonly string[] {
    return this.shownAt(row)
  }

  copied(): undefined {
    return undefined
  }

  leftFor(row: string): string | undefined {
    const { userId, collectionId, contextId, contentId } = keyOf(row)
    return collectionId === contentId ? undefined : this.#of(`${userId}|${collectionId}`).get(contextId)?.toContextId
  }

  viewed(row: string, before: Times, after: Times): void {
    const { userId, collectionId, contentId } = keyOf(row)
    if (collectionId === contentId) return
    const group = `${userId}|${collectionId}`
    const changed = [
      after.startedAt === before.startedAt ? null : after.startedAt,
      completionOf(after) === completionOf(before) ? null : completionOf(after),
    ].filter((at) => at !== null)
    const enrolments = this.#model.places.flatMap((place) =>
      place.userId === userId && place.collectionId === collectionId
        ? (enrolmentOf(this.#model, `${group}|${place.contextId}`)?.firstEnrolledAt ?? [])
        : [],
    )
    if (changed.length > 0 && Math.min(...changed) <= Math.max(...enrolments)) this.#derive(group)
  }

  enrolled(name: string): void {
    this.#derive(groupOf(name))
  }

  decidedAnew({ collectionId }: { readonly collectionId?: string }): void {
    for (const group of this.#groups()) {
      if (collectionId !== undefined && group.split('|')[1] !== collectionId) continue
      if (this.#isOpen(group)) this.#open.set(group, 'decision')
    }
  }

  leaving(name: string): readonly string[] {
    const group = groupOf(name)
    const contextId = name.slice(group.length + 1)
    if (this.inDoubt(name)) this.doubt(group.slice(0, group.indexOf('|')))
    const moves = this.#of(group)
    if (moves.has(contextId)) return []
    const gone = this.#contexts(group, contextId)
    this.#moves.set(group, new Map([...moves].filter(([from]) => !gone.includes(from))))
    return gone.map((from) => `${group}|${from}`)
  }

  /** An enrolment was removed: nothing is decided anew by that, but by what comes next. */
  removed(name: string): void {
    const group = groupOf(name)
    if (this.#isOpen(group)) this.#open.set(group, 'removal')
  }

  left(userId: string): void {
    for (const map of [this.#moves, this.#open]) {
      for (const group of map.keys()) if (group.startsWith(`${userId}|`)) map.delete(group)
    }
    this.#doubted.delete(userId)
  }

  atRest(): void {
    for (const [group, why] of this.#open) if (why === 'decision') this.#derive(group)
  }

  inDoubt(name: string): boolean {
    const group = groupOf(name)
    if (this.#model.strict || isOutside(name)) return false
    return this.#doubted.has(name.slice(0, name.indexOf('|'))) || this.#open.has(group) || this.#isOpen(group)
  }

  takenAway(): readonly string[] {
    return this.#taken.splice(0)
  }

  maySwallow(): boolean {
    return true
  }

  doubt(userId: string): void {
    this.#doubted.add(userId)
  }

  mayFall(name: string): boolean {
    return this.inDoubt(name)
  }

  #of(group: string): Moves {
    return this.#moves.get(group) ?? NONE
  }

  #contexts(group: string, contextId: string): readonly string[] {
    const moves = this.#of(group)
    if (moves.has(contextId)) return []
    return [contextId, ...[...moves.keys()].filter((from) => currentContext(moves, from) === contextId)]
  }

  #groups(): ReadonlySet<string> {
    return new Set(this.#model.places.map(({ userId, collectionId }) => `${userId}|${collectionId}`))
  }

  #isOpen(group: string): boolean {
    return !sameMoves(this.#of(group), this.#decided(group))
  }

  #derive(group: string): void {
    const [before, after] = [this.#of(group), this.#decided(group)]
    this.#open.delete(group)
    if (sameMoves(before, after)) return
    for (const [from, moved] of after) if (!sameMoves(new Map([[from, moved]]), before, from)) this.counts.moves += 1
    this.#moves.set(group, after)
    this.#taken.push(group)
  }

  #decided(group: string): Moves {
    const places = this.#model.places.filter(({ userId, collectionId }) => `${userId}|${collectionId}` === group)
    return decideMoves(
      places.map((place) => this.#participation(`${group}|${place.contextId}`)),
      TIME_ZONE,
    )
  }

  #participation(name: string): Participation {
    const model = this.#model
    const key = keyOf(`${name}|`)
    const times = new Map<string, Times>(
      CONTENTS.flatMap((id) => {
        const facts = model.views.get(`${name}|${id}`)
        return facts === undefined ? [] : [[id, timesOf(facts)] as const]
      }),
    )
    const starts = [...times.values()].flatMap(({ startedAt }) => startedAt ?? [])
    const ends = requiredOf(model.published.get(key.collectionId)?.outline ?? []).map((leaf) => {
      const of = times.get(leaf)
      return of === undefined ? null : completionOf(of)
    })
    const done = ends.filter((end) => end !== null)
    return {
      contextId: key.contextId,
      context: contextOf(model, key),
      enrolledAt: enrolmentOf(model, name)?.firstEnrolledAt ?? null,
      startedAt: starts.length === 0 ? null : Math.min(...starts),
      completedAt: done.length === ends.length && done.length > 0 ? Math.max(...done) : null,
      rules: rulesOf(model, key),
    }
  }
}

function groupOf(name: string): string {
  return name.split('|').slice(0, 2).join('|')
}

/** @param only the one context that is compared. */
function sameMoves(a: Moves, b: Moves, only?: string): boolean {
  const text = (moves: Moves): string =>
    JSON.stringify(
      [...moves].filter(([from]) => only === undefined || from === only).sort(([x], [y]) => (x < y ? -1 : 1)),
    )
  return text(a) === text(b)
}
