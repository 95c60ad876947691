/** S10: the aggregator works off what was logged while it was stopped; S11/T14: what one trigger costs by leaf nodes. */
import type { DatabaseSync } from 'node:sqlite'
import type { Bench, Target } from '../context.ts'
import { settled } from '../settled.ts'
import type { Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { openToRead } from '../oracle.ts'
import { usageOf } from '../proc.ts'
import { startProduct } from '../processes.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

/** Updates per second that come in meanwhile. */
const INTAKE_PER_SECOND = 500
/** What is done before the first look does not count: the process is starting. */
const POLL_MS = 5
const GIVE_UP_MS = 300_000

export const catchUp: Scenario = {
  id: 'S10',
  title: 'catch-up of the aggregator',
  rounds: 'once',
  run: async (bench) => {
    const group = bench.scale.catchUp
    const { folder } = await bench.store('catch-up', [group])
    const target = { server: await startProduct(folder), folder }
    try {
      const load: Load = { kind: 'update', group: { ...group, completed: true }, seed: bench.seed }
      const intake = bench.phase({ id: 'S10 intake', what: 'updates meanwhile', target, load, rate: INTAKE_PER_SECOND })
      const measure = await workOff(bench, target, group)
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

export const leafCosts: Scenario = {
  id: 'S11',
  title: 'cost of a summary by leaf nodes',
  rounds: 'once',
  run: async (bench) => {
    const measures: Measure[] = []
    for (const group of bench.scale.leafCosts) {
      const { folder } = await bench.store(`leaves ${String(group.leaves)}`, [group])
      const target = { server: await startProduct(folder), folder }
      const measure = await workOff(bench, target, group)
      await settled(folder)
      measures.push({ ...measure, id: `S11 ${String(group.leaves)} leaves`, check: compare(folder, group) })
      await target.server.end()
    }
    return measures
  },
}

interface Look {
  readonly at: number
  readonly done: number
  readonly cpuMs: number
}

/** Watches the aggregator's position until the backlog is worked off. */
async function workOff(_bench: Bench, { server, folder }: Target, group: Group): Promise<Measure> {
  const backlog = group.learners * group.unread
  const database = openToRead(folder)
  try {
    const first = look(database, server.pid)
    let last = first
    const deadline = first.at + GIVE_UP_MS
    while (last.done < backlog && last.at < deadline) {
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_MS)
      })
      last = look(database, server.pid)
    }
    const triggers = Math.min(backlog, last.done) - first.done
    return {
      id: 'S10',
      what: `${String(backlog)} triggers waiting, ${String(group.leaves)} leaves; ${String(first.done)} done before the server was ready`,
      rate: (triggers * 1000) / (last.at - first.at),
      cpuUs: ((last.cpuMs - first.cpuMs) * 1000) / triggers,
      rssMb: usageOf([server.pid]).rssMb,
      errors: 0,
      check: '',
      note: `ready after ${server.readyMs.toFixed(0)} ms`,
      values: { leaves: group.leaves, readyMs: server.readyMs },
    }
  } finally {
    database.close()
  }
}

function look(database: DatabaseSync, pid: number): Look {
  const row = database.prepare("SELECT seq FROM position WHERE consumer = 'aggregate'").get()
  return { at: performance.now(), done: Number(row?.['seq'] ?? 0), cpuMs: usageOf([pid]).cpuMs }
}

function compare(folder: string, group: Group): string {
  const database = openToRead(folder)
  try {
    const found = database
      .prepare('SELECT count(*) AS all_of_them, sum(progress = ?) AS correct FROM summary')
      .get(group.unread)
    const right = found?.['all_of_them'] === group.learners && found['correct'] === group.learners
    return right ? 'ok' : `WRONG: ${JSON.stringify(found)}, wanted ${String(group.learners)}`
  } finally {
    database.close()
  }
}
