import type { Status } from '../../domain/progress/view.ts'
import type { Figures } from './compare.ts'
import type { DryRunReport, Example } from './dry-run.ts'

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
