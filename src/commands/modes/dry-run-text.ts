import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Status } from '../../domain/progress/view.ts'
import type { Figures } from './compare.ts'

/** Something that would be shown differently, and why it would be so. */
export type Example = { readonly why: readonly string[] } & (
  | ({ readonly what: 'row'; readonly before: Status; readonly after: Status } & ViewKey)
  | ({ readonly what: 'enrolment'; readonly before: Figures; readonly after: Figures } & EnrolmentKey)
)

/** How many there are, and how many of them would change. */
export interface Counts {
  readonly all: number
  readonly changed: number
}

/** What `--json` prints. */
export interface DryRunReport {
  readonly from: Mode
  readonly to: Mode
  /** Whose rules hold: those of the instance, or the file that takes their place. */
  readonly rules: string
  readonly learners: Counts
  /** Rows as they are asked for; `up`: those that would show more than before. */
  readonly rows: Counts & { readonly up: number; readonly down: number }
  /** Enrolments by their percentage. */
  readonly percentages: Counts & { readonly up: number; readonly down: number }
  /** Enrolments that would be complete, and those that would no longer be. */
  readonly completions: { readonly gained: number; readonly lost: number }
  readonly seconds: number
  readonly examples: readonly Example[]
}

const STATUS: Readonly<Record<Status, string>> = { 0: 'not started', 1: 'in progress', 2: 'complete' }

/** The report as a table and examples, plain text. */
export function dryRunText(report: DryRunReport): string {
  const { from, to, learners, rows, percentages, completions } = report
  const rules = report.rules === 'instance' ? 'with the rules of the instance' : `with the rules of ${report.rules}`
  const table = [
    ['', 'all', 'would change', 'up', 'down'],
    ['learners', learners.all, learners.changed, '', ''],
    ['rows', rows.all, rows.changed, rows.up, rows.down],
    ['percentages', percentages.all, percentages.changed, percentages.up, percentages.down],
    ['completions', '', completions.gained + completions.lost, completions.gained, completions.lost],
  ]
  return [
    from === to ? `Mode ${to} as now, ${rules}` : `From mode ${from} to ${to}, ${rules}`,
    '',
    ...aligned(table.map((line) => line.map(String))),
    ...report.examples.flatMap((example) => ['', exampleLine(example), ...example.why.map((line) => `  ${line}`)]),
    '',
    'Nothing was changed.',
    ...(from === to
      ? []
      : [`To change: stop the server, copy the data folder, run bin/waymark modes migrate --to ${to}`]),
    '',
  ].join('\n')
}

function exampleLine(example: Example): string {
  const where = `${example.userId} in ${example.collectionId}, context ${example.contextId}`
  if (example.what === 'row') {
    return `${where}, content ${example.contentId}: ${STATUS[example.before]} -> ${STATUS[example.after]}`
  }
  return `${where}: ${figures(example.before)} -> ${figures(example.after)}`
}

function figures({ percentage, complete }: Figures): string {
  return `${String(percentage)} %${complete ? ', complete' : ''}`
}

/** Columns side by side: names at the left, figures at the right. */
function aligned(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  return table.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
