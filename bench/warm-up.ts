/** Lets servers reach their speed: so many requests, and until two windows in a row differ little, five seconds at most. */
import type { Bench } from './context.ts'
import { httpFloor, type Floors } from './floors.ts'
import type { Load } from './workloads.ts'

const SECONDS_MAX = 5
/** Fewer requests leave code that the engine has not compiled yet. */
const REQUESTS_MIN = { quick: 15_000, full: 50_000 }
const SAME = 0.05

export async function warmUp(bench: Bench, floors: Floors): Promise<void> {
  const { s1, s6 } = bench.scale.groups
  const { seed } = bench
  const main = await bench.main()
  const seconds = bench.scale.floorSeconds
  const floor = (target: Floors['hello'], load: Load) => async () => (await httpFloor(bench, target, '', '', load)).rate
  const update: Load = { kind: 'update', group: s1, seed }
  const read: Load = { kind: 'any-summary', group: s6, seed }
  await untilSteady(bench, floor(floors.hello, { ...update, kind: 'hello' }))
  await untilSteady(bench, floor(floors.fastify, update))
  await untilSteady(bench, floor(floors.product, update))
  await untilSteady(bench, floor(floors.product, read))
  const own = (load: Load) => async () => (await bench.phase({ id: '', what: '', target: main, load, seconds })).rate
  await untilSteady(bench, own(update))
  await untilSteady(bench, own({ ...read, kind: 'summary' }))
}

async function untilSteady(bench: Bench, window: () => Promise<number | undefined>): Promise<void> {
  const seconds = bench.scale.floorSeconds
  let [before, sent] = [0, 0]
  for (let spent = 0; spent < SECONDS_MAX; spent += seconds) {
    const rate = (await window()) ?? 0
    sent += rate * seconds
    if (sent >= REQUESTS_MIN[bench.scale.name] && Math.abs(rate - before) < SAME * rate) return
    before = rate
  }
}
