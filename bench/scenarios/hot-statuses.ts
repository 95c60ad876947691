/** S16: what the process keeps in memory for statuses that were just written, beside SQLite's cache of fixed size. */
import { oncePerRun } from '../context.ts'
import type { HotStatuses, Memory } from '../hot-statuses.ts'
import type { Measure } from '../measure.ts'
import { openToRead } from '../oracle.ts'
import { runOwn } from '../processes.ts'
import type { Scenario } from './scenario.ts'

const MILLION = 1_000_000

/** It is no matter of time, so it runs while nothing else is measured yet. */
const measured = oncePerRun(async (bench): Promise<Measure> => {
  const { hot } = bench.scale
  const { folder } = await bench.store('hot statuses', [hot])
  // Written by that program alone.
  const found = JSON.parse(await runOwn(['--expose-gc'], 'hot-statuses.ts', folder, JSON.stringify(hot))) as HotStatuses
  return measureOf(found, check(folder, found.statuses))
})

export const hotStatuses: Scenario = {
  id: 'S16',
  title: 'memory of hot statuses',
  rounds: 'once',
  prepare: measured,
  run: async (bench) => [await measured(bench)],
}

function measureOf(found: HotStatuses, check: string): Measure {
  const { statuses, before, half, after, quiet } = found
  const short = statuses < MILLION
  const measured = `${String(statuses)} statuses written, the growth of the second half continued to a million`
  const parts = [before, half, after, quiet].map(mb)
  return {
    id: 'S16',
    what: `heap and external memory of ${short ? measured : 'a million statuses written'}`,
    errors: 0,
    check,
    note: `MB before, after half, after all, when it was quiet: ${parts.join(', ')}; SQLite's pages are not in it`,
    values: { hotMb: hotMbOf(found) },
  }
}

/**
 * Megabytes kept for a million statuses. A share of it does not depend on their number (what waits to be folded is
 * limited), so fewer statuses are not simply multiplied: what the second half added goes on being added.
 */
export function hotMbOf({ statuses, before, half, after, quiet }: HotStatuses): number {
  const each = Math.max(0, kept(quiet) - kept(half)) / (statuses / 2)
  return Math.max(0, kept(after) - kept(before) + each * Math.max(0, MILLION - statuses)) / 1e6
}

/** Array buffers are part of what is external. */
function kept({ heapUsed, external }: Memory): number {
  return heapUsed + external
}

function mb(memory: Memory): string {
  return (kept(memory) / 1e6).toFixed(1)
}

function check(folder: string, statuses: number): string {
  const database = openToRead(folder)
  try {
    const written = Number(database.prepare('SELECT count(*) AS n FROM view WHERE progress = 20').get()?.['n'])
    return written === statuses ? 'ok' : `WRONG: ${String(written)} of ${String(statuses)} statuses were written`
  } finally {
    database.close()
  }
}
