/** One line of JSON for every run, appended to a file: how the figures went from commit to commit. */
import { appendFileSync } from 'node:fs'
import type { Report } from './report.ts'

/** The figures of a run, without what explains them. */
export function historyLine({ date, commit, machine, scale, seed, load, valid, targets, scenarios }: Report): string {
  return JSON.stringify({
    date,
    commit,
    scale,
    seed,
    machine,
    load,
    valid,
    targets: Object.fromEntries(targets.map(({ id, value }) => [id, value])),
    rates: Object.fromEntries(scenarios.map(({ id, rate }) => [id, rate])),
    cpu_us: Object.fromEntries(scenarios.map(({ id, cpu_us: cpu }) => [id, cpu])),
  })
}

export function appendHistory(path: string, report: Report): void {
  appendFileSync(path, `${historyLine(report)}\n`)
}
