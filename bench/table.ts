/** The table of a run, floors first, and what stands around it. */
import { isWrong, type Measure, type Round } from './measure.ts'
import type { Report, TargetReport } from './report.ts'
import { TARGETS } from './targets.ts'

const HEAD = [
  'scenario',
  'rate/s',
  'x floor',
  'CPU us',
  'x floor',
  'p50',
  'p99',
  'p99.9',
  'x floor p99',
  'B written',
  'RSS',
  'errors',
  'check',
  'target',
  'pass',
]

export function headerOf({ commit, machine, seed, scale, load }: Report): string {
  const { cpu, cores, kernel, node, sqlite, durability } = machine
  return [
    `${cpu}, ${String(cores)} cores, Linux ${kernel}, Node ${node}, SQLite ${sqlite}, durability ${durability}`,
    `commit ${commit}, seed ${String(seed)}, ${scale} run, load average ${load.before} before, ${load.after} after`,
    'times in ms, RSS in MB; figures are medians of the rounds; floors by row: F0 for writes, F0r for reads',
  ].join('\n')
}

/** Rows of cells, for the terminal or for a document. */
export function cellsOf(rows: Round, targets: readonly TargetReport[]): readonly (readonly string[])[] {
  const all = [...rows.values()]
  const floors = all.filter(isFloor).sort((a, b) => (a.id < b.id ? -1 : 1))
  const sorted = [...floors, ...all.filter((measure) => !isFloor(measure))]
  return [HEAD, ...sorted.map((measure) => cells(measure, rows, targets))]
}

export function tableOf(rows: Round, targets: readonly TargetReport[]): string {
  const table = cellsOf(rows, targets)
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  const left = new Set([0, 12, 13, 14])
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (left.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join(' | ')
      .trimEnd()
  return table.map(line).join('\n')
}

/** What each row is, in words, and what the targets lack. */
export function notesOf(rows: Round, targets: readonly TargetReport[]): string {
  const lines = [...rows.values()].map(({ id, what, note }) => `${id}: ${what}${note === undefined ? '' : `; ${note}`}`)
  const faults = targets.flatMap(({ id, value, unit, why, fault, noisy, rounds }) => [
    ...(rounds.length > 1 && value !== null ? [`${id}: ${digits(value)} ${unit}${rangeOf(rounds)}`] : []),
    ...(value === null ? [`${id}: no figure: ${why ?? ''}`] : []),
    ...(fault === undefined ? [] : [`${id}: ${fault}`]),
    ...(noisy === true ? [`${id}: noisy: the rounds lie more than 30 % apart`] : []),
  ])
  return [...lines, ...faults].join('\n')
}

/** The least and the greatest of the rounds, in brackets; empty where there was one. */
export function rangeOf(rounds: readonly number[]): string {
  return rounds.length < 2 ? '' : ` (${digits(Math.min(...rounds))} to ${digits(Math.max(...rounds))})`
}

export function isFloor({ id }: Measure): boolean {
  return id.startsWith('F')
}

function cells(measure: Measure, rows: Round, targets: readonly TargetReport[]): readonly string[] {
  const floor = measure.floor === undefined ? undefined : rows.get(measure.floor)
  const shown = TARGETS.filter(({ row }) => row === measure.id)
    .map(({ id }) => targets.find((target) => target.id === id))
    .filter((target) => target !== undefined)
    .filter(({ value }) => value !== null)
  return [
    measure.id,
    digits(measure.rate),
    times(measure.rate, floor?.rate),
    digits(measure.cpuUs),
    times(measure.cpuUs, floor?.cpuUs),
    digits(measure.p50),
    digits(measure.p99),
    digits(measure.p999),
    times(measure.p99, floor?.p99),
    digits(measure.written),
    digits(measure.rssMb),
    String(measure.errors),
    checkOf(measure),
    shown
      .map(({ id, value, noisy }) => `${id} ${digits(value ?? undefined)}${noisy === true ? ' noisy' : ''}`)
      .join(', '),
    shown.map(({ pass }) => (pass ? 'yes' : 'no')).join(', '),
  ]
}

/** Wrong beats everything: a wrong result voids the row. */
function checkOf(measure: Measure): string {
  if (isWrong(measure)) return 'WRONG'
  return measure.invalid === undefined ? measure.check : `invalid: ${measure.invalid}`
}

function times(value: number | undefined, floor: number | undefined): string {
  return value === undefined || floor === undefined || floor === 0 ? '' : (value / floor).toFixed(2)
}

export function digits(value: number | undefined): string {
  if (value === undefined) return ''
  if (value >= 1000) return value.toFixed(0)
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
