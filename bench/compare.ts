/** What changed between two reports, target by target. */
import type { Report } from './report.ts'
import { digits } from './table.ts'

/** @throws SyntaxError, TypeError where the text is no report. */
export function readReport(text: string): Report {
  const read: unknown = JSON.parse(text)
  if (typeof read === 'object' && read !== null && 'targets' in read && Array.isArray(read.targets)) {
    // Written by this program; a report of another version is compared as far as its targets go.
    return read as Report
  }
  throw new TypeError('it has no targets')
}

export function compareReports(earlier: Report, later: Report): string {
  const lines = later.targets.map(({ id, value, unit, better }) => {
    const before = earlier.targets.find((target) => target.id === id)?.value
    if (before == null || value === null) return `${id}: ${text(before)} -> ${text(value)} ${unit}`
    const change = before === 0 ? 0 : ((value - before) / before) * 100
    const word = change === 0 ? 'same' : change < 0 === (better === 'lower') ? 'better' : 'worse'
    return `${id}: ${text(before)} -> ${text(value)} ${unit} (${change >= 0 ? '+' : ''}${change.toFixed(1)} %, ${word})`
  })
  return [`change since commit ${earlier.commit}:`, ...lines].join('\n')
}

function text(value: number | null | undefined): string {
  return value == null ? 'none' : digits(value)
}
