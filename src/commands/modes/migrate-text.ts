import type { Mode } from '../../domain/progress/mode.ts'

/** What `--json` prints. */
export interface MigrateReport {
  readonly from: Mode
  readonly to: Mode
  /** Whether anything was changed: not where the store was in that mode already. */
  readonly changed: boolean
  readonly learners: number
  /** Rows that lie under another key now. */
  readonly rekeyed: number
  /** Enrolments that were recomputed. */
  readonly enrolments: number
  /** Those whose percentage is another one now. */
  readonly percentages: number
  /** How long this run took. */
  readonly seconds: number
}

/** What was done, in plain words. */
export function migrateText(report: MigrateReport): string {
  const { from, to, changed, learners, rekeyed, enrolments, percentages, seconds } = report
  if (!changed) return `The store is in mode ${to} already. Nothing was changed.\n`
  return [
    `The store was taken from mode ${from} to ${to} in ${String(seconds)} s:`,
    '',
    `  ${String(learners)} learners`,
    `  ${String(rekeyed)} rows lie under another key now`,
    `  ${String(enrolments)} enrolments were recomputed, and ${String(percentages)} of their percentages changed`,
    '',
    `Start it with WAYMARK_MODE=${to}.`,
    '',
  ].join('\n')
}
