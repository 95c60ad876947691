/** What more of something costs: points and slopes, from the rows of a run. */
import type { Measure, Round } from './measure.ts'
import { digits } from './table.ts'
import { slopeOf } from './target-formulas.ts'

type Point = readonly [number, number]

/** Rows of cells: what grows, where it was looked at, the figures there, and the slope. */
export function growthOf(rows: Round): readonly (readonly string[])[] {
  return [
    line('history of a learner', 'rows', points(rows, historyOf, 'cpuUs'), 'us CPU of an update', 10_000),
    line('size of the store', 'rows', points(rows, storeOf, 'p50', 1000), 'us p50 of an update', 1_000_000),
    line('size of the store', 'rows', points(rows, readOf, 'cpuUs'), 'us CPU of a summary read', 1_000_000),
    line('leaves of a course', 'leaves', points(rows, leavesOf, 'cpuUs'), 'us CPU of a trigger', 1),
    line('uptime', 'requests', uptimePoints(rows, 'cpuUs'), 'us CPU of an update', 1_000_000),
    line('uptime', 'requests', uptimePoints(rows, 'rssMb'), 'MB of memory', 1_000_000),
  ].filter((cells) => cells !== undefined)
}

function line(
  by: string,
  unit: string,
  found: readonly Point[],
  figure: string,
  per: number,
): readonly string[] | undefined {
  if (found.length < 2) return undefined
  const at = found.map(([x]) => x.toLocaleString('en')).join(' / ')
  const values = found.map(([, y]) => digits(y)).join(' / ')
  const slope = slopeOf(found).slope * per
  const each = per === 1 ? unit.replace('leaves', 'leaf') : `${per.toLocaleString('en')} ${unit}`
  return [by, `${at} ${unit}`, `${values} ${figure}`, `${slope.toPrecision(2)} per ${each}`]
}

function points(
  rows: Round,
  placeOf: (measure: Measure) => number | undefined,
  figure: 'cpuUs' | 'p50',
  scale = 1,
): readonly Point[] {
  const found = [...rows.values()].flatMap((measure): readonly Point[] => {
    const [place, value] = [placeOf(measure), measure[figure]]
    return place === undefined || value === undefined ? [] : [[place, value * scale]]
  })
  return found.sort(([a], [b]) => a - b)
}

const numberIn = (pattern: RegExp, { id }: Measure): number | undefined => {
  const found = pattern.exec(id)?.[1]
  return found === undefined ? undefined : Number(found)
}
const historyOf = (measure: Measure): number | undefined => numberIn(/^S11 history (\d+)$/, measure)
const leavesOf = (measure: Measure): number | undefined => numberIn(/^S11 (\d+) leaves$/, measure)
const storeOf = ({ id, values }: Measure): number | undefined =>
  /^S11 (small|main) store$/.test(id) ? values?.['rows'] : undefined
/** S6 and S6 from smaller stores, not its open loops. */
const readOf = ({ id, values }: Measure): number | undefined => (/^S6\b/.test(id) ? values?.['rows'] : undefined)

function uptimePoints(rows: Round, figure: 'cpuUs' | 'rssMb'): readonly Point[] {
  const [first, last] = [rows.get('S12 first'), rows.get('S12 last')]
  const [before, after] = [first?.[figure], last?.[figure]]
  const [early, late] = [last?.values?.['earlyRequests'], last?.values?.['requests']]
  if (before === undefined || after === undefined || early === undefined || late === undefined) return []
  return [
    [early, before],
    [late, after],
  ]
}
