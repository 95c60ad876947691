/** S4: batches of an app that was offline; whatever the order, the rows end the same. */
import { settled } from '../settled.ts'
import { idsOf, contentOf, type Group } from '../groups.ts'
import { offlineOutcome, OFFLINE_LEAVES } from '../offline.ts'
import { openToRead, PARTICIPATION } from '../oracle.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

const CONNECTIONS = 8
const REQUESTS_MAX = 6000
const LEARNERS_COMPARED = 200

export const offlineSync: Scenario = {
  id: 'S4',
  title: 'offline batches of 100',
  rounds: 'always',
  run: async (bench) => {
    const target = await bench.main()
    const group = bench.scale.groups.s4
    const load: Load = { kind: 'batch', group, seed: bench.seed }
    const what = 'batches of 100, 5 % twice, 2 % late, shuffled; per item'
    const measure = await bench.phase({
      id: 'S4',
      what,
      target,
      load,
      connections: CONNECTIONS,
      countMax: REQUESTS_MAX,
      more: { floor: 'S1' },
    })
    await settled(target.folder)
    if (measure.errors > 0) return [measure]
    return [{ ...measure, check: compare(target.folder, group, Math.floor(bench.sent(target, load) / 2)) }]
  },
}

/** Every learner whose two batches were recorded must have completed all, at the times of the clients. */
function compare(folder: string, group: Group, learners: number): string {
  const database = openToRead(folder)
  try {
    const view = database.prepare(
      `SELECT content_id, started_at, completed_at, timespent_s FROM view JOIN content USING (content)
       WHERE participation = ${PARTICIPATION} ORDER BY content_id`,
    )
    const summary = database.prepare(`SELECT progress, status FROM summary WHERE participation = ${PARTICIPATION}`)
    const step = Math.max(1, Math.floor(learners / LEARNERS_COMPARED))
    for (let learner = 0; learner < learners; learner += step) {
      const { userId, collectionId, contextId } = idsOf(group, learner)
      const rows = view.all(userId, collectionId, contextId)
      for (let leaf = 0; leaf < OFFLINE_LEAVES; leaf += 1) {
        const { startedAt, completedAt, timespent } = offlineOutcome(leaf)
        const wanted = [contentOf(collectionId, leaf), startedAt, completedAt, timespent].join()
        const found = Object.values(rows[leaf] ?? {}).join()
        if (found !== wanted) return `WRONG: ${userId}: ${found}, wanted ${wanted}`
      }
      const found = Object.values(summary.get(userId, collectionId, contextId) ?? {}).join()
      if (found !== `${String(OFFLINE_LEAVES)},2`) return `WRONG: summary of ${userId}: ${found}`
    }
    return learners === 0 ? 'WRONG: no learner sent both batches' : 'ok'
  } finally {
    database.close()
  }
}
