/** One learner as the present mode shows the facts, and as another mode, or other rules, would. */
import { factsIn, type LearnerFacts } from '../../domain/progress/learner-facts.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { instanceRules, type StoredRule } from '../../domain/progress/stored-rule.ts'
import { joinIds, type EnrolmentKey } from '../../domain/progress/key.ts'
import type { CatalogueNow } from '../../stores/carrying/tables.ts'
import { openLearner } from '../../stores/memory/learner.ts'
import type { ShownProgress } from '../../stores/memory/shown.ts'
import type { Snapshot } from '../../stores/sqlite/snapshot.ts'
import type { Showing } from './compare.ts'

/** What is tried. */
export interface Trial {
  readonly to: Mode
  /** All rules that the instance would have; undefined: those that it has. */
  readonly rules: readonly StoredRule[] | undefined
  /** IANA name. */
  readonly timeZone: string
  /** When the mode would change, UTC milliseconds. */
  readonly at: number
}

/** Shows learners as they are and as they would be. */
export function trialOf(
  snapshot: Snapshot,
  { to, rules, timeZone, at }: Trial,
): (facts: LearnerFacts) => { readonly before: Showing; readonly after: Showing } {
  const { mode: from, catalogue } = snapshot
  const tried = rules === undefined ? catalogue : withRules(catalogue, rules)
  return (facts) => {
    const derived = snapshot.derived(facts)
    const before = openLearner({ mode: from, timeZone, catalogue }, facts, derived)
    const known = { ...facts, completions: completionsOnRecord(facts, before) }
    const school = { mode: to, timeZone, catalogue: tried }
    // Within one mode what was copied stays, whatever the rules become: a status that was shown never falls.
    const after =
      to === from ? openLearner(school, known, derived) : openLearner(school, factsIn(to, known, { from, at }))
    return { before: { mode: from, progress: before }, after: { mode: to, progress: after } }
  }
}

/** The catalogue with other rules, as if they had just changed. */
function withRules(catalogue: CatalogueNow, rules: readonly StoredRule[]): CatalogueNow {
  const instance = instanceRules(rules)
  return {
    publicationNow: (collectionId) => catalogue.publicationNow(collectionId),
    contextNow: (collectionId, contextId) => catalogue.contextNow(collectionId, contextId),
    rulesNow: () => instance,
    revisionNow: () => Number.MAX_SAFE_INTEGER,
  }
}

/** The completions that are on record once every summary is computed: a change of mode begins with that. */
function completionsOnRecord(facts: LearnerFacts, progress: ShownProgress): LearnerFacts['completions'] {
  const known = new Map(facts.completions.map((one) => [placeId(one.key), one]))
  for (const key of placesOf(facts)) {
    const completedAt = progress.summary(key)?.completedAt
    if (completedAt === undefined || completedAt === progress.completion(key)) continue
    const before = known.get(placeId(key))?.completedAt ?? Number.POSITIVE_INFINITY
    known.set(placeId(key), { key, completedAt: Math.min(before, completedAt) })
  }
  return [...known.values()]
}

/** Wherever there is an enrolment or a row. */
function placesOf({ enrolments, views, attempts }: LearnerFacts): readonly EnrolmentKey[] {
  const places = new Map<string, EnrolmentKey>()
  for (const { key } of [...enrolments, ...views, ...attempts]) {
    const { userId, collectionId, contextId } = key
    places.set(placeId(key), { userId, collectionId, contextId })
  }
  return [...places.values()]
}

function placeId({ collectionId, contextId }: EnrolmentKey): string {
  return joinIds(collectionId, contextId)
}
