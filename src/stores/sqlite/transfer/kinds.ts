/** Everything that a store holds, kind by kind, in the order in which it is written: what is referred to comes first. */
import { CATALOGUE_KINDS } from './catalogue-kinds.ts'
import { EVENT_KINDS } from './event-kinds.ts'
import { integer, text } from './fields.ts'
import { kindOf, type Kind, type KindDefinition } from './kind.ts'
import { PROGRESS_KINDS } from './progress-kinds.ts'

/** What the store keeps for itself. */
const OWN_KINDS: readonly KindDefinition[] = [
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

export const KINDS: readonly Kind[] = [...CATALOGUE_KINDS, ...PROGRESS_KINDS, ...EVENT_KINDS, ...OWN_KINDS].map(kindOf)

/** Tables that no kind tells: what is in the intake is folded into the views of an export. */
export const UNTOLD = ['intake']
