/** All floors, measured before and after the scenarios of every round, the second time in reverse. */
import { CONNECTIONS, type Bench, type Target } from './context.ts'
import { logFloor, syncFloor } from './disk-floors.ts'
import { loaderFault, measureOf, merge, type Measure } from './measure.ts'
import { startOwn } from './processes.ts'
import type { Load } from './workloads.ts'

/** Requests per second of a floor that are prepared for; they are the same few over again. */
const FLOOR_RATE_MAX = 120_000

export interface Floors {
  readonly product: Target
  readonly fastify: Target
  readonly hello: Target
  end(): Promise<void>
}

export async function startFloors(bench: Bench): Promise<Floors> {
  const start = async (kind: string): Promise<Target> => ({
    server: await startOwn('floor-server.ts', kind, bench.folder),
    folder: kind,
  })
  const [product, fastify, hello] = await Promise.all([start('F0'), start('F1'), start('F4')])
  const end = async (): Promise<void> => {
    for (const { server } of [product, fastify, hello]) await server.end()
  }
  return { product, fastify, hello, end }
}

/** One pass over the floors. */
export async function runFloors(bench: Bench, floors: Floors, reverse: boolean): Promise<readonly Measure[]> {
  const { s1, s6 } = bench.scale.groups
  const seconds = bench.scale.floorSeconds
  const load = (kind: Load['kind'], group = s1): Load => ({ kind, group, seed: bench.seed })
  const steps: readonly (() => Measure | Promise<Measure>)[] = [
    () => httpFloor(bench, floors.hello, 'F4', 'node:http hello', load('hello')),
    () => httpFloor(bench, floors.fastify, 'F1', 'bare fastify, same body and schema', load('update')),
    () => httpFloor(bench, floors.product, 'F0', 'same server, store does nothing: view/update', load('update')),
    () => httpFloor(bench, floors.product, 'F0r', 'the same: summary/read', load('any-summary', s6)),
    () => syncFloor(bench.folder, seconds / 2),
    () => logFloor(bench.folder, seconds / 2),
  ]
  const measures: Measure[] = []
  for (const step of reverse ? steps.toReversed() : steps) {
    const measure = await step()
    if (measure.id === 'F4') bench.loaderRate = Math.max(bench.loaderRate ?? 0, measure.rate ?? 0)
    measures.push(measure)
  }
  return measures
}

/** Floors are saturated, and keep nothing to check. */
export async function httpFloor(
  bench: Bench,
  target: Target,
  id: string,
  what: string,
  load: Load,
  rate?: number,
): Promise<Measure> {
  const seconds = rate === undefined ? bench.scale.floorSeconds : bench.scale.phaseSeconds
  const result = await bench.loader.run({
    load,
    rate,
    port: target.server.port,
    connections: CONNECTIONS,
    from: 0,
    repeats: true,
    countMax: Math.ceil(FLOOR_RATE_MAX * seconds),
    seconds,
    pids: [target.server.pid],
  })
  // The fastest floor is what the loader itself is measured by.
  const invalid = id === 'F4' || id === 'F1' ? undefined : loaderFault(result, bench.loaderRate)
  return measureOf(id, what, result, 1, { invalid })
}

/**
 * A phase between two passes of its floor: what is compared is measured side by side, because a neighbour on the machine
 * comes and goes within seconds. Answers the phase and the mean of both passes, as row `F0 beside S1`.
 */
export async function besideFloor(
  bench: Bench,
  floors: Floors,
  floor: Pick<Measure, 'id' | 'what'> & { readonly load: Load },
  phase: () => Promise<Measure>,
): Promise<readonly [Measure, Measure]> {
  const pass = (): Promise<Measure> => httpFloor(bench, floors.product, floor.id, floor.what, floor.load)
  const before = await pass()
  const measure = await phase()
  const [both] = meetFloors([before], [await pass()])
  return [measure, both ?? before]
}

/** A floor of a round: both passes as one. */
export function meetFloors(before: readonly Measure[], after: readonly Measure[]): readonly Measure[] {
  return before.flatMap((measure) => {
    const other = after.find(({ id }) => id === measure.id)
    const both = merge(other === undefined ? [measure] : [measure, other])
    return both === undefined ? [] : [both]
  })
}
