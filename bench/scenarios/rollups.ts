/**
 * S8: the roll-up of a course, from its participants and their summaries. The product has no operation for it yet, so it
 * is asked of the store by SQL, in the shape such an operation would take.
 */
import { Histogram } from '../histogram.ts'
import { collectionOf, doneOf, type Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { openToRead } from '../oracle.ts'
import type { Scenario } from './scenario.ts'

const REPEATS_MAX = 20
const SECONDS_MAX = 1

const ROLLUP = `SELECT count(*) AS learners, sum(s.progress = 0) AS none, sum(s.progress = s.required) AS complete,
    avg(s.progress * 100.0 / s.required) AS mean
  FROM participation p JOIN summary s USING (participation)
  WHERE p.collection_id = ? AND p.member = 1`

export const rollUps: Scenario = {
  id: 'S8',
  title: 'roll-ups of a course',
  rounds: 'once',
  prepare: (bench) => bench.store('roll-ups', bench.scale.rollups),
  run: async (bench) => {
    const { folder } = await bench.store('roll-ups', bench.scale.rollups)
    return bench.scale.rollups.map((group) => rollUp(folder, group))
  },
}

function rollUp(folder: string, group: Group): Measure {
  const database = openToRead(folder)
  try {
    const select = database.prepare(ROLLUP)
    const collectionId = collectionOf(group, 0)
    const latency = new Histogram()
    const cpu = process.cpuUsage()
    const rss = process.memoryUsage.rss()
    const begun = performance.now()
    let row = select.get(collectionId)
    let ended = performance.now()
    latency.add(ended - begun)
    const first = ended - begun
    while (latency.count < REPEATS_MAX && ended - begun < SECONDS_MAX * 1000) {
      row = select.get(collectionId)
      latency.add(performance.now() - ended)
      ended = performance.now()
    }
    const { user, system } = process.cpuUsage(cpu)
    return {
      id: `S8 ${String(group.learners)}x${String(group.leaves)}`,
      what: 'roll-up by SQL over the summaries: the product has no operation for it yet',
      rate: (latency.count * 1000) / (ended - begun),
      cpuUs: (user + system) / latency.count,
      p50: latency.quantile(0.5),
      p99: latency.quantile(0.99),
      p999: latency.quantile(0.999),
      rssMb: (process.memoryUsage.rss() - rss) / 1e6,
      errors: 0,
      check: compare(row, group),
      note: `first ${first.toFixed(1)} ms; RSS is what it added`,
      values: { p50: latency.quantile(0.5) },
    }
  } finally {
    database.close()
  }
}

function compare(row: Readonly<Record<string, unknown>> | undefined, group: Group): string {
  let [none, complete, sum] = [0, 0, 0]
  for (let learner = 0; learner < group.learners; learner += 1) {
    const done = doneOf(group, learner)
    if (done === 0) none += 1
    if (done === group.leaves) complete += 1
    sum += (done * 100) / group.leaves
  }
  const mean = sum / group.learners
  const right =
    row?.['learners'] === group.learners &&
    row['none'] === none &&
    row['complete'] === complete &&
    Math.abs(Number(row['mean']) - mean) < 1e-6
  return right ? 'ok' : `WRONG: ${JSON.stringify(row)}, wanted ${JSON.stringify({ none, complete, mean })}`
}
