/** S11: what a longer history (T8) and a larger store (T9) cost; S12: what uptime costs (T10). */
import { oncePerRun, type Bench, type Target } from '../context.ts'
import { meetFloors } from '../floors.ts'
import { settled } from '../settled.ts'
import type { Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { startProduct } from '../processes.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

/** T8: learners with 10, 10,000 and 100,000 rows, in turn within every round; those with 10 before and after. */
export const histories: Scenario = {
  id: 'S11-history',
  title: 'growth with the history',
  rounds: 'always',
  run: async (bench) => {
    const target = await bench.main()
    const { h10, h10k, h100k } = bench.scale.groups
    const step = (group: Group, seconds: number): Promise<Measure> => {
      const what = `updates of learners with ${String(group.leaves)} rows`
      return updates(bench, target, group, { id: `S11 history ${String(group.leaves)}`, what, seconds })
    }
    const { phaseSeconds: long } = bench.scale
    const before = await step(h10, long / 2)
    const middle = await step(h10k, long)
    return [...meetFloors([before], [await step(h10, long / 2)]), middle, await step(h100k, long / 2)]
  },
}

/** T9: one client, a store of 10 k rows against the main one; both servers run, one at a time is asked. */
export const storeSizes: Scenario = {
  id: 'S11-store',
  title: 'growth with the store',
  rounds: 'always',
  prepare: (bench) => bench.store('small', [bench.scale.small]),
  run: async (bench) => {
    const { small, groups, phaseSeconds } = bench.scale
    const [main, little] = [await bench.main(), await smallServer(bench)]
    const step = (target: Target, group: Group, size: string, rows: number, seconds: number): Promise<Measure> => {
      const what = `one client, store of ${rows < 1e6 ? String(rows) : rows.toExponential(1)} rows`
      const options = { id: `S11 ${size} store`, what, seconds, connections: 1, values: { rows } }
      return updates(bench, target, group, options)
    }
    const few = (): Promise<Measure> => step(little, small, 'small', small.learners * small.leaves, phaseSeconds / 2)
    const before = await few()
    const middle = await step(main, groups.s1, 'main', bench.mainRows, phaseSeconds)
    return [...meetFloors([before], [await few()]), middle]
  },
}

/** Over the small store; it serves all rounds, as the main one does. */
const smallServer = oncePerRun(async (bench): Promise<Target> => {
  const { folder } = await bench.store('small', [bench.scale.small])
  const target = { server: await startProduct(folder), folder }
  bench.atClose(() => target.server.end())
  // The first requests of a new process are slower: they are not measured.
  await updates(bench, target, bench.scale.small, { id: 'S11 warm-up', what: '', seconds: bench.scale.phaseSeconds })
  return target
})

interface Step {
  readonly id: string
  readonly what: string
  readonly seconds: number
  readonly connections?: number
  readonly values?: Measure['values']
}

async function updates(bench: Bench, target: Target, group: Group, step: Step): Promise<Measure> {
  const { values, ...options } = step
  const load: Load = { kind: 'update', group, seed: bench.seed }
  const measure = await bench.phase({ ...options, target, load, more: { note: undefined, values } })
  return bench.checked(measure, target, group)
}

/** S12: the same load for a long time; the first window against the last. */
export const uptime: Scenario = {
  id: 'S12',
  title: 'uptime',
  rounds: 'once',
  prepare: (bench) => bench.store('uptime', [bench.scale.groups.s2]),
  run: async (bench) => {
    const { uptimeRequests: total, uptimeWindow: window } = bench.scale
    const { folder } = await bench.store('uptime', [bench.scale.groups.s2])
    const target = { server: await startProduct(folder), folder }
    const group = bench.scale.groups.s2
    const step = (id: string, countMax: number, what = ''): Promise<Measure> => {
      const load: Load = { kind: 'update', group, seed: bench.seed }
      return bench.phase({ id, what, target, load, countMax, seconds: 120 })
    }
    try {
      await step('S12 warm-up', 10_000)
      const first = await step('S12 first', window, `requests 10001-${String(10_000 + window)}`)
      let left = total - 10_000 - 2 * window
      while (left > 0) {
        await step('S12 between', Math.min(left, 100_000))
        left -= 100_000
      }
      const last = await step('S12 last', window, `the last ${String(window)} of ${String(total)}`)
      await settled(folder)
      const values = { earlyRequests: 10_000 + window, requests: total, ...grown(bench, first, last) }
      return [first, { ...bench.checked(last, target, group), values }]
    } finally {
      await target.server.end()
    }
  },
}

/** How much more memory the process takes at the end; a short run is too short to say. */
function grown({ scale }: Bench, first: Measure, last: Measure): Readonly<Record<string, number>> {
  const [before, after] = [first.rssMb ?? 0, last.rssMb ?? 0]
  return scale.name === 'full' ? { rssBeforeMb: before, rssAfterMb: after } : {}
}
