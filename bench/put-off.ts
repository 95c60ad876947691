/**
 * What the product puts off until after its answers, it must not be measured without: folding acknowledged views into
 * their table belongs to the updates that they came with, also where a phase is over sooner than a fold begins.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Phase, PhaseResult } from './phase.ts'
import { usageOf } from './proc.ts'
import { folded } from './settled.ts'

/**
 * The result with the work that was left when the last answer came. A closed loop keeps the server busy, so that this work
 * takes time from later updates: it counts as time too. Waiting for a quiet moment does not.
 */
export async function withPutOff({ rate, pids }: Phase, result: PhaseResult, folder: string): Promise<PhaseResult> {
  // A peer's folder is none of the product's.
  if (!existsSync(join(folder, 'waymark.db'))) return result
  await folded(folder)
  const { cpuMs, writtenBytes } = usageOf(pids)
  const leftMs = Math.max(0, cpuMs - result.atEnd.cpuMs)
  return {
    ...result,
    cpuMs: result.cpuMs + leftMs,
    writtenBytes: result.writtenBytes + Math.max(0, writtenBytes - result.atEnd.writtenBytes),
    seconds: result.seconds + (rate === undefined ? leftMs / 1000 : 0),
  }
}
