/** Lets servers reach their speed: so many requests, and until two windows in a row differ little, some seconds at most. */
import type { Bench } from './context.ts'
import { httpFloor, type Floors } from './floors.ts'
import { settled } from './settled.ts'
import type { Load } from './workloads.ts'

/** The product has the most code that the engine has yet to compile, its updates first of all. */
const SECONDS_MAX = { quick: { floor: 1, update: 4.5, read: 1.5 }, full: { floor: 5, update: 10, read: 5 } }
/** Fewer requests leave some of it for later. */
const REQUESTS_MIN = {
  quick: { floor: 10_000, update: 40_000, read: 10_000 },
  full: { floor: 50_000, update: 100_000, read: 50_000 },
}
const SAME = { quick: 0.15, full: 0.05 }

export async function warmUp(bench: Bench, floors: Floors): Promise<void> {
  const { s1, s6 } = bench.scale.groups
  const { seed } = bench
  const main = await bench.main()
  const seconds = bench.scale.floorSeconds
  const floor = (target: Floors['hello'], load: Load) => async () => (await httpFloor(bench, target, '', '', load)).rate
  const update: Load = { kind: 'update', group: s1, seed }
  const read: Load = { kind: 'any-summary', group: s6, seed }
  await untilSteady(bench, 'floor', floor(floors.hello, { ...update, kind: 'hello' }))
  await untilSteady(bench, 'floor', floor(floors.fastify, update))
  await untilSteady(bench, 'update', floor(floors.product, update))
  await untilSteady(bench, 'read', floor(floors.product, read))
  const own = (load: Load) => async () =>
    (await bench.phase({ id: '', what: '', target: main, load, seconds, folds: false })).rate
  await untilSteady(bench, 'update', own(update))
  await untilSteady(bench, 'read', own({ ...read, kind: 'summary' }))
  await settled(main.folder)
}

async function untilSteady(
  bench: Bench,
  kind: 'floor' | 'update' | 'read',
  window: () => Promise<number | undefined>,
): Promise<void> {
  const { floorSeconds: seconds, name } = bench.scale
  let [before, sent] = [0, 0]
  for (let spent = 0; spent < SECONDS_MAX[name][kind]; spent += seconds) {
    const rate = (await window()) ?? 0
    sent += rate * seconds
    if (sent >= REQUESTS_MIN[name][kind] && Math.abs(rate - before) < SAME[name] * rate) return
    before = rate
  }
}
