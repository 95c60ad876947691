/** S1 single updates, S2 the hot course, S3 heartbeats, S7 nine writes to one read. */
import { metricsOf } from '../client.ts'
import type { Bench, Target } from '../context.ts'
import { settled } from '../settled.ts'
import { httpFloor, type Floors } from '../floors.ts'
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
    const full = await bench.phase({
      id: 'S1',
      what: '64 clients, closed loop',
      target,
      load,
      more: { floor: 'F0' },
    })
    const measures = [full]
    for (const share of bench.scale.shares) {
      measures.push(await openShare(bench, floors, target, load, share * (full.rate ?? 1), share))
      if (share === HALF) measures.push(await floorAt(bench, floors, load, HALF * (full.rate ?? 1)))
    }
    for (const measure of measures) round.set(measure.id, measure)
    return measures.map((measure) => (measure.id === 'F0 50 %' ? measure : bench.checked(measure, target, group)))
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
    const before = await metricsOf(target)
    const load: Load = { kind: 'heartbeat', group, seed: bench.seed }
    const every = String(Math.round((group.learners * 1000) / rate))
    const what = `${String(group.learners)} learners, one content each every ${every} ms, open loop`
    const measure = await bench.phase({ id: 'S3', what, target, load, rate, more: { floor: 'F0' } })
    const after = await metricsOf(target)
    const commits = after.get('waymark_commit_writes_count', 0) - before.get('waymark_commit_writes_count', 0)
    const answers = after.get('waymark_commit_writes_sum', 0) - before.get('waymark_commit_writes_sum', 0)
    const note = `${(answers / Math.max(1, commits)).toFixed(1)} answers per commit; each is a row write of its own`
    return [{ ...bench.checked(measure, target, group), note }]
  },
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
