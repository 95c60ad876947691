/** The gates of a pipeline: ratios alone, since times belong to a machine. */
import type { Report, TargetReport } from './report.ts'
import { TARGETS } from './targets.ts'

/** Gated targets that a run missed, with the slack that gates have, or could not measure. */
export function missedGates({ targets }: Report): readonly TargetReport[] {
  return targets.filter(({ gate }) => gate === false)
}

/** The scenarios that these targets are computed from. */
export function scenariosOf(missed: readonly TargetReport[]): readonly string[] {
  const needed = missed.flatMap(({ id }) => TARGETS.find((target) => target.id === id)?.needs ?? [])
  return [...new Set(needed)]
}
