/** `waymark bench`: measures this version on this machine. The code of the benchmark is in `bench/`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareReports, readReport } from '../../bench/compare.ts'
import { documentOf } from '../../bench/document.ts'
import type { Report } from '../../bench/report.ts'
import { runBench } from '../../bench/run.ts'
import { SCENARIO_IDS } from '../../bench/scenarios/all.ts'
import { headerOf, notesOf, tableOf } from '../../bench/table.ts'
import { ConfigError } from '../config.ts'
import { progressBar } from '../progress-bar.ts'

export interface BenchOptions {
  readonly quick?: boolean
  readonly scenario?: string
  readonly json?: string
  readonly compare?: string
  readonly gate?: boolean
  readonly seed: number
  readonly writeDocs?: boolean
}

const DOCUMENT = join(import.meta.dirname, '../../docs/reference/performance.md')

/**
 * Runs the benchmark: progress on stderr, the table on stdout.
 * @returns false where a result was wrong, or a gate was asked for and not passed.
 * @throws ConfigError where an option names what there is not
 */
export async function bench(options: BenchOptions): Promise<boolean> {
  const only = readScenarios(options.scenario)
  if (options.writeDocs === true && (options.quick === true || only.length > 0)) {
    throw new ConfigError('--write-docs goes with a full run. Example: bin/waymark bench --write-docs')
  }
  // Read first: a run of ten minutes must not end with a file that cannot be read.
  const earlier = options.compare === undefined ? undefined : readEarlier(options.compare)
  const bar = progressBar('bench')
  const { report, rows } = await runBench({
    only,
    quick: options.quick === true,
    seed: options.seed,
    onStep: (done, total) => {
      bar.update(done, total)
    },
    say: (text) => {
      process.stderr.write(`${text}\n`)
    },
  })
  bar.end()
  process.stdout.write(
    [headerOf(report), '', tableOf(rows, report.targets), '', notesOf(rows, report.targets), ''].join('\n'),
  )
  if (earlier !== undefined) process.stdout.write(`\n${compareReports(earlier, report)}\n`)
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  if (options.writeDocs === true && report.valid) writeFileSync(DOCUMENT, await pretty(documentOf(report, rows)))
  return judge(report, options.gate === true)
}

/** As the formatter of this checkout wants documents. */
async function pretty(text: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier')
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' })
}

/** Says on stderr why the run failed. */
function judge({ valid, scenarios, targets }: Report, gated: boolean): boolean {
  if (!valid) {
    for (const { id, errors, check } of scenarios) {
      if (errors > 0 || check.startsWith('WRONG'))
        process.stderr.write(`waymark: ${id}: ${String(errors)} errors, ${check}\n`)
    }
    return false
  }
  if (!gated) return true
  const missed = targets.filter(({ gate }) => gate === false)
  for (const { id, value, gate_value: byCpu, must, unit } of missed) {
    const figure = byCpu === undefined ? String(value) : `${String(byCpu)} (by processor time: the run is noisy)`
    process.stderr.write(`waymark: gate ${id}: ${figure} ${unit}, must ${String(must)} with 15 % slack
`)
  }
  return missed.length === 0
}

function readScenarios(text: string | undefined): readonly string[] {
  const ids = (text ?? '').split(/[\s,]+/).filter((id) => id !== '')
  const unknown = ids.find((id) => !SCENARIO_IDS.includes(id))
  if (unknown === undefined) return ids
  throw new ConfigError(`--scenario: ${unknown} is none of ${SCENARIO_IDS.join(', ')}. Example: --scenario S1,S7`)
}

function readEarlier(path: string): Report {
  try {
    return readReport(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`--compare: ${path} is no report: ${String(error)}. Example: bench --json old.json makes one`)
  }
}
