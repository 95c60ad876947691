/** S11: what a longer history (T8) and a larger store (T9) cost; S12: what uptime costs (T10). */
import type { Bench, Target } from '../context.ts'
import { settled } from '../settled.ts'
import type { Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { startProduct } from '../processes.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

const NO_NOTE = { note: undefined }

/** T8: learners with 10, 10,000 and 100,000 rows, in turn within every round. */
export const histories: Scenario = {
  id: 'S11',
  title: 'growth with the history',
  rounds: 'always',
  run: async (bench) => {
    const target = await bench.main()
    const { h10, h10k, h100k } = bench.scale.groups
    const measures: Measure[] = []
    for (const group of [h10, h10k, h100k]) {
      const id = `S11 history ${String(group.leaves)}`
      measures.push(await updates(bench, target, group, id, `updates of learners with ${String(group.leaves)} rows`))
    }
    return measures
  },
}

/** T9: one client, a store of 10 k rows against the main one; both servers run, one at a time is asked. */
export const storeSizes: Scenario = {
  id: 'S11',
  title: 'growth with the store',
  rounds: 'always',
  run: async (bench) => {
    const main = await bench.main()
    const { small, groups } = bench.scale
    const folder = await smallStore(bench)
    const target = { server: await startProduct(folder), folder }
    try {
      // The first requests of a new process are slower: they are not measured.
      await updates(bench, target, small, 'S11 warm-up', '')
      const one = await updates(bench, target, small, 'S11 small store', 'one client, store of 10 k rows', 1)
      const rows = `${((groups.s1.learners + groups.s6.learners) * groups.s1.leaves).toExponential(0)} rows`
      return [one, await updates(bench, main, groups.s1, 'S11 main store', `one client, store of ${rows}`, 1)]
    } finally {
      await target.server.end()
    }
  },
}

const smallStores = new WeakMap<Bench, Promise<{ readonly folder: string }>>()

async function smallStore(bench: Bench): Promise<string> {
  const known = smallStores.get(bench) ?? bench.store('small', [bench.scale.small])
  smallStores.set(bench, known)
  return (await known).folder
}

async function updates(
  bench: Bench,
  target: Target,
  group: Group,
  id: string,
  what: string,
  connections?: number,
): Promise<Measure> {
  const load: Load = { kind: 'update', group, seed: bench.seed }
  const clients = connections === undefined ? {} : { connections }
  const measure = await bench.phase({ id, what, target, load, more: NO_NOTE, ...clients })
  return bench.checked(measure, target, group)
}

/** S12: the same load for a long time; the first window against the last. */
export const uptime: Scenario = {
  id: 'S12',
  title: 'uptime',
  rounds: 'once',
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
      return [first, bench.checked(last, target, group)]
    } finally {
      await target.server.end()
    }
  },
}
