/** S6: the summary of one enrolment, at several sizes of the store; every sixteenth answer is compared with the oracle. */
import type { Bench, Target } from '../context.ts'
import { besideFloor, httpFloor, type Floors } from '../floors.ts'
import type { Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { startProduct } from '../processes.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

/** Reads per second of the open loop; less where the server does not reach twice that. */
const READS_PER_SECOND = 5000

export const summaryReads: Scenario = {
  id: 'S6',
  title: 'summary reads',
  rounds: 'always',
  run: async (bench, floors) => {
    const { s6 } = bench.scale.groups
    return readStore(bench, floors, await bench.main(), s6, 'S6', 'main store')
  },
}

/** The same from smaller stores, for what the size of the store costs. */
export const smallSummaryReads: Scenario = {
  id: 'S6-stores',
  title: 'summary reads of smaller stores',
  rounds: 'once',
  prepare: (bench) =>
    Promise.all(bench.scale.summaryStores.map(({ name, group }) => bench.store(`summary ${name}`, [group]))),
  run: async (bench, floors) => {
    const measures: Measure[] = []
    for (const { name, group } of bench.scale.summaryStores) {
      const { folder } = await bench.store(`summary ${name}`, [group])
      const target = { server: await startProduct(folder), folder }
      measures.push(...(await readStore(bench, floors, target, group, `S6 ${name}`, name)))
      await target.server.end()
    }
    return measures
  },
}

async function readStore(
  bench: Bench,
  floors: Floors,
  target: Target,
  group: Group,
  id: string,
  name: string,
): Promise<readonly Measure[]> {
  const load: Load = { kind: 'summary', group, seed: bench.seed }
  const blind: Load = { ...load, kind: 'any-summary' }
  const beside = `F0r beside ${id}`
  const [full, floor] = await besideFloor(
    bench,
    floors,
    { id: beside, what: `F0r right before and after ${id}`, load: blind },
    () =>
      bench.phase({
        id,
        what: `summary/read, ${name}, 64 clients, closed loop`,
        target,
        load,
        more: { floor: beside, values: { rows: group.learners * group.leaves } },
      }),
  )
  const rate = Math.min(READS_PER_SECOND, (full.rate ?? 1) / 2)
  const what = `summary/read, ${name}, open loop`
  const openFloor = 'F0r open'
  const open = await bench.phase({ id: `${id} open`, what, target, load, rate, more: { floor: openFloor } })
  return [
    full,
    open,
    await httpFloor(bench, floors.product, openFloor, 'F0r, open loop at the rate of S6 open', blind, rate),
    floor,
  ]
}
