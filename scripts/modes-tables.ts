/** The smaller progress design tables as sections of docs/modes.md: keys, other places, and the window of three months. */
import { fillKey, type PartialViewKey } from '../src/domain/progress/key.ts'
import { statusOf, storedRows } from '../src/domain/progress/learner-state.ts'
import { targetRow } from '../src/domain/progress/mode.ts'
import { windowStart } from '../src/domain/progress/rule.ts'
import {
  EXTENDED_SCENARIOS,
  KEY_SCENARIOS,
  REJOINED_AFTER_3_MONTHS,
  SEED_USER,
  type ExtendedScenario,
} from '../src/domain/progress/seed-scenarios.ts'
import { entriesOf, playExtended, playRejoined } from '../src/domain/progress/seed-school.ts'
import { table } from './markdown.ts'
import { HOW, STATUS_NAMES } from './modes-scenarios.ts'

/** Which row a request names, and what is written with one request and read with another. */
export function keySection(): string {
  const rows = KEY_SCENARIOS.map(({ scenario, request }) => [
    scenario,
    code(request),
    code(targetRow('strict', fillKey({ userId: SEED_USER, ...request }))),
  ])
  return [
    'What a request leaves out is filled in: without a collection the content stands for it, without a context the ' +
      'collection. So in `strict` these requests of Rahul name these rows:',
    table(['Request', 'Fields', 'Row'], rows),
    'What is written with one request and read with another:',
    table(
      ['Scenario', 'Mode', 'Enrolled in', 'Written with', 'Read with', 'Answer', 'Rows in the store'],
      EXTENDED_SCENARIOS.map(extendedRow),
    ),
  ].join('\n\n')
}

function extendedRow(scenario: ExtendedScenario): readonly string[] {
  const { school, state, opens } = playExtended(scenario)
  const rows = entriesOf(storedRows(school, state)).map(
    ({ collectionId, contextId, contentId, status, how }) =>
      `${code({ collectionId, contextId, contentId })} ${STATUS_NAMES[status].toLowerCase()}, ${HOW[how]}`,
  )
  return [
    scenario.title,
    `\`${scenario.mode}\``,
    scenario.enrolsIn.map((place) => code(place)).join(' and ') || 'nothing',
    code(scenario.write),
    `${scenario.read === undefined ? 'any other place, such as ' : ''}${code(opens)}`,
    STATUS_NAMES[statusOf(school, state, opens)],
    rows.join('; '),
  ]
}

/** The window of three months, to the second. */
export function windowSection(): string {
  const rows = REJOINED_AFTER_3_MONTHS.map((rejoined) => {
    const { school, state, opens } = playRejoined(rejoined)
    const inZone = (moment: Temporal.Instant): string =>
      moment.toZonedDateTimeISO(rejoined.timeZone).toString({ timeZoneName: 'never' }).replace('T', ' ')
    const enrolled = Temporal.Instant.from(rejoined.rejoined)
    const after = windowStart('P3M', enrolled.epochMilliseconds, rejoined.timeZone)
    return [
      rejoined.case,
      rejoined.timeZone,
      inZone(Temporal.Instant.from(rejoined.completed)),
      inZone(enrolled),
      inZone(Temporal.Instant.fromEpochMilliseconds(after)),
      STATUS_NAMES[statusOf(school, state, opens)],
    ]
  })
  return [
    '`completedWithin` counts back by the calendar and the wall clock of the time zone, from the moment of enrolling ' +
      'or of the completion elsewhere. The old end of the window is outside it. With `P3M`:',
    table(['Case', 'Time zone', 'Completed', 'Enrolled', 'Must be completed after', 'Answer'], rows),
  ].join('\n\n')
}

/** A request's fields without the learner, in one order. */
function code({ collectionId, contextId, contentId }: Partial<PartialViewKey>): string {
  return `\`${JSON.stringify({ collectionId, contextId, contentId })}\``
}
