import { decideCopies, settleCopy } from '../../domain/progress/carry.ts'
import { joinIds, type EnrolmentKey } from '../../domain/progress/key.ts'
import type { LearnerFacts } from '../../domain/progress/learner-facts.ts'
import { MODE_TABLE, type Mode } from '../../domain/progress/mode.ts'
import type { Moved } from '../../domain/progress/provenance.ts'
import { historyOf, Targets, type School } from '../carrying/account.ts'
import { carryingIn } from '../carrying/modes.ts'
import type { CatalogueNow, CopyRow } from '../carrying/tables.ts'
import { idsOf, MemoryCopies, MemoryFacts, MemoryMoves } from './facts.ts'
import { ShownProgress, type ShownRows } from './shown.ts'

/** How progress counts, and in which catalogue. */
export interface LearnerSchool {
  readonly mode: Mode
  /** IANA name. */
  readonly timeZone: string
  readonly catalogue: CatalogueNow
}

/** What a store has derived of a learner's facts so far. */
export interface Derived {
  readonly copies: readonly CopyRow[]
  /** The state of the catalogue under which each enrolment was last carried over, where it was. */
  readonly revisions: readonly { readonly key: EnrolmentKey; readonly revision: number }[]
  readonly moves: readonly { readonly key: EnrolmentKey; readonly moved: Moved }[]
}

/**
 * One learner in memory, with everything carried over: what an instance shows, or would show.
 * @param derived what is known already; left out, all is derived from the facts alone.
 */
export function openLearner(school: LearnerSchool, learner: LearnerFacts, derived?: Derived): ShownProgress {
  const facts = factsOf(learner)
  const [copies, moves] = [new MemoryCopies(), new MemoryMoves()]
  const carrying = carryingIn({ ...school, facts }, copies, moves)
  for (const { key } of learner.views) copies.put({ key, enrolledAt: null, copied: null })
  for (const row of derived?.copies ?? []) copies.put(row)
  for (const { key, revision } of derived?.revisions ?? []) copies.setRevision(key, revision)
  for (const { key, moved } of derived?.moves ?? []) moves.set(key, moved)
  if (derived === undefined && MODE_TABLE[school.mode].enrolment.carries === 'copies')
    copyAll({ ...school, facts }, learner, copies)
  for (const { key } of learner.enrolments) carrying?.carry(key, undefined, Number.MAX_SAFE_INTEGER)
  return new SettledProgress({ ...school, facts }, carrying)
}

/**
 * Copies into all enrolments at once, each content decided once: what carrying over one enrolment after the other ends
 * in, at a cost that grows with the contents that the learner viewed, not with the leaves of the collections.
 */
function copyAll(school: School, { views, enrolments }: LearnerFacts, copies: MemoryCopies): void {
  const { catalogue } = school
  for (const { key, enrolment } of enrolments) {
    for (const contentId of catalogue.publicationNow(key.collectionId)?.structure.root.leaves ?? []) {
      copies.put({ key: { ...key, contentId }, enrolledAt: enrolment.firstEnrolledAt, copied: null })
    }
    copies.setRevision(key, catalogue.revisionNow(key.collectionId, key.contextId))
  }
  const places = enrolments.map(({ key }) => key)
  const targets = new Targets(school)
  for (const { userId, contentId } of new Map(views.map(({ key }) => [key.contentId, key])).values()) {
    for (const decision of decideCopies(
      historyOf(school, contentId, copies.rowsOf(userId, contentId), places, targets),
    )) {
      const enrolledAt = school.facts.enrolment(decision.target)?.firstEnrolledAt ?? null
      copies.put({ key: decision.target, enrolledAt, copied: settleCopy(null, decision) })
    }
  }
}

/** Nothing in it changes any more, so that the rows of a place are put together once. */
class SettledProgress extends ShownProgress {
  readonly #rows = new Map<string, ShownRows>()

  override rows(key: EnrolmentKey): ShownRows {
    const id = joinIds(...idsOf(key))
    const known = this.#rows.get(id)
    if (known !== undefined) return known
    const rows = super.rows(key)
    this.#rows.set(id, rows)
    return rows
  }
}

function factsOf({ views, attempts, enrolments, completions, migrated }: LearnerFacts): MemoryFacts {
  const facts = new MemoryFacts()
  for (const { key, row } of views) facts.viewRows.set([...idsOf(key), key.contentId], row)
  for (const { key, attempt } of attempts) facts.mergeAttempt(key, attempt)
  for (const { key, enrolment } of enrolments) facts.enrolments.set(idsOf(key), enrolment)
  for (const { key, completedAt } of completions) facts.completions.set(idsOf(key), completedAt)
  for (const one of migrated) {
    const ids = [...idsOf(one.key), one.key.contentId]
    facts.migrations.set(ids, [...(facts.migrations.get(...ids) ?? []), one.migrated])
  }
  return facts
}
