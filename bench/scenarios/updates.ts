/** S1 single updates, S2 the hot course, S3 heartbeats, S7 nine writes to one read. */
import { metricsOf, type Figures } from '../client.ts'
import type { Bench, Target } from '../context.ts'
import { settled } from '../settled.ts'
import { besideFloor, httpFloor, type Floors } from '../floors.ts'
import type { Measure } from '../measure.ts'
import type { Load } from '../workloads.ts'
import { saturation, type Scenario } from './scenario.ts'

const HALF = 0.5
/** Beats per second of S3: each learner every 100 ms. */
const BEATS_PER_SECOND = 10
/** Above this share of what the server can do, beats are sent less often: an open loop would measure its own queue. */
const BEAT_SHARE_MAX = 0.75

export const singleUpdates: Scenario = {
  id: 'S1',
  title: 'single updates, uniform',
  rounds: 'always',
  run: async (bench, floors, round) => {
    const target = await bench.main()
    const group = bench.scale.groups.s1
    const load: Load = { kind: 'update', group, seed: bench.seed }
    const more = { floor: 'F0 beside S1' }
    const seconds = bench.scale.lastingSeconds
    const what = `64 clients, closed loop, ${String(seconds)} s`
    const beside = { id: 'F0 beside S1', what: 'F0 right before and after S1: T1 and T2 look at it', load }
    const [full, floor] = await besideFloor(bench, floors, beside, () =>
      bench.phase({ id: 'S1', what, target, load, more, seconds }),
    )
    const measures = [full]
    for (const share of bench.scale.shares) {
      measures.push(await openShare(bench, floors, target, load, share * (full.rate ?? 1), share))
      if (share === HALF) measures.push(await floorAt(bench, floors, load, HALF * (full.rate ?? 1)))
    }
    for (const measure of measures) round.set(measure.id, measure)
    const checked = measures.map((measure) =>
      measure.id === 'F0 50 %' ? measure : bench.checked(measure, target, group),
    )
    return [...checked, floor]
  },
}

function openShare(
  bench: Bench,
  _floors: Floors,
  target: Target,
  load: Load,
  rate: number,
  share: number,
): Promise<Measure> {
  const percent = `${String(share * 100)} %`
  const more = share === HALF ? { floor: 'F0 50 %' } : {}
  return bench.phase({ id: `S1 ${percent}`, what: `open loop at ${percent} of S1`, target, load, rate, more })
}

/** F0 at the rate of the tested one: what the latency of S1 is compared with. */
function floorAt(bench: Bench, floors: Floors, load: Load, rate: number): Promise<Measure> {
  return httpFloor(bench, floors.product, 'F0 50 %', 'F0, open loop at the rate of S1 50 %', load, rate)
}

export const hotCourse: Scenario = {
  id: 'S2',
  title: 'hot course',
  rounds: 'full',
  run: async (bench) => {
    const target = await bench.main()
    const group = bench.scale.groups.s2
    const load: Load = { kind: 'update', group, seed: bench.seed }
    const what = `${String(group.learners)} learners of one batch on 5 contents, closed loop`
    const full = await bench.phase({ id: 'S2', what, target, load, more: { floor: 'F0' } })
    const rate = HALF * (full.rate ?? 1)
    const open = await bench.phase({ id: 'S2 50 %', what: 'open loop at 50 % of S2', target, load, rate })
    return [full, open].map((measure) => bench.checked(measure, target, group))
  },
}

export const heartbeats: Scenario = {
  id: 'S3',
  title: 'heartbeats',
  rounds: 'full',
  run: async (bench, _floors, round) => {
    const target = await bench.main()
    const group = bench.scale.groups.s3
    const rate = Math.min(group.learners * BEATS_PER_SECOND, BEAT_SHARE_MAX * (await saturation(bench, round)))
    await settled(target.folder)
    const before = await metricsOf(target)
    const load: Load = { kind: 'heartbeat', group, seed: bench.seed }
    const every = String(Math.round((group.learners * 1000) / rate))
    const what = `${String(group.learners)} learners, one content each every ${every} ms, open loop`
    const measure = await bench.phase({ id: 'S3', what, target, load, rate, more: { floor: 'F0' } })
    await settled(target.folder)
    const note = combined(before, await metricsOf(target))
    return [{ ...bench.checked(measure, target, group), note }]
  },
}

/** How many answers shared a commit, and how many a write of a row, where the server counts those. */
function combined(before: Figures, after: Figures): string {
  const grown = (name: string): number => after.get(name, 0) - before.get(name, 0)
  const perCommit = grown('waymark_commit_writes_sum') / Math.max(1, grown('waymark_commit_writes_count'))
  const commits = `${perCommit.toFixed(1)} answers per commit`
  const rows = grown('waymark_folded_rows_total')
  if (rows === 0) return `${commits}; each is a row write of its own`
  const facts = grown('waymark_facts_total')
  return `${commits}; ${(facts / rows).toFixed(1)} answers per keyed write (${String(facts)} updates, ${String(rows)} rows written)`
}

export const mixed: Scenario = {
  id: 'S7',
  title: 'nine writes to one read',
  rounds: 'full',
  run: async (bench, _floors, round) => {
    const target = await bench.main()
    const group = bench.scale.groups.s1
    const rate = HALF * (await saturation(bench, round))
    const load: Load = { kind: 'mixed', group, seed: bench.seed + 7 }
    const what = 'open loop at 50 % of S1; every read must show the write before it'
    const measure = await bench.phase({ id: 'S7', what, target, load, rate, more: { floor: 'F0' } })
    await settled(target.folder)
    const seen = measure.check === 'ok' || measure.errors > 0
    return [seen ? bench.checked(measure, target, group) : { ...measure, check: 'WRONG: no read was looked at' }]
  },
}
