/** How the figure of each target is computed from the rows of a round, and why some cannot be measured here. */
import type { Measure, Round } from './measure.ts'

export interface Formula {
  /** The figure of one round, undefined where a part of it was not measured. */
  readonly of?: (round: Round) => number | undefined
  /** The same from processor times alone, for machines on which the clock is not to be trusted. Same limits. */
  readonly byCpu?: (round: Round) => number | undefined
  /** What else the target asks for and does not get; undefined where all is well. */
  readonly also?: (round: Round) => string | undefined
  readonly why?: string
}

type Figure = 'rate' | 'cpuUs' | 'p50' | 'p99' | 'p999' | 'written' | 'rssMb'

/** One figure of one row; none where the loader was at fault. */
function figure(round: Round, id: string, name: Figure): number | undefined {
  const measure = round.get(id)
  return measure === undefined || measure.invalid !== undefined ? undefined : measure[name]
}

/** Of a row over the same of another; undefined where one of them is missing. */
function ratio(round: Round, above: [string, Figure], below: [string, Figure]): number | undefined {
  const [top, bottom] = [figure(round, ...above), figure(round, ...below)]
  return top === undefined || bottom === undefined || bottom === 0 ? undefined : top / bottom
}

function unless(holds: boolean, text: string): string | undefined {
  return holds ? undefined : text
}

/** A least-squares line through (leaves, microseconds). */
export function slopeOf(points: readonly (readonly [number, number])[]): { slope: number; intercept: number } {
  const n = points.length
  const [meanX, meanY] = [0, 1].map((axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / n)
  const [x0, y0] = [meanX ?? 0, meanY ?? 0]
  const top = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0)
  const bottom = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0)
  const slope = bottom === 0 ? 0 : top / bottom
  return { slope, intercept: y0 - slope * x0 }
}

const LEAVES = [10, 50, 200]

function leafPoints(round: Round): readonly (readonly [number, number])[] {
  return LEAVES.flatMap((leaves) => {
    const cost = figure(round, `S11 ${String(leaves)} leaves`, 'cpuUs')
    return cost === undefined ? [] : [[leaves, cost] as const]
  })
}

function leafSlope(round: Round): number | undefined {
  const points = leafPoints(round)
  return points.length < LEAVES.length ? undefined : slopeOf(points).slope
}

function leafLimit(round: Round): string | undefined {
  const above = leafPoints(round).find(([leaves, cost]) => cost > 10 + leaves)
  return above === undefined ? undefined : `${above[1].toFixed(1)} us at ${String(above[0])} leaves`
}

/** T10: how much more memory a process may take late in its life, and what garbage not yet collected may add. */
const RSS_GROWTH_MAX = 0.05
const RSS_SWING_MB = 10

const size = (round: Round, id: string): Measure | undefined => round.get(id)

export const FORMULAS: Readonly<Record<string, Formula>> = {
  T1: {
    of: (round) => ratio(round, ['S1', 'cpuUs'], ['F0 beside S1', 'cpuUs']),
  },
  T2: {
    of: (round) => ratio(round, ['S1', 'rate'], ['F0 beside S1', 'rate']),
    byCpu: (round) => ratio(round, ['F0 beside S1', 'cpuUs'], ['S1', 'cpuUs']),
  },
  T3: {
    of: (round) => ratio(round, ['S1 50 %', 'p99'], ['F0 50 %', 'p99']),
    also: (round) => {
      const p999 = size(round, 'S1 50 %')?.p999 ?? 0
      return unless(p999 <= 25, `p99.9 is ${p999.toFixed(1)} ms, it must be 25 ms or less`)
    },
  },
  T4: {
    of: (round) => ratio(round, ['S4', 'rate'], ['S1', 'rate']),
    byCpu: (round) => ratio(round, ['S1', 'cpuUs'], ['S4', 'cpuUs']),
    also: (round) => {
      const cpuUs = size(round, 'S4')?.cpuUs ?? 0
      return unless(cpuUs <= 8, `an item takes ${cpuUs.toFixed(1)} us, it must be 8 us or less`)
    },
  },
  T5: {
    of: (round) => ratio(round, ['S1', 'cpuUs'], ['P1', 'cpuUs']),
  },
  T6: {
    why: 'no learning record store is part of this installation',
  },
  T7: {
    of: (round) => {
      const rate = figure(round, 'S1', 'rate')
      return rate === undefined ? undefined : rate / 100
    },
  },
  T8: {
    of: (round) => ratio(round, ['S11 history 10000', 'cpuUs'], ['S11 history 10', 'cpuUs']),
    also: (round) => {
      const long = ratio(round, ['S11 history 100000', 'cpuUs'], ['S11 history 10', 'cpuUs']) ?? 0
      return unless(long <= 1.3, `with 100,000 rows it is ${long.toFixed(2)} x, it must be 1.3 x or less`)
    },
  },
  T9: {
    of: (round) => ratio(round, ['S11 main store', 'p50'], ['S11 small store', 'p50']),
    byCpu: (round) => ratio(round, ['S11 main store', 'cpuUs'], ['S11 small store', 'cpuUs']),
  },
  T10: {
    of: (round) => ratio(round, ['S12 last', 'cpuUs'], ['S12 first', 'cpuUs']),
    also: (round) => {
      const { rssBeforeMb: before, rssAfterMb: after } = size(round, 'S12 last')?.values ?? {}
      if (before === undefined || after === undefined) return undefined
      // A collection of garbage more or less is no growth.
      const allowed = before + Math.max(before * RSS_GROWTH_MAX, RSS_SWING_MB)
      return unless(after <= allowed, `memory grew from ${before.toFixed(0)} to ${after.toFixed(0)} MB, more than 5 %`)
    },
  },
  T11: {
    of: (round) => ratio(round, ['S6', 'rate'], ['F0r beside S6', 'rate']),
    byCpu: (round) => ratio(round, ['F0r beside S6', 'cpuUs'], ['S6', 'cpuUs']),
    also: (round) => {
      const tail = ratio(round, ['S6 open', 'p99'], ['F0r open', 'p99']) ?? 0
      return unless(tail <= 2, `p99 of the open loop is ${tail.toFixed(1)} x that of F0r, it must be 2 x or less`)
    },
  },
  T12: {
    of: (round) => size(round, 'S9')?.p99,
  },
  T13: {
    of: (round) => figure(round, 'S10', 'rate'),
  },
  T14: {
    of: leafSlope,
    also: (round) => {
      const above = leafLimit(round)
      return above === undefined ? undefined : `${above}; it must be 10 us + 1 us x leaves or less`
    },
  },
  T15: {
    of: (round) => size(round, 'S8 350x130')?.p50,
    also: (round) => {
      const large = size(round, 'S8 100000x50')?.p50
      return large === undefined
        ? undefined
        : unless(large <= 300, `100,000 learners take ${large.toFixed(0)} ms of 300`)
    },
  },
  T16: {
    of: (round) => size(round, 'S16')?.values?.['hotMb'],
  },
  T17: {
    of: (round) => size(round, 'S1')?.values?.['diskMb'],
    also: (round) => {
      const written = size(round, 'S1')?.written ?? 0
      return unless(written <= 4096, `an update writes ${(written / 1024).toFixed(1)} KB, it must be 4 KB or less`)
    },
  },
  T18: {
    of: (round) => size(round, 'S13')?.p50,
    also: (round) => {
      const rss = size(round, 'S13')?.rssMb ?? 0
      return unless(rss <= 150, `the idle server takes ${rss.toFixed(0)} MB, it must be 150 MB or less`)
    },
  },
  T19: {
    why: 'this version has no event sets',
  },
  T20: {
    why: 'this version has no cluster profile',
  },
}
