/** What a repair found, told as it comes: however much it is, no more of it is held in memory than a page. */
import { jsonRows } from '../json-rows.ts'

/** A summary that was not right: POST /v1/summary/repair. */
export interface DifferenceRow {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
  readonly kind: 'missing' | 'left-over' | 'wrong'
  readonly behind: boolean
  readonly stored: FigureRow | null
  readonly recomputed: FigureRow | null
  readonly fields: readonly {
    readonly field: string
    readonly stored: number | string | null
    readonly recomputed: number | string | null
  }[]
  readonly more: number
}

interface FigureRow {
  readonly progress: number
  readonly required: number
  readonly status: number
}

export interface Report {
  row(row: DifferenceRow): void
  /** @param figures what stands in the JSON; @param text what is said instead. */
  end(figures: Readonly<Record<string, unknown>>, text: string): void
}

/** @param write where it goes, stdout. */
export function openReport(
  json: boolean,
  dryRun: boolean,
  write: (text: string) => unknown = (text) => process.stdout.write(text),
): Report {
  if (!json) {
    return {
      row: (row) => write(`${differenceText(row, dryRun)}\n`),
      end: (_figures, text) => write(`${text}\n`),
    }
  }
  const { add, end } = jsonRows(`{"dryRun":${String(dryRun)},"differences":[`, write)
  return { row: add, end }
}

/** One summary that was not right, in a sentence. */
export function differenceText(row: DifferenceRow, dryRun: boolean): string {
  const { userId, collectionId, contextId, behind } = row
  return `${userId} in ${collectionId} / ${contextId}: ${wrongText(row, dryRun)}${behind ? ' (it waited to be recomputed)' : ''}`
}

function wrongText({ kind, stored, recomputed, fields, more }: DifferenceRow, dryRun: boolean): string {
  const [was, now] = dryRun ? ['is', 'to be'] : ['was', 'now']
  if (kind === 'missing') return `no summary ${was} stored; recomputed: ${figuresText(recomputed)}`
  if (kind === 'left-over') {
    return `a summary ${was} stored (${figuresText(stored)}) where there is neither enrolment nor progress`
  }
  const told = fields.map((one) => `${one.field} ${was} ${valueText(one.stored)}, ${now} ${valueText(one.recomputed)}`)
  return [...told, ...(more > 0 ? [`${String(more)} fields more`] : [])].join('; ')
}

function figuresText(figures: FigureRow | null): string {
  if (figures === null) return 'none'
  const { progress, required, status } = figures
  return `${String(progress)} of ${String(required)} complete, status ${String(status)}`
}

function valueText(value: number | string | null): string {
  return value === null ? 'nothing' : String(value)
}

/** How many there were, in a sentence. */
export function totalsText(looked: number, differed: number, dryRun: boolean): string {
  const found = `${String(looked)} enrolments looked at, ${String(differed)} summaries ${dryRun ? 'are' : 'were'} not right`
  if (differed === 0) return found
  return dryRun ? `${found}; nothing was changed` : `${found} and have been recomputed`
}
