/** S10: the aggregator works off what was logged while it was stopped; S11/T14: what one trigger costs by leaf nodes. */
import type { DatabaseSync } from 'node:sqlite'
import type { Target } from '../context.ts'
import { settled } from '../settled.ts'
import { collectionOf, type Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { openToRead } from '../oracle.ts'
import { usageOf } from '../proc.ts'
import { startProduct } from '../processes.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

/** Updates per second that come in meanwhile. */
const INTAKE_PER_SECOND = 500
const POLL_MS = 5
const GIVE_UP_MS = 300_000
/** So that the position moves often enough to tell one size of course from the next; here no two triggers are one learner's. */
const SMALL_BATCHES = { WAYMARK_WORKER_READ_MAX: '500' }

export const catchUp: Scenario = {
  id: 'S10',
  title: 'catch-up of the aggregator',
  rounds: 'once',
  prepare: (bench) => bench.store('catch-up', [bench.scale.catchUp]),
  run: async (bench) => {
    const group = bench.scale.catchUp
    const { folder } = await bench.store('catch-up', [group])
    const target = { server: await startProduct(folder), folder }
    try {
      const load: Load = { kind: 'update', group: { ...group, completed: true }, seed: bench.seed }
      const intake = bench.phase({ id: 'S10 intake', what: 'updates meanwhile', target, load, rate: INTAKE_PER_SECOND })
      const backlog = backlogOf(group)
      const looks = await workOff(target, backlog)
      const before = String(looks[0]?.done ?? 0)
      const { readyMs, pid } = target.server
      const measure = {
        id: 'S10',
        what: `${String(backlog)} triggers waiting, ${String(group.leaves)} leaves; ${before} done before the server was ready`,
        ...costOf(looks, 0, backlog),
        rssMb: usageOf([pid]).rssMb,
        errors: 0,
        note: `ready after ${readyMs.toFixed(0)} ms`,
        values: { leaves: group.leaves, readyMs },
      }
      const meanwhile = await intake
      await settled(folder)
      return [
        { ...measure, check: compare(folder, group) },
        { ...meanwhile, check: meanwhile.errors > 0 ? meanwhile.check : 'ok' },
      ]
    } finally {
      await target.server.end()
    }
  },
}

/** One log holds the triggers of courses of several sizes, one size after the other. */
export const leafCosts: Scenario = {
  id: 'S11-leaves',
  title: 'cost of a summary by leaf nodes',
  rounds: 'once',
  prepare: (bench) => bench.store('leaves', [bench.scale.leafWarmUp, ...bench.scale.leafCosts]),
  run: async (bench) => {
    const { leafWarmUp, leafCosts: groups } = bench.scale
    const { folder } = await bench.store('leaves', [leafWarmUp, ...groups])
    const target = { server: await startProduct(folder, SMALL_BATCHES), folder }
    try {
      const looks = await workOff(
        target,
        [leafWarmUp, ...groups].reduce((sum, group) => sum + backlogOf(group), 0),
      )
      await settled(folder)
      let from = backlogOf(leafWarmUp)
      return groups.map((group) => {
        const to = from + backlogOf(group)
        const cost = costOf(looks, from, to)
        from = to
        return measureOf(group, cost, compare(folder, group))
      })
    } finally {
      await target.server.end()
    }
  },
}

function measureOf(group: Group, cost: Cost, check: string): Measure {
  const leaves = String(group.leaves)
  return {
    id: `S11 ${leaves} leaves`,
    what: `triggers of courses of ${leaves} leaves, ${String(backlogOf(group))} learners`,
    ...cost,
    errors: 0,
    check,
  }
}

/** Where the aggregator was at a moment, and the processor time of its process so far. */
export interface Look {
  readonly at: number
  readonly done: number
  readonly cpuMs: number
}

function backlogOf({ learners, unread }: Group): number {
  return learners * unread
}

/** Watches the aggregator's position until the backlog is worked off. */
async function workOff({ server, folder }: Target, backlog: number): Promise<readonly Look[]> {
  const database = openToRead(folder)
  try {
    const looks = [look(database, server.pid)]
    const deadline = performance.now() + GIVE_UP_MS
    while ((looks.at(-1)?.done ?? 0) < backlog && performance.now() < deadline) {
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_MS)
      })
      looks.push(look(database, server.pid))
    }
    return looks
  } finally {
    database.close()
  }
}

function look(database: DatabaseSync, pid: number): Look {
  const row = database.prepare("SELECT seq FROM position WHERE consumer = 'aggregate'").get()
  return { at: performance.now(), done: Number(row?.['seq'] ?? 0), cpuMs: usageOf([pid]).cpuMs }
}

type Cost = Pick<Measure, 'rate' | 'cpuUs'>

/**
 * What the triggers between two positions took, from the first look behind the one to the last that is not behind the
 * other. What is done before the first look of all does not count: the process is starting.
 */
export function costOf(looks: readonly Look[], from: number, to: number): Cost {
  const first = looks.find(({ done }) => done >= from)
  if (first === undefined) return {}
  const reached = Math.max(...looks.map(({ done }) => done).filter((done) => done <= to), 0)
  // Where one batch took all, the position may lie behind the end: what summaries are told as stands there.
  const last = looks.find(({ done }) => (reached > first.done ? done === reached : done >= to))
  if (last === undefined || last.at <= first.at) return {}
  const triggers = Math.min(to, last.done) - first.done
  if (triggers <= 0) return {}
  return { rate: (triggers * 1000) / (last.at - first.at), cpuUs: ((last.cpuMs - first.cpuMs) * 1000) / triggers }
}

function compare(folder: string, group: Group): string {
  const database = openToRead(folder)
  try {
    const found = database
      .prepare(
        `SELECT count(*) AS all_of_them, sum(progress = ?) AS correct
         FROM summary JOIN participation USING (participation) WHERE collection_id = ?`,
      )
      .get(group.unread, collectionOf(group, 0))
    const right = found?.['all_of_them'] === group.learners && found['correct'] === group.learners
    return right ? 'ok' : `WRONG: ${JSON.stringify(found)}, wanted ${String(group.learners)}`
  } finally {
    database.close()
  }
}
