import type { Attempt } from '../../domain/progress/attempt.ts'
import { carryAttempts } from '../../domain/progress/carried-attempts.ts'
import { enrolmentId, compareViewKeys, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import { isOrganic } from '../../domain/progress/mode.ts'
import type { Redirect } from '../../domain/progress/move.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { compareCopied, type Copied } from '../../domain/progress/provenance.ts'
import type { CountedRows } from '../../domain/progress/shared-rows.ts'
import { shownRow, type Made } from '../../domain/progress/shown-row.ts'
import { viewCompletedAt, type ViewRow } from '../../domain/progress/view.ts'
import type { ContentAccount } from '../../ports/progress-store.ts'
import { accountOf, distinct, historyOf, isLeaf, Targets, type School } from './account.ts'
import type { Carried, CarryCursor, Carrying, Leaving } from './carrying.ts'
import { CopyDeriving } from './copy-deriving.ts'
import type { CopyTable } from './tables.ts'

/**
 * Copies of progress (progress modes, rules 1 to 4). A completion is copied on in the transaction that records it, at a
 * cost that grows with that content's rows alone. An enrolment is carried over afterwards, leaf by leaf; until that is
 * done, whoever reads it has its rows derived at once.
 */
export class CopyCarrying implements Carrying {
  readonly #school: School
  readonly #copies: CopyTable
  readonly #deriving: CopyDeriving
  /** Enrolments of which some leaves are carried over as they stand now, and others are not. */
  readonly #underway = new Set<string>()

  constructor(school: School, copies: CopyTable) {
    this.#school = school
    this.#copies = copies
    this.#deriving = new CopyDeriving(school, copies)
  }

  place(key: ViewKey): Redirect {
    return { key, moves: [] }
  }

  view(key: ViewKey): ViewRow | undefined {
    return shownRow(this.#school.facts.view(key), this.#madeAt(key))
  }

  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow> {
    return this.#viewsWith(key, this.#madeUnder(key))
  }

  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]> {
    const made =
      contentId === undefined ? this.#madeUnder(key) : new Map([[contentId, this.#madeAt({ ...key, contentId })]])
    return this.#attemptsWith(this.#school.facts.attempts(key, contentId), made)
  }

  counted(key: EnrolmentKey): CountedRows {
    const made = this.#madeUnder(key)
    return { views: this.#viewsWith(key, made), attempts: this.#attemptsWith(this.#school.facts.attempts(key), made) }
  }

  completion(key: EnrolmentKey): number | undefined {
    return this.#school.facts.completion(key)
  }

  viewing(key: ViewKey, before: ViewRow | undefined, after: ViewRow): readonly Occurrence[] {
    const known = before === undefined ? null : viewCompletedAt(before)
    return known === null || known === viewCompletedAt(after) ? [] : this.#settle(key.userId, [key.contentId])
  }

  viewed(key: ViewKey, before: ViewRow | undefined, after: ViewRow): readonly Occurrence[] {
    if (before === undefined && this.#copies.at(key) === undefined) {
      this.#copies.put({ key, enrolledAt: null, copied: null })
    }
    const completedAt = viewCompletedAt(after)
    if (completedAt === null) return []
    const known = before !== undefined && viewCompletedAt(before) === completedAt
    return known && before.startedAt === after.startedAt
      ? []
      : this.#deriving.derive(key.userId, key.contentId, key, new Targets(this.#school))
  }

  enrolling(key: EnrolmentKey): readonly Occurrence[] {
    return this.carry(key, undefined, Number.MAX_SAFE_INTEGER).occurrences
  }

  enrolled(key: EnrolmentKey): readonly Occurrence[] {
    if (this.#school.facts.enrolment(key) === undefined) return []
    this.#copies.setRevision(key, undefined)
    this.#underway.delete(enrolmentId(key))
    return []
  }

  isBehind(key: EnrolmentKey): boolean {
    const { facts, catalogue } = this.#school
    const revision = this.#copies.revision(key)
    const behind = revision === undefined || revision < catalogue.revisionNow(key.collectionId, key.contextId)
    return behind && facts.enrolment(key) !== undefined
  }

  carry(key: EnrolmentKey, from: CarryCursor | undefined, leavesMax: number): Carried {
    if (!this.isBehind(key)) return { occurrences: [], wasBehind: false, leaves: 0, next: undefined }
    const { catalogue } = this.#school
    const { userId, collectionId, contextId } = key
    const revision = catalogue.revisionNow(collectionId, contextId)
    // What was carried under an earlier state of the catalogue, or of the enrolment, is carried again.
    const begin = from?.revision === revision && this.#underway.has(enrolmentId(key)) ? from.leaf : 0
    const leaves = catalogue.publicationNow(collectionId)?.structure.root.leaves ?? []
    const end = Math.min(leaves.length, begin + leavesMax)
    const targets = new Targets(this.#school)
    const occurrences = leaves.slice(begin, end).flatMap((leaf) => this.#deriving.derive(userId, leaf, key, targets))
    if (end < leaves.length) {
      this.#underway.add(enrolmentId(key))
      return { occurrences, wasBehind: true, leaves: end - begin, next: { leaf: end, revision } }
    }
    this.#underway.delete(enrolmentId(key))
    this.#copies.setRevision(key, revision)
    return { occurrences, wasBehind: true, leaves: end - begin, next: undefined }
  }

  carryOn(key: EnrolmentKey): readonly Occurrence[] {
    return this.#deriving.deriveAll(key, this.#school.facts.views(key).keys())
  }

  alsoStale(occurrence: Occurrence): readonly EnrolmentKey[] {
    if (occurrence.type !== 'attempt-submitted') return []
    return this.#copiedFrom(occurrence)
  }

  handOver(key: EnrolmentKey, userId: string): void {
    for (const { key: row, enrolledAt, copied } of this.#copies.rowsUnder(key)) {
      const into = { ...row, userId }
      const brought = copied && { ...copied, from: { ...copied.from, userId } }
      const before = this.#copies.at(into)
      this.#copies.put({
        key: into,
        enrolledAt: before?.enrolledAt ?? enrolledAt,
        copied: firstCopied(before?.copied ?? null, brought),
      })
    }
    this.#copies.remove(key)
    this.#underway.delete(enrolmentId(key))
  }

  leaving(key: EnrolmentKey): Leaving {
    const { facts } = this.#school
    const copied = this.#copies.rowsUnder(key).flatMap((row) => (row.copied === null ? [] : [row.key.contentId]))
    // An organic view of the same name belongs to no enrolment, and stays.
    const contents = [...new Set([...facts.views(key).keys(), ...copied])].filter((id) => id !== key.collectionId)
    const occurrences = this.#settle(key.userId, contents)
    const changed: EnrolmentKey[] = []
    // A copy outlives its source, and the attempts that it brought stay with it. Copies of its row now show them as well.
    for (const [contentId, attempts] of facts.attempts(key)) {
      if (contentId === key.collectionId) continue
      for (const row of this.#copiedFrom({ ...key, contentId })) {
        for (const attempt of attempts) facts.mergeAttempt(row, attempt)
        changed.push(...this.#copiedFrom(row))
      }
    }
    this.#copies.remove(key, key.collectionId)
    this.#underway.delete(enrolmentId(key))
    return { occurrences, own: 'rows', rowsOf: [], changed, contents }
  }

  left(key: EnrolmentKey, contentIds: readonly string[]): readonly Occurrence[] {
    return this.#deriving.deriveAll(key, contentIds)
  }

  account(userId: string, contentId: string): ContentAccount {
    const school = this.#school
    const enrolled = school.facts
      .participationsOf(userId)
      .filter((key) => isLeaf(school.catalogue, key.collectionId, contentId) && school.facts.enrolment(key))
    const stored = this.#copies.rowsOf(userId, contentId)
    const keys = distinct([...stored.map(({ key }) => key), ...enrolled.map((key) => ({ ...key, contentId }))])
    const rows = keys.map((key) => ({ key, made: this.#madeAt(key) }))
    const withCopies = rows.map(({ key, made }) => ({ key, copied: made?.copied ?? null }))
    return {
      rows: rows.map(({ key, made }) => accountOf(school, key, school.facts.view(key), provenanceOf(made))),
      history: historyOf(school, contentId, withCopies, keys, new Targets(school)),
    }
  }

  /**
   * Stores what is derived of some contents for enrolments that wait to be carried over: their readers have seen it, and
   * what is about to change would take it back.
   */
  #settle(userId: string, contentIds: readonly string[]): readonly Occurrence[] {
    const targets = new Targets(this.#school)
    return this.#copies
      .uncarried(userId)
      .flatMap((key) =>
        contentIds
          .filter((contentId) => isLeaf(this.#school.catalogue, key.collectionId, contentId))
          .flatMap((contentId) => this.#deriving.derive(userId, contentId, key, targets)),
      )
  }

  /** Rows into which this one was copied. */
  #copiedFrom(key: ViewKey): readonly ViewKey[] {
    return this.#copies
      .rowsOf(key.userId, key.contentId)
      .filter(({ copied }) => copied !== null && compareViewKeys(copied.from, key) === 0)
      .map((row) => row.key)
  }

  /** What is to be made of a row, whether or not its enrolment has been carried over. */
  #madeAt(key: ViewKey): Made | undefined {
    const stored = this.#copies.at(key)
    if (isOrganic(key) || !this.isBehind(key) || !isLeaf(this.#school.catalogue, key.collectionId, key.contentId)) {
      return stored
    }
    return this.#deriving.decided(key, key.contentId, stored?.copied ?? null, new Targets(this.#school))
  }

  #viewsWith(key: EnrolmentKey, made: ReadonlyMap<string, Made>): ReadonlyMap<string, ViewRow> {
    const own = this.#school.facts.views(key)
    const shown = new Map(own)
    for (const [contentId, one] of made) {
      const row = shownRow(own.get(contentId), one)
      if (row !== undefined) shown.set(contentId, row)
    }
    return shown
  }

  #attemptsWith(
    own: ReadonlyMap<string, readonly Attempt[]>,
    made: ReadonlyMap<string, Made | undefined>,
  ): ReadonlyMap<string, readonly Attempt[]> {
    const attempts = new Map(own)
    for (const [content, row] of made) {
      const from = row?.copied?.from
      const carried = from === undefined ? undefined : this.#school.facts.attempts(from, content).get(content)
      if (carried !== undefined) attempts.set(content, carryAttempts(attempts.get(content) ?? [], carried))
    }
    return attempts
  }

  #madeUnder(key: EnrolmentKey): ReadonlyMap<string, Made> {
    const made = new Map<string, Made>(this.#copies.rowsUnder(key).map((row) => [row.key.contentId, row]))
    if (!this.isBehind(key)) return made
    const targets = new Targets(this.#school)
    for (const leaf of this.#school.catalogue.publicationNow(key.collectionId)?.structure.root.leaves ?? []) {
      const decided = this.#deriving.decided(key, leaf, made.get(leaf)?.copied ?? null, targets)
      if (decided !== undefined) made.set(leaf, decided)
    }
    return made
  }
}

/** Of two copies in one row, the one that takes precedence. */
function firstCopied(a: Copied | null, b: Copied | null): Copied | null {
  if (a === null || b === null) return a ?? b
  return compareCopied(a, b) <= 0 ? a : b
}

function provenanceOf({ enrolledAt, copied }: Made = { enrolledAt: null, copied: null }): Made {
  return { enrolledAt, copied }
}
