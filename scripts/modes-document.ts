/** docs/modes.md: what each mode is, and the progress design tables with what Waymark answers to them. */
import { MODE_TABLE, MODES, type ModeCells, type Mode } from '../src/domain/progress/mode.ts'
import { SEED_SCENARIOS } from '../src/domain/progress/seed-scenarios.ts'
import { points, table } from './markdown.ts'
import { rulesSection } from './modes-rules.ts'
import { scenarioSection, schoolSection } from './modes-scenarios.ts'
import { keySection, windowSection } from './modes-tables.ts'

/** When to choose a mode. */
const CHOOSE: Readonly<Record<Mode, string>> = {
  strict: 'every course and every batch is done anew, whatever was done elsewhere',
  content: 'a content that was completed once never has to be completed again, wherever it is met',
  collection: 'whoever changes the batch of a course goes on where the earlier batch ended, and courses stay apart',
  'copy-content': 'earlier completions count in a new batch while they are recent enough, wherever they were made',
  'copy-collection': 'likewise, but what was done before enrolling counts only if it was done inside a course',
  move: 'whoever joins a program while a batch of the same course runs takes the progress along, and leaves none behind',
}

const ROW: Readonly<Record<ModeCells['viewInCollection'], string>> = {
  context: 'its own row, (u, L, X, c)',
  collection: "the collection's row, (u, L, L, c)",
  content: "the content's row, (u, c, c, c)",
}

const SOURCES: Readonly<Record<ModeCells['enrolment']['sources'], string>> = {
  none: 'none',
  any: 'any other row of the same content',
  'in-collection': 'rows of the same content inside a collection',
}

/** The whole document, as Markdown that is not yet formatted. */
export function modesDocument(): string {
  return [
    '# Progress modes',
    'Generated from `src/domain/progress` by `npm run generate`: the tables are those that the tests hold the code to, ' +
      'and the answers are computed.',
    introduction(),
    '## What each mode does',
    modeTable(),
    '## Rules',
    rulesSection(),
    '## The scenarios',
    'These are the progress design tables, played. Each answer stands with the explanation that Waymark gives for it.',
    schoolSection(),
    ...SEED_SCENARIOS.map(scenarioSection),
    '## Which row a request names',
    keySection(),
    '## Three months, to the second',
    windowSection(),
    '## What is decided where sources differ',
    decisions(),
    '',
  ].join('\n\n')
}

function introduction(): string {
  return [
    'A mode says where progress counts: which row stands for a view, and what happens to earlier progress when a learner ' +
      'enrols. An installation has one mode, set in `WAYMARK_MODE`. A start under ' +
      "another mode than the store's is refused and changes nothing; [changing it](how-to/change-mode.md) is a command, " +
      'which can be tried first.',
    'How to choose:',
    points(MODES.map((mode) => `\`${mode}\`: ${CHOOSE[mode]}.`)),
  ].join('\n\n')
}

function modeTable(): string {
  const rows = MODES.map((mode) => {
    const { viewInCollection, organicView, enrolment, completionElsewhere } = MODE_TABLE[mode]
    return [
      `\`${mode}\``,
      ROW[viewInCollection],
      ROW[organicView],
      tellEnrolment(enrolment),
      tellElsewhere(completionElsewhere),
    ]
  })
  return [
    'Learner u views content c in collection L and context X, a batch, program or program batch. Found by searching, the ' +
      "content stands for collection and context too, so there its own row and the content's row are the same. Summaries " +
      'count the row that a view in their collection and context is answered from.',
    table(
      [
        'Mode',
        'A view is written to and read from',
        'Found by searching',
        'Enrolling',
        'A completion elsewhere, while enrolled',
      ],
      rows,
    ),
  ].join('\n\n')
}

function tellEnrolment({ carries, sources, blankRows }: ModeCells['enrolment']): string {
  const blank = blankRows ? '; other contents get rows that are not started' : ''
  switch (carries) {
    case 'nothing':
      return `carries nothing over${blank}`
    case 'copies':
      return `copies by rules, from ${SOURCES[sources]}${blank}`
    case 'collection':
      return `moves the whole collection by rules, from its other ongoing contexts${blank}`
  }
}

function tellElsewhere({ carries, sources }: ModeCells['completionElsewhere']): string {
  return carries === 'nothing' ? 'is not carried over' : `is copied by rules, from ${SOURCES[sources]}`
}

function decisions(): string {
  return points([
    'Completed exactly three months before is not within three months. Within the last three months and rejoined after ' +
      'three months would otherwise both be true.',
    'In `copy-collection` a completion found by searching counts only after enrolling. Before it, only progress inside ' +
      'a collection does.',
    'Copies and moves follow from what happened, in the order in which it happened and not in which it was told of. A ' +
      'source is any completion of the learner’s own, and a completion at the very moment of an enrolment counts as ' +
      'one before it. A context that has yet to begin takes copies; one that has ended does not ' +
      '([0012](decisions/0012-carried-progress-is-derived.md)).',
    'A copy that was made stays, even where a late message moves its source to before the window: a status never ' +
      'falls ([0012](decisions/0012-carried-progress-is-derived.md)).',
    'In `content` and `collection` a row counts in several enrolments. Whoever enrols late sees at once what was done ' +
      'before, and deleting an enrolment takes no row away that another one still counts ' +
      '([0013](decisions/0013-rows-that-several-enrolments-count.md)).',
  ])
}
