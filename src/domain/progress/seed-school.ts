/** Seed scenarios in the terms of learner-state.ts: what tests and generated documents run. */
import { readDate } from './context.ts'
import { act, NEW_LEARNER, type Act, type LearnerState, type School, type SchoolContext } from './learner-state.ts'
import { readRules } from './read-rule.ts'
import { SEED_USER, type Deed, type SeedContext, type SeedScenario } from './seed-scenarios.ts'

/** How long before its completion a content is started, milliseconds. */
const VIEW_MS = 60_000

/** The school that a scenario plays in. */
export function schoolOf(
  scenario: Pick<SeedScenario, 'mode' | 'timeZone' | 'rules' | 'collections' | 'contexts'>,
): School {
  const { mode, timeZone } = scenario
  return {
    mode,
    timeZone,
    collections: new Map(Object.entries(scenario.collections)),
    contexts: scenario.contexts.map((context) => schoolContext(context, timeZone)),
    rules: readRules(scenario.rules),
  }
}

function schoolContext({ collectionId, contextId, startDate, endDate }: SeedContext, timeZone: string): SchoolContext {
  return {
    collectionId,
    contextId,
    startsAt: readDate(startDate, timeZone, false) ?? null,
    endsAt: readDate(endDate, timeZone, true) ?? null,
    statusSet: null,
  }
}

/** What a deed consists of: completing is starting and ending. */
export function actsOf(deed: Deed): readonly Act[] {
  const at = Temporal.Instant.from(deed.at).epochMilliseconds
  if ('enrolsIn' in deed) return [{ kind: 'enrol', key: { userId: SEED_USER, ...deed.enrolsIn }, at }]
  const key = {
    userId: SEED_USER,
    contentId: deed.completes,
    collectionId: deed.collectionId,
    contextId: deed.contextId,
  }
  return [
    { kind: 'view', key, fact: { kind: 'start', at: at - VIEW_MS, timed: true } },
    { kind: 'view', key, fact: { kind: 'end', at, timed: true } },
  ]
}

/** The learner after some deeds. */
export function afterDeeds(school: School, deeds: readonly Deed[]): LearnerState {
  return deeds.flatMap(actsOf).reduce((state, done) => act(school, state, done), NEW_LEARNER)
}
