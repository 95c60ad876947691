/** What is learnt, when, and by which rules it is carried over. */
import { text, integer } from './fields.ts'
import type { KindDefinition } from './kind.ts'

export const CATALOGUE_KINDS: readonly KindDefinition[] = [
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
]
