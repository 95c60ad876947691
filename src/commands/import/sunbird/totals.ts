/** What became of the rows of each table. */
import type { HistoryOutcome } from '../../../ports/history.ts'
import { TABLE_NAMES, type TableName } from './files.ts'

export interface Counts {
  /** Rows read, refused ones among them. */
  readonly read: number
  readonly new: number
  readonly changed: number
  /** All that they say was known. */
  readonly same: number
  readonly refused: number
  /** Remarks on rows that were taken. */
  readonly noted: number
}

export type Totals = Readonly<Partial<Record<TableName, Counts>>>

const NONE: Counts = { read: 0, new: 0, changed: 0, same: 0, refused: 0, noted: 0 }
const FIELDS: Readonly<Record<HistoryOutcome, 'new' | 'changed' | 'same'>> = {
  NEW: 'new',
  CHANGED: 'changed',
  SAME: 'same',
}

/** The totals with so many more of a table. */
export function added(totals: Totals, table: TableName, more: Partial<Counts>): Totals {
  const counts = { ...NONE, ...totals[table] }
  const fields = Object.keys(NONE) as (keyof Counts)[]
  const sums = Object.fromEntries(fields.map((field) => [field, counts[field] + (more[field] ?? 0)]))
  // All fields are there.
  return { ...totals, [table]: sums as unknown as Counts }
}

/** What rows did, counted. */
export function counted(outcomes: readonly HistoryOutcome[]): Partial<Counts> {
  const counts = { new: 0, changed: 0, same: 0 }
  for (const outcome of outcomes) counts[FIELDS[outcome]] += 1
  return counts
}

/** The totals as a table in text; of a dry run what was read. */
export function totalsText(totals: Totals, dryRun: boolean): string {
  const fields = dryRun ? (['read', 'refused', 'noted'] as const) : (Object.keys(NONE) as (keyof Counts)[])
  const rows = TABLE_NAMES.flatMap((table) => {
    const counts = totals[table]
    return counts === undefined ? [] : [[table, ...fields.map((field) => String(counts[field]))]]
  })
  const all = [['table', ...fields], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? []
  return all
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n')
}

/** What stands at the end of a report. */
export interface Figures {
  readonly tables: Totals
  /** Contents whose status is that of their enrolment's row; undefined where none was to be kept. */
  readonly kept: number | undefined
  readonly recomputed: number
  readonly compared: number
  readonly differing: number
  readonly reasons: Readonly<Record<string, number>>
  readonly refusedFile: string
}

export function reportText({ tables, kept, recomputed, compared, differing, reasons, refusedFile }: Figures): string {
  const all = Object.values(tables)
  const nothing = all.every((counts) => counts.new + counts.changed === 0)
  const remarks = all.some(({ refused, noted }) => refused + noted > 0)
  return [
    totalsText(tables, false),
    ...(kept === undefined ? [] : [`${String(kept)} contents without rows have their status from user_enrolments`]),
    ...(nothing && (kept ?? 0) === 0 ? ['All of it was known: nothing was changed.'] : []),
    `${String(recomputed)} summaries recomputed; ${String(compared)} rows compared with them, ${String(differing)} differ`,
    ...Object.entries(reasons).map(([reason, count]) => `  ${reason}: ${String(count)}`),
    ...(remarks ? [`Refused and noted rows are in ${refusedFile}`] : []),
  ].join('\n')
}
