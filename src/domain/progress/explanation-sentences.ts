/**
 * Every sentence of an explanation, with its named placeholders. A translation is another object of this type; a test
 * holds it to the same placeholders. Source: progress modes, "Explain".
 */
export const ENGLISH = {
  // Names of rows
  rowOrganic: '“{content}” on its own',
  rowAnywhere: '“{content}” (wherever it is viewed)',
  rowInCollection: '“{content}” in “{collection}”',
  rowInContext: '“{content}” in “{collection}”, context “{context}”',

  // The answer
  complete: '{row} is complete: it was completed on {completedAt}.',
  inProgress: '{row} is in progress: it was started on {startedAt} and is not completed.',
  notStarted: '{row} is not started.',
  mapped: 'In mode {mode} this is answered from the progress of {row}.',

  // How the row came to be
  viewed: 'The learner viewed {row}: started on {startedAt}, {ended}.',
  viewedCompleted: 'completed on {completedAt}',
  viewedNotCompleted: 'not completed',
  copied: '{row} was copied from {source}, completed on {completedAt}, by rule “{rule}” on {at}: {because}.',
  copiedFromElsewhere:
    '{row} was copied from a place that is not shown here, completed on {completedAt}, by rule “{rule}” on {at}: {because}.',
  movedTo:
    'The progress of {row} moved to context “{to}” by rule “{rule}” on {at}, and is no longer answered here: {because}.',
  movedFrom: 'The progress of {row} came from context “{from}” by rule “{rule}” on {at}: {because}.',
  migrated: '{row} was made from {source} when the instance left mode {mode} on {at}.',
  merged: 'On {at} the account “{from}” was merged into this one: what was done there counts here.',
  enrolled: '{row} waits to be started since the enrolment of {at}.',

  // Sources that were not taken; each begins like one of these
  refusedCompleted: '{source}, completed on {completedAt}, was not taken: {reason}.',
  refusedNotCompleted: '{source} was not taken: {reason}.',
  'refused mode': 'in mode {mode} no progress is copied',
  'refused target-organic': 'progress is copied only into contexts, never to a content on its own',
  'refused target-not-enrolled': 'the learner is not enrolled where it would be copied to',
  'refused not-complete': 'it is not completed itself',
  'refused source-organic': 'on enrolling, on {at}, only progress made inside a collection counts',
  'refused is-a-copy': 'it is a copy itself, and its original was looked at',
  'refused not-enrolled-then': 'the learner was not enrolled at that time',
  'refused context-ended': 'the context had ended by then',
  'refused no-rule-holds': 'on {at} no rule held: {because}',
  'refused no-rules': 'on {at} there was no rule that copies',
  'refused another-was-taken': 'another completion was taken',
  refusedNone: 'There is no other progress in “{content}” that could count here.',
  withheld: 'Progress outside the collections that you may read is not looked at here.',

  // What conditions came to
  ruleFailed: 'rule “{rule}” ({because})',
  'within holds': 'completed on {completedAt}, which is within {duration} before {at}',
  'within fails': 'completed on {completedAt}, which is not within {duration} before {at} (not after {after})',
  'within incomplete': 'not completed, so not within {duration} before {at}',
  'during holds': 'completed on {completedAt}, while the context ran ({from} to {to})',
  'during fails': 'completed on {completedAt}, which is not while the context ran ({from} to {to})',
  'during incomplete': 'not completed, so not while the context ran ({from} to {to})',
  'during no-context': 'there is no context with dates to be completed in',
  'source ongoing': 'the context that it was made in was ongoing on {at}',
  'source upcoming': 'the context that it was made in was yet to begin on {at}',
  'source ended': 'the context that it was made in had ended on {at}',
  'source none': 'it was made in no context that could be ongoing on {at}',
  always: 'it always holds',
  openStart: 'the beginning',
  openEnd: 'no end',
  and: ' and ',
  or: '; ',

  // Summaries
  summaryComplete: '“{collection}”, context “{context}”, is complete since {completedAt}.',
  summaryInProgress: '“{collection}”, context “{context}”, is in progress.',
  summaryNotStarted: '“{collection}”, context “{context}”, is not started.',
  summaryCount: '{progress} of {required} required contents are complete: {percentage} %.',
  summaryNothingRequired:
    'Nothing is required: the collection is not published, or none of its contents has to be completed.',
  summaryStays: 'It stays complete: all that was required at that time was completed.',
  summaryRows: 'In mode {mode} each content counts {rows}.',
  'rows context': 'as it was done in this context',
  'rows collection': 'as it was done in this collection, in any context',
  'rows content': 'as it was done anywhere',
} as const

/** The sentences of one language. */
export type Sentences = Readonly<Record<keyof typeof ENGLISH, string>>

/** The names of a template's placeholders, in their order. */
export function placeholders(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}

/** Puts values into a template; what a value contains is never read as a placeholder. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const known = new Map(Object.entries(values))
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => known.get(name) ?? whole)
}
