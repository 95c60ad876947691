/** One measured figure set: a row of the table, of one round or of all. */
import type { PhaseResult } from './phase.ts'

export interface Measure {
  /** `S1`, `S1 50 %`, `F0`. */
  readonly id: string
  /** What was done, in a few words. */
  readonly what: string
  /** Items per second. */
  readonly rate?: number | undefined
  /** Processor time of the server per item, microseconds. */
  readonly cpuUs?: number | undefined
  readonly p50?: number | undefined
  readonly p99?: number | undefined
  readonly p999?: number | undefined
  /** Bytes written to disk per item. */
  readonly written?: number | undefined
  readonly rssMb?: number | undefined
  readonly errors: number
  /** Why the figures cannot be believed, where the loader was at fault. */
  readonly invalid?: string | undefined
  /** `ok`, what is wrong, or empty where there is nothing to check. */
  readonly check: string
  /** The row that this one is compared with. */
  readonly floor?: string | undefined
  /** Further figures in words. */
  readonly note?: string | undefined
  /** Further figures for targets. */
  readonly values?: Readonly<Record<string, number>> | undefined
}

/** All rows of one round, by id. */
export type Round = ReadonlyMap<string, Measure>

const BUSY_MAX = 0.7
const LATE_MAX = 0.01

/**
 * Whether the loader, rather than the server, decided what was measured.
 * @param loaderRate the most requests per second that the loader has reached in this round
 */
export function loaderFault(result: PhaseResult, loaderRate: number | undefined): string | undefined {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  const rate = result.sent / result.seconds
  if (result.loaderBusy > BUSY_MAX) return `loader (busy ${percent(result.loaderBusy)})`
  if (result.late > LATE_MAX) return `loader (${percent(result.late)} sent late)`
  if (loaderRate !== undefined && loaderRate < 2 * rate) return 'loader (it reaches less than twice this rate)'
  return undefined
}

/** A phase as a row; rates and costs are those of one item. */
export function measureOf(
  id: string,
  what: string,
  result: PhaseResult,
  items: number,
  more: Partial<Measure>,
): Measure {
  const done = Math.max(1, (result.sent - result.errors) * items)
  return {
    id,
    what,
    rate: ((result.sent - result.errors) * items) / result.seconds,
    cpuUs: (result.cpuMs * 1000) / done,
    p50: result.p50,
    p99: result.p99,
    p999: result.p999,
    written: result.writtenBytes / done,
    rssMb: result.rssMb,
    errors: result.errors,
    check: result.firstError === undefined ? '' : `WRONG: ${result.firstError}`,
    ...more,
  }
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/** How far the rounds lie apart: (max - min) / median. */
export function spread(values: readonly number[]): number {
  const middle = median(values)
  return middle === undefined || middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle
}

const FIGURES = ['rate', 'cpuUs', 'p50', 'p99', 'p999', 'written', 'rssMb'] as const

/** The rows of one id as one: medians, all errors, and the first thing that was wrong. */
export function merge(measures: readonly Measure[]): Measure | undefined {
  const [first] = measures
  if (first === undefined) return undefined
  const figures: Partial<Record<(typeof FIGURES)[number], number>> = {}
  for (const figure of FIGURES) {
    const middle = median(measures.map((measure) => measure[figure]).filter((value) => value !== undefined))
    if (middle !== undefined) figures[figure] = middle
  }
  const invalid = measures.every((measure) => measure.invalid !== undefined) ? first.invalid : undefined
  const wrong = measures.find((measure) => isWrong(measure))
  return {
    ...first,
    ...figures,
    errors: measures.reduce((sum, { errors }) => sum + errors, 0),
    invalid,
    check: wrong?.check ?? measures.at(-1)?.check ?? '',
    note: measures.findLast(({ note }) => note !== undefined)?.note,
  }
}

export function isWrong({ check }: Measure): boolean {
  return check !== '' && check !== 'ok'
}
