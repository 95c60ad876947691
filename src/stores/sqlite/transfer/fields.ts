/** What definitions of kinds are made of. */
import type { Reference } from './kind.ts'
import type { Field } from './line.ts'

function camel(column: string): string {
  return column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** Fields are called as their columns, in one word, unless a name says otherwise. */
export const text = (column: string, name = camel(column)): Field => ({ name, column, type: 'text', optional: false })
export const integer = (column: string, name = camel(column)): Field => ({
  name,
  column,
  type: 'integer',
  optional: false,
})
export const real = (column: string, name = camel(column)): Field => ({ name, column, type: 'real', optional: false })
export const bytes = (column: string): Field => ({ name: camel(column), column, type: 'bytes', optional: false })
/** The same, where it may be null. */
export const optional = (field: Field): Field => ({ ...field, optional: true })

/** What a participation is named by. */
export const ENROLMENT_NAMES = [text('user_id'), text('collection_id'), text('context_id')]
export const PARTICIPATION: Reference = { table: 'participation', number: 'participation', fields: ENROLMENT_NAMES }
export const CONTENT: Reference = { table: 'content', number: 'content', fields: [text('content_id')] }
/** Who is meant follows from the participation: a line says it once. */
export const LEARNER: Reference = { table: 'learner', number: 'learner', fields: [text('user_id')] }
export const GROUP: Reference = { table: 'consumer_group', number: 'grp', fields: [text('name', 'group')] }
