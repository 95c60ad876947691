import type { MigrateReport } from './migrate.ts'

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
