import type { Bench } from '../context.ts'
import type { Floors } from '../floors.ts'
import type { Measure } from '../measure.ts'

export interface Scenario {
  /** `S1`; where there are several of a kind `S11-leaves`, so that `S11` names all of them. */
  readonly id: string
  readonly title: string
  /** `always`: in every round; `full`: in every round of a full run, once in a quick one; `once`: after the rounds. */
  readonly rounds: 'always' | 'full' | 'once'
  /** Makes what takes long, before anything is measured: stores, servers, other databases. */
  prepare?(bench: Bench): Promise<unknown>
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

/** Whether a scenario was asked for: by its own id, or by that of its kind. No names ask for all. */
export function isChosen({ id }: Scenario, names: readonly string[]): boolean {
  return names.length === 0 || names.some((name) => id === name || id.startsWith(`${name}-`))
}
