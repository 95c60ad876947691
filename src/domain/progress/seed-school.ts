/** Seed scenarios in the terms of learner-state.ts: what tests and generated documents run. */
import { readDate } from './context.ts'
import type { PartialViewKey } from './key.ts'
import {
  act,
  NEW_LEARNER,
  type Act,
  type LearnerState,
  type School,
  type SchoolContext,
  type StoredRow,
} from './learner-state.ts'
import { readRules } from './read-rule.ts'
import {
  RECENT_OR_DURING,
  SEED_USER,
  type Answer,
  type Deed,
  type Entry,
  type ExtendedScenario,
  type RejoinedCase,
  type SeedContext,
  type SeedScenario,
} from './seed-scenarios.ts'

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

/** A row of a table, played: where, what the learner did, and what is opened at last. */
export interface Played {
  readonly school: School
  readonly state: LearnerState
  readonly opens: PartialViewKey
}

/** Plays a row of a scenario's table of answers. */
export function playAnswer(scenario: SeedScenario, { afterwards = [], instead, opens }: Answer): Played {
  const school = schoolOf(scenario)
  const state = afterDeeds(school, [...(instead ?? scenario.story), ...afterwards])
  return { school, state, opens: { userId: SEED_USER, ...opens } }
}

/** Plays a row of "Extended Enrolment Consumption"; where it reads nothing, the content is opened in another place. */
export function playExtended({ mode, rules, enrolsIn, write, read }: ExtendedScenario): Played {
  const school = schoolOf({ mode, rules, timeZone: 'UTC', collections: { course: ['content'] }, contexts: [] })
  const { contentId: completes, collectionId = completes, contextId = collectionId } = write
  const state = afterDeeds(school, [
    ...enrolsIn.map((place): Deed => ({ enrolsIn: place, at: '2026-01-01T00:00:00Z' })),
    { completes, collectionId, contextId, at: '2026-01-02T00:00:00Z' },
  ])
  const elsewhere = { collectionId: 'course', contextId: 'another', contentId: completes }
  return { school, state, opens: { userId: SEED_USER, ...(read ?? elsewhere) } }
}

/** Plays a row of "Rejoined after 3 months": completed on its own, then enrolled. */
export function playRejoined({ timeZone, completed, rejoined }: RejoinedCase): Played {
  const rules = [RECENT_OR_DURING]
  const school = schoolOf({ mode: 'copy-content', timeZone, rules, collections: { k: ['c'] }, contexts: [] })
  const place = { collectionId: 'k', contextId: 'x' }
  const state = afterDeeds(school, [
    { completes: 'c', at: completed },
    { enrolsIn: place, at: rejoined },
  ])
  return { school, state, opens: { userId: SEED_USER, ...place, contentId: 'c' } }
}

/** Stored rows in the form, and the order, of the tables of "Entry in DB". */
export function entriesOf(rows: readonly StoredRow[]): readonly Entry[] {
  return sortedEntries(
    rows.map(({ key: { collectionId, contextId, contentId }, status, provenance: { copied, movedTo, viewed } }) => {
      const how = movedTo !== null ? 'deleted' : copied !== null ? 'copied' : viewed || status > 0 ? 'viewed' : 'blank'
      return { collectionId, contextId, contentId, status, how }
    }),
  )
}

/** By collection, context and content. */
export function sortedEntries(entries: readonly Entry[]): readonly Entry[] {
  const id = ({ collectionId, contextId, contentId }: Entry): string => [collectionId, contextId, contentId].join('|')
  return [...entries].sort((a, b) => (id(a) < id(b) ? -1 : 1))
}
