/**
 * S9: how long after the answer to view/end the stored summary shows it, at half load. Through the API it must show at
 * once: what is behind is computed when it is read.
 */
import type { DatabaseSync } from 'node:sqlite'
import { send, serviceToken } from '../client.ts'
import type { Target } from '../context.ts'
import { settled } from '../settled.ts'
import { contentOf, idsOf, type Group } from '../groups.ts'
import { Histogram } from '../histogram.ts'
import { openToRead, PARTICIPATION } from '../oracle.ts'
import type { Load } from '../workloads.ts'
import { saturation, type Scenario } from './scenario.ts'

const POLL_MS = 2
const GIVE_UP_MS = 5000
const PROBES_PER_SECOND = 50

export const freshness: Scenario = {
  id: 'S9',
  title: 'freshness',
  rounds: 'once',
  run: async (bench, _floors, round) => {
    const target = await bench.main()
    const { probes, groups } = bench.scale
    const rate = 0.5 * (await saturation(bench, round))
    const load: Load = { kind: 'update', group: groups.s1, seed: bench.seed }
    const seconds = Math.max(2, probes / PROBES_PER_SECOND)
    const background = bench.phase({ id: 'S9 load', what: 'updates meanwhile', target, load, rate, seconds })
    const { latency, check } = await probe(target, groups.s9, probes, seconds)
    const meanwhile = await background
    await settled(target.folder)
    const stale = {
      what: `${String(latency.count)} ends of views until the stored summary shows them`,
      errors: 0,
      check,
    }
    const p99 = latency.quantile(0.99)
    const times = { p50: latency.quantile(0.5), p99, p999: latency.quantile(0.999) }
    return [{ id: 'S9', ...stale, ...times }, bench.checked(meanwhile, target, groups.s1)]
  },
}

async function probe(
  target: Target,
  group: Group,
  probes: number,
  seconds: number,
): Promise<{ readonly latency: Histogram; readonly check: string }> {
  const latency = new Histogram()
  const token = await serviceToken(target)
  const database = openToRead(target.folder)
  const deadline = performance.now() + seconds * 1000
  let check = 'ok'
  try {
    for (let index = 0; index < probes && performance.now() < deadline && check === 'ok'; index += 1) {
      // Every learner ends one content after the other, so that each probe changes a summary.
      const [learner, leaf] = [index % group.learners, Math.floor(index / group.learners)]
      const ids = idsOf(group, learner)
      const contentId = contentOf(ids.collectionId, leaf)
      const ended = await send(target.server.port, 'POST', '/v1/view/end', token, { ...ids, contentId })
      const answered = performance.now()
      const stored = await untilStored(database, ids, leaf + 1)
      if (stored) latency.add(performance.now() - answered)
      const { body } = await send(target.server.port, 'POST', '/v1/summary/read', token, ids)
      const shown = body.includes(`"progress":${String(leaf + 1)},"completionPercentage"`)
      if (ended.status !== 200 || !stored || !shown) check = `WRONG: ${ids.userId} ${contentId} is not shown: ${body}`
    }
  } finally {
    database.close()
  }
  return { latency, check }
}

async function untilStored(database: DatabaseSync, ids: ReturnType<typeof idsOf>, progress: number): Promise<boolean> {
  const select = database.prepare(`SELECT progress FROM summary WHERE participation = ${PARTICIPATION}`)
  const deadline = performance.now() + GIVE_UP_MS
  while (performance.now() < deadline) {
    if (select.get(ids.userId, ids.collectionId, ids.contextId)?.['progress'] === progress) return true
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS)
    })
  }
  return false
}
