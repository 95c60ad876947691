/** What the tables of an export are here: history, or the catalogue. */
import { isDeepStrictEqual } from 'node:util'
import type { Context } from '../../../domain/progress/context.ts'
import { targetRow, type Mode } from '../../../domain/progress/mode.ts'
import type { Catalogue } from '../../../ports/catalogue.ts'
import type { HistoryOutcome, HistoryRow } from '../../../ports/history.ts'
import type { ViewWrite } from '../../../ports/progress-store.ts'
import { ASSESSMENT_ATTEMPTS, type AttemptWrite } from '../../../transformers/sunbird-export/assessment-attempts.ts'
import { CONTENT_CONSUMPTION } from '../../../transformers/sunbird-export/content-consumption.ts'
import { ENROLMENTS, type EnrolmentImport } from '../../../transformers/sunbird-export/enrolments.ts'
import type { HierarchyImport } from '../../../transformers/sunbird-export/hierarchies.ts'
import type { Note, Table } from '../../../transformers/sunbird-export/table.ts'
import type { TableName } from './files.ts'

const COMPLETE = 2

/** The tables that are history, each row as what the store is to record of it in this mode. */
export function historyTable(name: TableName, mode: Mode): Table<HistoryRow> | undefined {
  switch (name) {
    case 'user_enrolments':
      return mapped(ENROLMENTS, enrolmentRow, enrolmentNotes)
    case 'user_content_consumption':
      return mapped(CONTENT_CONSUMPTION, (writes) => viewsRow(mode, writes))
    case 'assessment_aggregator':
      return mapped(ASSESSMENT_ATTEMPTS, (write) => attemptRow(mode, write))
    case 'content_hierarchy':
    case 'course_batch':
    case 'user_activity_agg':
      return undefined
  }
}

function mapped<T>(
  table: Table<T>,
  rowOf: (value: T) => HistoryRow,
  notesOf: (value: T) => readonly Note[] = () => [],
): Table<HistoryRow> {
  return {
    ...table,
    read: (row, rules) => {
      const { value, notes } = table.read(row, rules)
      return { value: rowOf(value), notes: [...notes, ...notesOf(value)] }
    },
  }
}

/** Who was complete there stays so, whatever was archived or published since (decision 0007). */
function enrolmentRow({ key, enrolment, claim }: EnrolmentImport): HistoryRow {
  const completedAt = claim.status >= COMPLETE ? claim.completedAt : undefined
  return { kind: 'enrolment', key, enrolment, completedAt }
}

function enrolmentNotes({ claim }: EnrolmentImport): readonly Note[] {
  if (claim.status < COMPLETE || claim.completedAt !== undefined) return []
  const text = 'the row is complete and does not say since when: it counts as complete only where its contents are'
  return [{ column: 'completedon', text }]
}

function viewsRow(mode: Mode, writes: readonly ViewWrite[]): HistoryRow {
  return { kind: 'views', writes: writes.map(({ key, fact }) => ({ key: targetRow(mode, key), fact })) }
}

function attemptRow(mode: Mode, { key, attempt }: AttemptWrite): HistoryRow {
  return { kind: 'attempt', key: targetRow(mode, key), attempt }
}

/** Publishes a collection, as it is done here and now: whoever wants to know is told. */
export async function publish(catalogue: Catalogue, { structure, content }: HierarchyImport): Promise<HistoryOutcome> {
  const before = await catalogue.publication(structure.collectionId)
  const { changed } = await catalogue.publish(structure, content)
  return changed ? (before === undefined ? 'NEW' : 'CHANGED') : 'SAME'
}

/** Likewise a batch. Rules that it was given here stay. */
export async function putBatch(catalogue: Catalogue, batch: Context): Promise<HistoryOutcome> {
  const before = await catalogue.context(batch.collectionId, batch.contextId)
  const after = { ...batch, rules: before?.rules ?? null }
  if (isDeepStrictEqual(before, after)) return 'SAME'
  await catalogue.putContext(after)
  return before === undefined ? 'NEW' : 'CHANGED'
}
