/** Everything that a store holds, kind by kind, in the order in which it is written: what is referred to comes first. */
import { kindOf, type Kind, type KindDefinition, type Reference } from './kind.ts'
import type { Field } from './line.ts'

function camel(column: string): string {
  return column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

const text = (column: string, name = camel(column)): Field => ({ name, column, type: 'text', optional: false })
const integer = (column: string, name = camel(column)): Field => ({ name, column, type: 'integer', optional: false })
const real = (column: string, name = camel(column)): Field => ({ name, column, type: 'real', optional: false })
const bytes = (column: string): Field => ({ name: camel(column), column, type: 'bytes', optional: false })
const optional = (field: Field): Field => ({ ...field, optional: true })

const ENROLMENT_NAMES = [text('user_id'), text('collection_id'), text('context_id')]
const PARTICIPATION: Reference = { table: 'participation', number: 'participation', fields: ENROLMENT_NAMES }
const CONTENT: Reference = { table: 'content', number: 'content', fields: [text('content_id')] }
const LEARNER: Reference = { table: 'learner', number: 'learner', fields: [text('user_id')] }
const GROUP: Reference = { table: 'consumer_group', number: 'grp', fields: [text('name', 'group')] }

const DEFINITIONS: readonly KindDefinition[] = [
  {
    name: 'collections',
    holds: 'a collection: its structure, its content as it was sent, publication and times',
    table: 'collection',
    fields: [
      text('collection_id'),
      integer('publication'),
      integer('published_at'),
      text('structure'),
      text('content'),
      integer('revision'),
    ],
    order: 'collection_id',
  },
  {
    name: 'contexts',
    holds: 'a context (batch, program): dates, status, rules',
    table: 'context',
    fields: [text('collection_id'), text('context_id'), text('data'), integer('revision')],
    order: 'collection_id, context_id',
  },
  {
    name: 'rules',
    holds: 'a rule of carrying over',
    table: 'rule',
    fields: [text('rule_id'), integer('by_default'), text('data')],
    order: 'rule_id',
  },
  {
    name: 'contents',
    holds: 'the id of a content that somebody viewed',
    table: 'content',
    fields: [text('content_id')],
    numbered: 'content',
    order: 'content',
  },
  {
    name: 'participations',
    holds: 'a learner in a collection and context: enrolment, completion, how far it is carried over',
    table: 'participation',
    fields: [
      ...ENROLMENT_NAMES,
      integer('member'),
      optional(integer('first_enrolled_at')),
      optional(integer('enrolled_at')),
      optional(integer('unenrolled_at')),
      optional(integer('completed_at')),
      optional(integer('carried')),
    ],
    numbered: 'participation',
    // Summaries are recomputed in the order of the numbers.
    order: 'participation',
  },
  {
    name: 'views',
    holds: 'what is known of a learner’s view of a content',
    table: 'view',
    refers: [PARTICIPATION, CONTENT],
    fields: [
      optional(integer('started_at')),
      optional(integer('completed_at')),
      integer('last_access_at'),
      real('progress'),
      real('timespent_s', 'timespentSeconds'),
      optional(text('details')),
      optional(integer('details_at')),
    ],
    order: 'participation, content',
  },
  {
    name: 'attempts',
    holds: 'an attempt at an assessment, with its answers',
    table: 'attempt',
    refers: [PARTICIPATION, CONTENT],
    fields: [
      text('attempt_id'),
      integer('submitted_at'),
      integer('first_submitted_at'),
      real('score'),
      real('max_score'),
      text('answers'),
    ],
    order: 'participation, content, attempt_id',
  },
  {
    name: 'former-rows',
    holds: 'a former place of a view or attempt, from before the mode changed',
    table: 'migrated',
    refers: [PARTICIPATION, CONTENT],
    fields: [text('from_collection'), text('from_context'), text('from_mode'), integer('at')],
    order: 'participation, content, from_collection, from_context',
  },
  {
    name: 'learners',
    holds: 'the id of a learner who has rows that can be copied',
    table: 'learner',
    fields: [text('user_id')],
    numbered: 'learner',
    order: 'learner',
  },
  {
    name: 'copies',
    holds: 'what was copied into a row, or that it can be copied',
    table: 'copy',
    refers: [PARTICIPATION, CONTENT, LEARNER],
    fields: [optional(integer('enrolled_at')), optional(text('copied'))],
    order: 'participation, content',
  },
  {
    name: 'moves',
    holds: 'that the progress of a context is in another now',
    table: 'moved',
    refers: [PARTICIPATION],
    fields: [text('moved')],
    order: 'participation',
  },
  {
    name: 'summaries',
    holds: 'the summary of an enrolment as it was computed last',
    table: 'summary',
    refers: [PARTICIPATION],
    fields: [
      integer('publication'),
      integer('progress'),
      integer('required'),
      integer('status'),
      text('leaves'),
      optional(text('details')),
    ],
    order: 'participation',
  },
  {
    name: 'log',
    holds: 'an entry of the log: what happened',
    table: 'log',
    fields: [integer('seq'), integer('at'), text('type'), text('key'), text('data')],
    order: 'seq',
  },
  {
    name: 'positions',
    holds: 'how far a worker has read the log',
    table: 'position',
    fields: [text('consumer'), integer('seq')],
    order: 'consumer',
    always: true,
  },
  {
    name: 'dead-letters',
    holds: 'a log entry that a worker could not handle',
    table: 'dead_letter',
    fields: [text('consumer'), integer('seq'), integer('at'), text('data'), text('reason')],
    order: 'consumer, seq',
  },
  {
    name: 'events',
    holds: 'a public event; its body is Avro',
    table: 'event',
    fields: [
      integer('seq'),
      integer('at'),
      text('topic'),
      text('key'),
      text('type'),
      integer('minor'),
      text('id'),
      integer('time_us'),
      optional(text('extensions')),
      bytes('body'),
    ],
    order: 'seq',
  },
  {
    name: 'groups',
    holds: 'a group of consumers, and how far it has read the events',
    table: 'consumer_group',
    fields: [text('name'), integer('position'), integer('generation'), optional(text('paused'))],
    numbered: 'grp',
    order: 'grp',
    always: true,
  },
  {
    name: 'handled',
    holds: 'that a group has handled an event, so that it does not handle it twice',
    table: 'inbox',
    refers: [GROUP],
    fields: [integer('at'), integer('generation'), text('id')],
    numbered: 'entry',
    order: 'entry',
  },
  {
    name: 'held',
    holds: 'an event that a group could not handle, or that waits behind one',
    table: 'held',
    refers: [GROUP],
    fields: [
      integer('seq'),
      text('key'),
      text('state'),
      integer('tries'),
      integer('retry_at'),
      optional(integer('failed_at')),
      optional(text('reason')),
    ],
    order: 'grp, seq',
  },
  {
    name: 'kept',
    holds: 'what a consumer keeps from event to event',
    table: 'kept',
    fields: [text('name'), text('value')],
    order: 'name',
  },
  {
    name: 'webhooks',
    holds: 'a webhook; its secrets are sealed with the token key, which is not in the export',
    table: 'webhook',
    fields: [text('webhook_id'), text('data')],
    numbered: 'webhook',
    order: 'webhook',
  },
  {
    name: 'counters',
    holds: 'the last number of the log, or of the events, that was ever given: none is given twice',
    table: 'sqlite_sequence',
    fields: [text('name'), integer('seq')],
    order: 'name',
    // SQLite notes the numbers of the rows themselves; the last ones may have been removed.
    before: 'DELETE FROM sqlite_sequence',
    always: true,
  },
  {
    name: 'notes',
    holds: 'a counter of the catalogue: which of several changes came last',
    table: 'meta',
    fields: [text('name'), text('value')],
    order: 'name',
    // The mode is in the manifest, and no store on its way to another is exported. How far a repair has come is left out:
    // a server notes it though nothing changes, and the next repair begins with the first page. The probe says nothing.
    where: `name NOT IN ('mode', 'migration', 'probe') AND name NOT GLOB 'repair:*'`,
    always: true,
  },
]

export const KINDS: readonly Kind[] = DEFINITIONS.map(kindOf)

/** Tables that no kind tells: what is in the intake is folded into the views of an export. */
export const UNTOLD = ['intake']
