/** The scenarios of the progress design tables as sections of docs/modes.md: every answer is computed, none is copied from the tables. */
import { explain, statusOf, storedRows } from '../src/domain/progress/learner-state.ts'
import {
  SEED_SCENARIOS,
  SEED_USER,
  type Answer,
  type Deed,
  type Entry,
  type Place,
  type SeedScenario,
} from '../src/domain/progress/seed-scenarios.ts'
import { afterDeeds, entriesOf, playAnswer, schoolOf } from '../src/domain/progress/seed-school.ts'
import { inEnglish, tellView } from '../src/domain/progress/tell-explanation.ts'
import { json, points, table } from './markdown.ts'

/** How a status is told, by its number. */
export const STATUS_NAMES = ['Not started', 'In progress', 'Complete'] as const

/** How a row came to be. */
export const HOW: Readonly<Record<Entry['how'], string>> = {
  viewed: 'viewed',
  copied: 'copied',
  deleted: 'deleted: it moved, is kept as a tombstone, and is answered as not started',
  blank: 'made by enrolling',
}

/** The collections and contexts that all scenarios play in. */
export function schoolSection(): string {
  const [first, ...others] = SEED_SCENARIOS.map(({ collections, contexts, timeZone }) => ({
    collections,
    contexts,
    timeZone,
  }))
  if (first === undefined || others.some((other) => JSON.stringify(other) !== JSON.stringify(first))) {
    throw new Error('the scenarios no longer play in one school: tell each of its own')
  }
  const collections = Object.entries(first.collections).map(([id, leaves]) => [`“${id}”`, quoted(leaves)])
  const contexts = first.contexts.map(({ contextId, kind, collectionId, startDate, endDate }) => [
    `“${contextId}”`,
    kind.replace('-', ' '),
    `“${collectionId}”`,
    startDate,
    endDate,
  ])
  return [
    `All scenarios play in one school, in the time zone ${first.timeZone}. Its learner is ${SEED_USER}.`,
    table(['Collection', 'Contents'], collections),
    table(['Context', 'Kind', 'Of', 'First day', 'Last day'], contexts),
  ].join('\n\n')
}

/** One scenario: its story, its rules, the rows in the store, and the answers with their explanations. */
export function scenarioSection(scenario: SeedScenario): string {
  const { title, mode, rules, story, answers } = scenario
  const school = schoolOf(scenario)
  const rows = entriesOf(storedRows(school, afterDeeds(school, story)))
  return [
    `### ${title}`,
    `In mode \`${mode}\`. The story:`,
    points(story.map((deed) => tellDeed(scenario, deed))),
    rules.length === 0 ? 'No rules: this mode copies and moves nothing.' : `The rules:\n\n${json(rules)}`,
    'The rows in the store after the story:',
    rowTable(rows),
    'The answers:',
    table(
      ['Row', 'What is done', 'Before it', 'Answer'],
      answers.map((answer, index) => [
        String(index + 1),
        answer.action,
        before(scenario, answer),
        answered(scenario, answer),
      ]),
    ),
    'Why, as Waymark explains it:',
    answers.map((answer, index) => explained(scenario, answer, index + 1)).join('\n'),
  ].join('\n\n')
}

function answered(scenario: SeedScenario, answer: Answer): string {
  const { school, state, opens } = playAnswer(scenario, answer)
  return STATUS_NAMES[statusOf(school, state, opens)]
}

function explained(scenario: SeedScenario, answer: Answer, row: number): string {
  const { school, state, opens } = playAnswer(scenario, answer)
  const told = tellView(explain(school, state, opens), inEnglish(scenario.timeZone))
  return [`${String(row)}. Row ${String(row)}:`, ...told.map((sentence) => `   - ${sentence}`)].join('\n')
}

/** What is done before the content is opened, besides the story or in its place. */
function before(scenario: SeedScenario, { instead, afterwards = [] }: Answer): string {
  const tell = (deeds: readonly Deed[]): string => deeds.map((deed) => tellDeed(scenario, deed)).join(' ')
  const story = instead === undefined ? 'The story.' : `In place of the story: ${tell(instead)}`
  return `${story} ${tell(afterwards)}`.trim()
}

function tellDeed({ contexts, timeZone }: SeedScenario, deed: Deed): string {
  const moment = Temporal.Instant.from(deed.at).toZonedDateTimeISO(timeZone).toPlainDateTime()
  const [date, time] = [moment.toPlainDate().toString(), moment.toPlainTime().toString({ smallestUnit: 'minute' })]
  const when = `On ${date} at ${time} ${SEED_USER}`
  if ('completes' in deed && deed.collectionId === undefined) {
    return `${when} completes “${deed.completes}” after searching for it.`
  }
  const { collectionId = '', contextId = collectionId }: Place = 'enrolsIn' in deed ? deed.enrolsIn : deed
  const context = contexts.find((known) => known.collectionId === collectionId && known.contextId === contextId)
  const where = `${(context?.kind ?? 'context').replace('-', ' ')} “${contextId}” of “${collectionId}”`
  return 'enrolsIn' in deed ? `${when} enrols in ${where}.` : `${when} completes “${deed.completes}” in ${where}.`
}

function rowTable(rows: readonly Entry[]): string {
  return table(
    ['Collection', 'Context', 'Content', 'Status held', 'How it came to be'],
    rows.map(({ collectionId, contextId, contentId, status, how }) => [
      `“${collectionId}”`,
      `“${contextId}”`,
      `“${contentId}”`,
      STATUS_NAMES[status],
      HOW[how],
    ]),
  )
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `“${id}”`).join(', ')
}
