/**
 * All that is known of what one learner did, and what a change of the instance's mode makes of it. Facts stay what they
 * are; only the key that they lie under may become another, and then they merge there. Source: progress modes, "Modes"
 * and "Words" (provenance `migrated`). Times are UTC milliseconds.
 */
import { joinAttempts, type Attempt } from './attempt.ts'
import type { Enrolment } from './enrolment.ts'
import { compareViewKeys, joinIds, viewId, type EnrolmentKey, type ViewKey } from './key.ts'
import { targetRow, type Mode } from './mode.ts'
import type { Migrated } from './provenance.ts'
import { joinViews, type ViewRow } from './view.ts'

export interface KeyedView {
  readonly key: ViewKey
  readonly row: ViewRow
}

export interface KeyedAttempt {
  readonly key: ViewKey
  readonly attempt: Attempt
}

/** That the row under a key was made from another. */
export interface KeyedMigration {
  readonly key: ViewKey
  readonly migrated: Migrated
}

export interface LearnerFacts {
  readonly userId: string
  readonly views: readonly KeyedView[]
  readonly attempts: readonly KeyedAttempt[]
  readonly enrolments: readonly { readonly key: EnrolmentKey; readonly enrolment: Enrolment }[]
  /** Completions on record. They stay in every mode: that an enrolment was complete is a fact (decision 0007). */
  readonly completions: readonly { readonly key: EnrolmentKey; readonly completedAt: number }[]
  readonly migrated: readonly KeyedMigration[]
}

/** When an instance left which mode. */
export interface ModeLeft {
  readonly from: Mode
  readonly at: number
}

/**
 * The key under which a mode keeps a row that was kept under this one, in whichever mode. Where a former mode had put
 * rows of several places into one, nothing is known of these places any more: such a row stays where it is.
 */
export function keyAfter(to: Mode, kept: ViewKey): ViewKey {
  return targetRow(to, kept)
}

/** Whether a row lies under another key in the mode that comes. */
export function isRekeyed(to: Mode, kept: ViewKey): boolean {
  return compareViewKeys(keyAfter(to, kept), kept) !== 0
}

/**
 * The facts as a mode keeps them. Rows that meet under one key merge; each row that was made so tells of every former
 * row, and of those that these had been made from.
 */
export function factsIn(to: Mode, facts: LearnerFacts, left: ModeLeft): LearnerFacts {
  const views = new Map<string, KeyedView>()
  for (const { key: kept, row } of facts.views) {
    const key = keyAfter(to, kept)
    const before = views.get(viewId(key))
    views.set(viewId(key), { key, row: before === undefined ? row : joinViews(before.row, row) })
  }
  const attempts = new Map<string, KeyedAttempt>()
  for (const { key: kept, attempt } of facts.attempts) {
    const key = keyAfter(to, kept)
    const id = viewId(key) + joinIds(attempt.attemptId)
    const before = attempts.get(id)
    attempts.set(id, { key, attempt: before === undefined ? attempt : joinAttempts(before.attempt, attempt) })
  }
  const migrated = migrationsIn(to, facts, left)
  return { ...facts, views: [...views.values()], attempts: [...attempts.values()], migrated }
}

/** Of two migrations from one key the later one stays. */
function migrationsIn(to: Mode, facts: LearnerFacts, { from, at }: ModeLeft): readonly KeyedMigration[] {
  const former = facts.migrated.map(({ key, migrated }) => ({ key: keyAfter(to, key), migrated }))
  const now = [...facts.views, ...facts.attempts]
    .filter(({ key }) => isRekeyed(to, key))
    .map(({ key }) => ({ key: keyAfter(to, key), migrated: { from: key, fromMode: from, at } }))
  const byRow = new Map<string, KeyedMigration>()
  for (const one of [...former, ...now]) byRow.set(viewId(one.key) + viewId(one.migrated.from), one)
  return [...byRow.values()].sort(
    (a, b) => compareViewKeys(a.key, b.key) || compareViewKeys(a.migrated.from, b.migrated.from),
  )
}
