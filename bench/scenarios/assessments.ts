/** S5: submissions of ten questions; the best of all attempts must be what the summary shows. */
import { send, serviceToken } from '../client.ts'
import type { Target } from '../context.ts'
import { settled } from '../settled.ts'
import { contentOf, idsOf, type Group } from '../groups.ts'
import { CONTENT, openToRead, PARTICIPATION } from '../oracle.ts'
import { submissionOf, type Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

const READ_THROUGH_API = 20

export const assessments: Scenario = {
  id: 'S5',
  title: 'assessment submissions',
  rounds: 'full',
  run: async (bench) => {
    const target = await bench.main()
    const group = bench.scale.groups.s5
    const load: Load = { kind: 'assess', group, seed: bench.seed }
    const what = '10 questions of 300 B, closed loop'
    const measure = await bench.phase({ id: 'S5', what, target, load, more: { floor: 'F0' } })
    await settled(target.folder)
    if (measure.errors > 0) return [measure]
    return [{ ...measure, check: await compare(target, group, bestOf(load, bench.sent(target, load))) }]
  },
}

interface Best {
  readonly learner: number
  readonly leaf: number
  readonly score: number
  readonly attempts: number
}

function bestOf({ group, seed }: Load, sent: number): readonly Best[] {
  const best = new Map<number, Best>()
  for (let index = 0; index < sent; index += 1) {
    const { learner, leaf, total } = submissionOf(group, seed, index)
    const known = best.get(learner * group.leaves + leaf)
    const score = Math.max(total, known?.score ?? 0)
    best.set(learner * group.leaves + leaf, { learner, leaf, score, attempts: (known?.attempts ?? 0) + 1 })
  }
  return [...best.values()]
}

async function compare(target: Target, group: Group, best: readonly Best[]): Promise<string> {
  const database = openToRead(target.folder)
  try {
    const select = database.prepare(
      `SELECT max(score) AS score, count(*) AS attempts FROM attempt
       WHERE participation = ${PARTICIPATION} AND content = ${CONTENT}`,
    )
    for (const { learner, leaf, score, attempts } of best) {
      const { userId, collectionId, contextId } = idsOf(group, learner)
      const found = select.get(userId, collectionId, contextId, contentOf(collectionId, leaf))
      if (found?.['score'] === score && found['attempts'] === attempts) continue
      return `WRONG: ${userId}: ${JSON.stringify(found)}, wanted ${String(score)} of ${String(attempts)} attempts`
    }
  } finally {
    database.close()
  }
  const token = await serviceToken(target)
  for (const { learner, leaf, score } of best.slice(0, READ_THROUGH_API)) {
    const ids = idsOf(group, learner)
    const { body } = await send(target.server.port, 'POST', '/v1/summary/read', token, ids)
    if (body.includes(`"${contentOf(ids.collectionId, leaf)}":{"score":${String(score)},`)) continue
    return `WRONG: the summary of ${ids.userId} does not show ${String(score)}: ${body.slice(0, 300)}`
  }
  return best.length === 0 ? 'WRONG: nothing was submitted' : 'ok'
}
