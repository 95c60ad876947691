import type { Bench } from '../context.ts'
import type { Floors } from '../floors.ts'
import type { Measure } from '../measure.ts'

export interface Scenario {
  readonly id: string
  readonly title: string
  /** `always`: in every round; `full`: in every round of a full run, once in a quick one; `once`: after the rounds. */
  readonly rounds: 'always' | 'full' | 'once'
  run(bench: Bench, floors: Floors, round: Map<string, Measure>): Promise<readonly Measure[]>
}

/** The rate of S1 at saturation in this round; measured now where S1 was not asked for. */
export async function saturation(bench: Bench, round: Map<string, Measure>): Promise<number> {
  const known = round.get('S1')?.rate
  if (known !== undefined) return known
  const load = { kind: 'update', group: bench.scale.groups.s1, seed: bench.seed } as const
  const measure = await bench.phase({ id: 'S1', what: '', target: await bench.main(), load })
  round.set('S1', measure)
  return measure.rate ?? 1
}
