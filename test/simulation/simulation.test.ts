/**
 * Deterministic simulation (reliability K22): the embedded server in one process with a seeded clock, scheduler, network
 * and disk, beside a model. SIMULATION_RUNS and SIMULATION_SEED override how many histories and from which seed.
 */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { runCampaign } from './campaign.ts'
import { countsText } from './counts.ts'
import { makeGround } from './disk.ts'
import { historyOf } from './draw.ts'
import { runHistory } from './history.ts'
import { keptHistories } from './kept.ts'
import { BUGS, CARRYING_BUGS, hunt, PUBLISHING_BUGS } from './planted.ts'

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 1000)
const SEED = Number(process.env['SIMULATION_SEED'] ?? 1)
const STEPS = 200
/** Histories in which a planted bug must be found. */
const HUNT_RUNS = 200

let ground = ''
before(async () => {
  ground = await makeGround()
})
after(() => {
  rmSync(ground, { recursive: true, force: true })
})

test('histories of all public operations in all modes, with crashes and restarts, end as the model says', async (t) => {
  const campaign = { seed: SEED, runs: RUNS, steps: STEPS, jobs: availableParallelism() }
  const { histories, failure, counts } = await runCampaign(campaign, () => undefined)
  t.diagnostic(
    `${String(histories)} simulated histories, ${failure === undefined ? '0' : '1'} violations, seed ${String(SEED)}`,
  )
  t.diagnostic(countsText(counts))
  for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `${name}: nothing of it happened`)
  assert.equal(
    failure,
    undefined,
    `npm run simulate -- --runs 1 --steps ${String(STEPS)} --seed ${String(failure?.seed)}`,
  )
})

test('events of such histories are published once and handled once, whatever is lost in between', async (t) => {
  const campaign = {
    seed: SEED,
    runs: Math.ceil(RUNS / 4),
    steps: STEPS,
    jobs: availableParallelism(),
    publishing: true,
  }
  const { histories, failure } = await runCampaign(campaign, () => undefined)
  t.diagnostic(
    `${String(histories)} simulated histories with consumers, ${failure === undefined ? '0' : '1'} violations`,
  )
  assert.equal(failure, undefined, `npm run simulate -- --publish --runs 1 --seed ${String(failure?.seed)}`)
})

test('the same seed gives the same trace', async () => {
  for (const seed of [6, 7, 8, 9, 10, 11]) {
    const first = await runHistory(ground, historyOf(seed, STEPS), { keepLines: true })
    const second = await runHistory(ground, historyOf(seed, STEPS), { keepLines: true })
    assert.deepEqual(second.lines, first.lines)
    assert.equal(second.trace, first.trace)
    assert.ok(first.lines.length > STEPS)
  }
  const [one, other] = [await runHistory(ground, historyOf(1, STEPS)), await runHistory(ground, historyOf(2, STEPS))]
  assert.notEqual(one.trace, other.trace)
})

describe('histories that failed once', () => {
  for (const { name, why, open, ...history } of keptHistories()) {
    test(`${name}: ${why}`, async () => {
      assert.equal((await runHistory(ground, history)).violation, undefined)
      const { violation } = await runHistory(ground, history, { strict: true })
      if (open === true)
        assert.ok(violation, 'the limit is gone: take "open" out of this file, and its exception out of the model')
      else assert.equal(violation, undefined)
    })
  }
})

describe('planted bugs are found', () => {
  const publishing = new Set(PUBLISHING_BUGS)
  for (const bug of [...BUGS, ...CARRYING_BUGS, ...PUBLISHING_BUGS]) {
    test(`${bug.name} (${bug.mode})`, async (t) => {
      const args = [
        '--runs',
        String(HUNT_RUNS),
        '--steps',
        String(STEPS),
        '--seed',
        String(SEED),
        '--shrink',
        '0',
        ...(publishing.has(bug) ? ['--publish'] : []),
      ]
      const { histories, failure } = await hunt(bug, args)
      assert.ok(failure, `not found in ${String(histories)} histories`)
      t.diagnostic(`found after ${String(histories)} histories: ${failure.violation.slice(0, 200)}`)
    })
  }
})
