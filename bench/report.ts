/** The report: every target with its figure or the reason why there is none, every scenario with its row. */
import { isWrong, median, merge, spread, type Measure, type Round } from './measure.ts'
import type { Machine } from './machine.ts'
import { FORMULAS, type Formula } from './target-formulas.ts'
import { TARGETS, type Target } from './targets.ts'

export interface TargetReport {
  readonly id: string
  readonly value: number | null
  readonly unit: string
  readonly must: number
  readonly stretch: number
  readonly better: 'lower' | 'higher'
  readonly pass: boolean
  readonly rounds: readonly number[]
  /** Why there is no value. */
  readonly why?: string
  /** What else the target asks for and does not get. */
  readonly fault?: string
  /** The rounds lie too far apart to trust the clock. */
  readonly noisy?: boolean
  /** For pipelines: whether a ratio holds with some slack; absent where it is no gate. */
  readonly gate?: boolean
  /** The figure that the gate looked at, where it is not `value`: that of the best round, or of processor times alone. */
  readonly gate_value?: number
}

export interface ScenarioReport {
  readonly id: string
  readonly what: string
  readonly rate: number | null
  readonly cpu_us: number | null
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  readonly p999_ms: number | null
  readonly written_bytes: number | null
  readonly rss_mb: number | null
  readonly errors: number
  readonly check: string
  readonly note?: string
}

export interface Report {
  /** When the run ended, ISO 8601. */
  readonly date: string
  readonly commit: string
  readonly machine: Machine
  readonly seed: number
  readonly scale: string
  readonly load: { readonly before: string; readonly after: string }
  /** Where the time of the run went. */
  readonly seconds: Readonly<Record<string, number>>
  /** False where a scenario ended with a wrong result: then no figure counts. */
  readonly valid: boolean
  readonly targets: readonly TargetReport[]
  readonly scenarios: readonly ScenarioReport[]
}

const NOISY = 0.3
const GATE_SLACK = 0.15

/**
 * Every target, from the rows of every round.
 * @param ran ids of the scenarios that were run: a gate whose scenarios are among them and that has no figure is missed
 */
export function reportTargets(rounds: readonly Round[], ran: ReadonlySet<string> = new Set()): readonly TargetReport[] {
  return TARGETS.map((target) => reportTarget(target, rounds, ran))
}

function reportTarget(target: Target, rounds: readonly Round[], ran: ReadonlySet<string>): TargetReport {
  const { id, unit, must, stretch, better } = target
  const definition = { id, unit, must, stretch, better }
  const formula = FORMULAS[id] ?? {}
  const values = valuesOf(formula.of, rounds)
  const value = median(values)
  if (value === undefined) {
    const why = formula.why ?? missing(target.row, rounds)
    // What was to be measured and was not proves nothing.
    const gate = target.gated === true && (target.needs ?? []).every((id) => ran.has(id)) ? { gate: false } : {}
    return { ...definition, value: null, pass: false, rounds: [], why, ...gate }
  }
  const merged = mergeRounds(rounds)
  const fault = formula.also?.(merged)
  const noisy = spread(values) > NOISY
  // A neighbour on the machine spoils rounds; a change for the worse spoils all of them. So a gate looks at the best one.
  const gateValues = noisy && formula.byCpu !== undefined ? valuesOf(formula.byCpu, rounds) : values
  const gateValue = gateValues.reduce((best, one) => (reaches(one, best, better) ? one : best), gateValues[0] ?? value)
  return {
    ...definition,
    value: round4(value),
    pass: reaches(value, must, better) && fault === undefined,
    rounds: values.map(round4),
    ...(fault === undefined ? {} : { fault }),
    ...(noisy ? { noisy } : {}),
    ...(target.gated === true ? { gate: reaches(gateValue, target.gateAt ?? slackened(must, better), better) } : {}),
    ...(target.gated === true && gateValue !== value ? { gate_value: round4(gateValue) } : {}),
  }
}

function valuesOf(of: Formula['of'], rounds: readonly Round[]): number[] {
  return rounds.map((round) => of?.(round)).filter((value) => value !== undefined)
}

function missing(row: string, rounds: readonly Round[]): string {
  const found = rounds.map((round) => round.get(row)).filter((measure) => measure !== undefined)
  const fault = found.map(({ invalid, note }) => invalid ?? note).find((text) => text !== undefined)
  if (found.length === 0) return 'its scenario was not run'
  return fault === undefined ? 'a part of it was not measured' : `not measured: ${fault}`
}

function reaches(value: number, must: number, better: 'lower' | 'higher'): boolean {
  return better === 'lower' ? value <= must : value >= must
}

function slackened(must: number, better: 'lower' | 'higher'): number {
  return better === 'lower' ? must * (1 + GATE_SLACK) : must * (1 - GATE_SLACK)
}

/** All rounds as one: the medians of every row, in the order in which rows first appeared. */
export function mergeRounds(rounds: readonly Round[]): Round {
  const ids = new Set(rounds.flatMap((round) => [...round.keys()]))
  const merged = new Map<string, Measure>()
  for (const id of ids) {
    const found = rounds.map((round) => round.get(id)).filter((measure) => measure !== undefined)
    const measure = merge(found)
    if (measure !== undefined) merged.set(id, measure)
  }
  return merged
}

export function reportScenario(measure: Measure): ScenarioReport {
  const { id, what, invalid, errors, check, note } = measure
  return {
    id,
    what,
    rate: figure(measure.rate),
    cpu_us: figure(measure.cpuUs),
    p50_ms: figure(measure.p50),
    p99_ms: figure(measure.p99),
    p999_ms: figure(measure.p999),
    written_bytes: figure(measure.written),
    rss_mb: figure(measure.rssMb),
    errors,
    check: isWrong(measure) ? check : invalid === undefined ? check : `invalid: ${invalid}`,
    ...(note === undefined ? {} : { note }),
  }
}

/** Whether nothing was wrong: neither an answer nor what the store held afterwards. */
export function isValid(rounds: readonly Round[]): boolean {
  return rounds.every((round) => [...round.values()].every((measure) => measure.errors === 0 && !isWrong(measure)))
}

function figure(value: number | undefined): number | null {
  return value === undefined ? null : round4(value)
}

/** Four significant digits: more would be noise. */
export function round4(value: number): number {
  return Number(value.toPrecision(4))
}
