import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { LearnerFacts } from '../../domain/progress/learner-facts.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Moved } from '../../domain/progress/provenance.ts'
import { carryingIn } from '../carrying/modes.ts'
import type { CatalogueNow, CopyRow } from '../carrying/tables.ts'
import { idsOf, MemoryCopies, MemoryFacts, MemoryMoves } from './facts.ts'
import { ShownProgress } from './shown.ts'

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
  for (const { key } of learner.enrolments) carrying?.carry(key, undefined, Number.MAX_SAFE_INTEGER)
  return new ShownProgress({ ...school, facts }, carrying)
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
