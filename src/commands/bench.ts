/** `waymark bench`: measures this version on this machine. The code of the benchmark is in `bench/`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareReports, readReport } from '../../bench/compare.ts'
import { documentOf } from '../../bench/document.ts'
import { missedGates, scenariosOf } from '../../bench/gate.ts'
import { appendHistory } from '../../bench/history.ts'
import type { Report, TargetReport } from '../../bench/report.ts'
import { runBench, type Run } from '../../bench/run.ts'
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
  readonly history?: string
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
  const run = await measure(only, options)
  const { report, rows } = run
  show(run)
  if (earlier !== undefined) process.stdout.write(`\n${compareReports(earlier, report)}\n`)
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  if (options.history !== undefined) appendHistory(options.history, report)
  if (options.writeDocs === true && report.valid) writeFileSync(DOCUMENT, await pretty(documentOf(report, rows)))
  if (!report.valid) return sayWrong(report)
  return options.gate === true ? passesGates(report, options) : true
}

/** One run with its progress on stderr. */
async function measure(only: readonly string[], options: BenchOptions): Promise<Run> {
  const bar = progressBar('bench')
  const run = await runBench({
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
  const parts = Object.entries(run.report.seconds).map(([name, seconds]) => `${name} ${String(seconds)} s`)
  process.stderr.write(`time: ${parts.join(', ')}\n`)
  return run
}

function show({ report, rows }: Run): void {
  const { targets } = report
  process.stdout.write([headerOf(report), '', tableOf(rows, targets), '', notesOf(rows, targets), ''].join('\n'))
}

/**
 * Whether every gate is passed, at the second try at the latest: a neighbour on the machine spoils a run now and then, but
 * seldom the same figure twice. Only what was missed is measured again.
 */
async function passesGates(report: Report, options: BenchOptions): Promise<boolean> {
  const missed = missedGates(report)
  if (missed.length === 0) return true
  sayMissed(missed)
  const scenarios = scenariosOf(missed)
  process.stdout.write(`\nagain ${scenarios.join(', ')}, because of ${missed.map(({ id }) => id).join(', ')}\n\n`)
  const again = await measure(scenarios, options)
  show(again)
  if (!again.report.valid) return sayWrong(again.report)
  const still = missedGates(again.report).filter(({ id }) => missed.some((first) => first.id === id))
  sayMissed(still)
  return still.length === 0
}

/** As the formatter of this checkout wants documents. */
async function pretty(text: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier')
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' })
}

/** Says on stderr what was wrong; always false. */
function sayWrong({ scenarios }: Report): false {
  for (const { id, errors, check } of scenarios) {
    if (errors > 0 || check.startsWith('WRONG'))
      process.stderr.write(`waymark: ${id}: ${String(errors)} errors, ${check}\n`)
  }
  return false
}

function sayMissed(missed: readonly TargetReport[]): void {
  for (const { id, value, gate_value: best, must, unit, why } of missed) {
    const figure = value === null ? `no figure: ${why ?? ''}` : `${String(best ?? value)} in the best round`
    process.stderr.write(`waymark: gate ${id}: ${figure}, ${unit}; must ${String(must)}\n`)
  }
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
