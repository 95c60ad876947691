/** Copies as the model keeps them: each is decided as soon as anything that bears on it is known, and never taken back. */
import { decideCopies, settleCopy } from '../../src/domain/progress/carry.ts'
import type { ContentHistory } from '../../src/domain/progress/copying.ts'
import { isOrganic } from '../../src/domain/progress/mode.ts'
import { compareCopied, type Copied } from '../../src/domain/progress/provenance.ts'
import type { Carried, Times } from './carried.ts'
import { isOutside, nameOf, splitRow } from './facts.ts'
import type { Model } from './model.ts'
import { leavesOf } from './outline.ts'
import { completionOf, contextOf, enrolmentOf, keyOf, rowName, rulesOf, TIME_ZONE, timesOf } from './school.ts'
import { CONTENTS, USERS } from './world.ts'

type Ledger = ReadonlyMap<string, Copied>

export class CarriedCopies implements Carried {
  readonly counts = { copies: 0, moves: 0, redirected: 0 }
  readonly #model: Model
  /** By row. */
  #copies = new Map<string, Copied>()
  /** What was there when every worker had caught up: a worker has surely stored it. */
  #stored = new Map<string, Copied>()
  /** Contents of the rows that a removal under way takes. */
  #leftContents: readonly string[] = []
  readonly #doubted = new Set<string>()
  /** Learners of whom readers may have been shown what was never stored. */
  readonly #shownOnly = new Set<string>()

  constructor(model: Model) {
    this.#model = model
  }

  place(row: string): string {
    return row
  }

  shownAt(row: string): readonly string[] {
    return [row]
  }

  attemptsAt(row: string): readonly string[] {
    const from = this.#copies.get(row)?.from
    return from === undefined ? [row] : [row, rowName(from)]
  }

  copied(row: string): Copied | undefined {
    return this.#copies.get(row)
  }

  leftFor(): undefined {
    return undefined
  }

  viewed(row: string, before: Times, after: Times): void {
    const completedAt = completionOf(after)
    if (completedAt === null) return
    if (completionOf(before) === completedAt && before.startedAt === after.startedAt) return
    const { userId, contentId } = splitRow(row)
    this.#derive(userId, contentId)
  }

  enrolled(name: string): void {
    const [userId = '', collectionId = ''] = name.split('|')
    for (const leaf of this.#leaves(collectionId)) this.#derive(userId, leaf)
  }

  decidedAnew(where: { readonly collectionId?: string; readonly contextId?: string }): void {
    const concerned = this.#model.places.filter(
      (place) =>
        this.#model.enrolments.has(nameOf(place)) &&
        place.collectionId === (where.collectionId ?? place.collectionId) &&
        place.contextId === (where.contextId ?? place.contextId),
    )
    for (const userId of USERS) {
      const own = concerned.filter((place) => place.userId === userId)
      const leaves = new Set(own.flatMap((place) => this.#leaves(place.collectionId)))
      for (const contentId of CONTENTS) {
        if (leaves.has(contentId) || this.#wasViewed(userId, contentId, where)) this.#derive(userId, contentId)
        // A worker that comes only now has never seen what held before.
        this.#compare(userId, contentId)
      }
    }
  }

  leaving(name: string): readonly string[] {
    this.#settle(name)
    this.#leftContents = CONTENTS.filter((contentId) => this.#model.views.has(`${name}|${contentId}`))
    for (const [to, { from }] of this.#copies) {
      if (!rowName(from).startsWith(`${name}|`)) continue
      this.#model.mergeAttempts(rowName(from), to)
      // A known limit: of what was removed it depends on what is decided anew afterwards which source and which attempts a
      // copy keeps.
      if (!to.startsWith(`${name}|`)) this.doubt(splitRow(to).userId)
    }
    for (const ledger of [this.#copies, this.#stored]) {
      for (const row of ledger.keys()) if (row.startsWith(`${name}|`)) ledger.delete(row)
    }
    return [name]
  }

  removed(name: string): void {
    // What was copied from it stays, and where it can be copied from elsewhere that is named from now on.
    const [userId = ''] = name.split('|')
    for (const contentId of this.#leftContents) this.#derive(userId, contentId)
  }

  left(userId: string): void {
    for (const ledger of [this.#copies, this.#stored]) {
      for (const row of ledger.keys()) if (row.startsWith(`${userId}|`)) ledger.delete(row)
    }
    this.#doubted.delete(userId)
    this.#shownOnly.delete(userId)
  }

  atRest(): void {
    this.#stored = new Map(this.#copies)
  }

  inDoubt(name: string): boolean {
    return !isOutside(name) && this.#doubted.has(name.slice(0, name.indexOf('|')))
  }

  maySwallow(): boolean {
    return true
  }

  doubt(userId: string): void {
    if (!this.#model.strict) this.#doubted.add(userId)
  }

  mayFall(name: string): boolean {
    return this.#shownOnly.has(name.slice(0, name.indexOf('|')))
  }

  takenAway(): readonly string[] {
    return []
  }

  /** Whether a content was viewed in the context that changed: its dates may decide what is copied from there. */
  #wasViewed(userId: string, contentId: string, where: { collectionId?: string; contextId?: string }): boolean {
    const { collectionId, contextId } = where
    if (collectionId === undefined || contextId === undefined) return false
    return this.#model.views.has(rowName({ userId, collectionId, contextId, contentId }))
  }

  #leaves(collectionId: string): readonly string[] {
    return leavesOf(this.#model.published.get(collectionId)?.outline ?? [])
  }

  #derive(userId: string, contentId: string): void {
    for (const [row, copied] of this.#decided(userId, contentId, this.#copies)) {
      const before = this.#copies.get(row)
      if (copied === null) this.#copies.delete(row)
      else this.#copies.set(row, copied)
      if (copied !== null && (before === undefined || compareCopied(before, copied) !== 0)) this.counts.copies += 1
    }
    if (this.#hasOrphan(userId, contentId)) this.#compare(userId, contentId)
  }

  /** What readers were shown of a source is stored before the source goes. */
  #settle(name: string): void {
    for (const contentId of CONTENTS) {
      if (!this.#model.views.has(`${name}|${contentId}`)) continue
      const { userId } = splitRow(name)
      for (const [row, copied] of this.#copies) if (isOf(row, userId, contentId)) this.#stored.set(row, copied)
    }
  }

  /** What a worker decides that comes late is compared with what one decides that came at once. */
  #compare(userId: string, contentId: string): void {
    const late = this.#after(userId, contentId, this.#stored)
    const soon = this.#after(userId, contentId, this.#copies)
    if (!this.#model.strict && !sameLedger(late, soon)) {
      this.doubt(userId)
      this.#shownOnly.add(userId)
    }
  }

  /** Whether a copy stands in for a source that was removed. Of several such, it matters when each was decided. */
  #hasOrphan(userId: string, contentId: string): boolean {
    const isOwn = (row: string): boolean => completionOf(timesOf(this.#model.views.get(row) ?? [])) !== null
    return [...this.#copies].some(([row, { from }]) => isOf(row, userId, contentId) && !isOwn(rowName(from)))
  }

  /** All copies of a content once it is decided anew. */
  #after(userId: string, contentId: string, there: Ledger): ReadonlyMap<string, Copied | null> {
    const before = [...there].filter(([row]) => isOf(row, userId, contentId))
    return new Map([...before, ...this.#decided(userId, contentId, there)])
  }

  /** What is to be on each row into which a content may be copied, when so much is there already. */
  #decided(userId: string, contentId: string, there: Ledger): ReadonlyMap<string, Copied | null> {
    const decided = new Map<string, Copied | null>()
    for (const decision of decideCopies(this.#history(userId, contentId, there))) {
      const row = rowName(decision.target)
      decided.set(row, settleCopy(there.get(row) ?? null, decision))
    }
    return decided
  }

  #history(userId: string, contentId: string, there: Ledger): ContentHistory {
    const model = this.#model
    const all = [...new Set([...model.views.keys(), ...there.keys()])].filter((row) => isOf(row, userId, contentId))
    const rows = all.map((row) => {
      const [key, facts] = [keyOf(row), model.views.get(row)]
      const context = isOrganic(key) ? undefined : contextOf(model, key)
      return { key, times: facts && timesOf(facts), copied: there.get(row) ?? null, context }
    })
    const targets = model.places
      .filter((place) => place.userId === userId && this.#leaves(place.collectionId).includes(contentId))
      .flatMap((key) => {
        const enrolment = enrolmentOf(model, `${key.userId}|${key.collectionId}|${key.contextId}`)
        return enrolment === undefined
          ? []
          : [{ key, enrolment, context: contextOf(model, key), rules: rulesOf(model, key) }]
      })
    return { mode: model.mode, timeZone: TIME_ZONE, contentId, rows, targets }
  }
}

function isOf(row: string, userId: string, contentId: string): boolean {
  return row.startsWith(`${userId}|`) && row.endsWith(`|${contentId}`)
}

function sameLedger(a: ReadonlyMap<string, Copied | null>, b: ReadonlyMap<string, Copied | null>): boolean {
  return [...b].every(([row, copied]) => {
    const other = a.get(row) ?? null
    return other === copied || (other !== null && copied !== null && compareCopied(other, copied) === 0)
  })
}
