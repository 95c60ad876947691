/** The rules of copying and moving as a section of docs/modes.md. */
import {
  readRules,
  RULE_CONDITIONS_MAX,
  RULE_DEPTH_MAX,
  RULES_MAX,
  WINDOW_SECONDS_MIN,
  WINDOW_YEARS_MAX,
  type Kind,
} from '../src/domain/progress/read-rule.ts'
import type { Condition } from '../src/domain/progress/rule.ts'
import { ONGOING_BATCH, RECENT_OR_DURING } from '../src/domain/progress/seed-scenarios.ts'
import { json, table } from './markdown.ts'

/** Each kind of condition: an example, which is read before it is shown, and when it holds. */
const CONDITIONS: Readonly<Record<Kind, readonly [example: Condition, holds: string]>> = {
  completedWithin: [
    { completedWithin: 'P3M' },
    'The source was completed less than this long before the moment of carrying, counted by the calendar. An ISO 8601 ' +
      `duration, ${String(WINDOW_SECONDS_MIN)} second to ${String(WINDOW_YEARS_MAX)} years.`,
  ],
  completedDuring: [
    { completedDuring: 'context' },
    'The source was completed from the first to the last moment of the context that it is carried into, both inside.',
  ],
  sourceContext: [
    { sourceContext: 'ongoing' },
    'The context that the source is in is running at the moment of carrying.',
  ],
  always: [{ always: true }, 'It always holds.'],
  any: [{ any: [{ always: true }] }, 'At least one of its conditions holds.'],
  all: [{ all: [{ sourceContext: 'ongoing' }, { completedWithin: 'P1Y' }] }, 'Each of its conditions holds.'],
}

/** What rules are made of, with the limits that reading them keeps. */
export function rulesSection(): string {
  const examples = Object.values(CONDITIONS).map(([example], index) => ({
    id: `rule-${String(index)}`,
    any: [example],
  }))
  readRules([...examples, RECENT_OR_DURING, ONGOING_BATCH])
  const rows = Object.values(CONDITIONS).map(([example, holds]) => [`\`${JSON.stringify(example)}\``, holds])
  return [
    'A rule says what may be copied or moved. It has an `id`, which explanations name, and either `any` or `all` with its ' +
      'conditions. The rules of a context, or else those of the installation, are tried in their order, and the first ' +
      'that holds is the one that carries. The moment of carrying is that of the enrolment, or of the completion elsewhere.',
    json([RECENT_OR_DURING, ONGOING_BATCH]),
    table(['Condition', 'When it holds'], rows),
    `At most ${String(RULES_MAX)} rules with different ids, ${String(RULE_CONDITIONS_MAX)} conditions in a rule, and ` +
      `${String(RULE_DEPTH_MAX)} levels of \`any\` and \`all\`. Each condition is of exactly one kind. Two different ` +
      '`completedWithin` beside each other in one `all` are refused, and so is `"always": false`.',
  ].join('\n\n')
}
