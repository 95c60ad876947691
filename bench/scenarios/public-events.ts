/** S18: what public events cost from emission to the end of their handling, in a process of its own. */
import { join } from 'node:path'
import type { Measure } from '../measure.ts'
import type { Pace, PublishCosts } from '../publish.ts'
import { runOwn } from '../processes.ts'
import type { Scenario } from './scenario.ts'

/** Events per second on one core that emission with relay, and a group with its inbox, must reach. */
const RATE_MIN = 20_000
/** Microseconds to encode an enrolment. */
const ENCODE_US_MAX = 2

export const publicEvents: Scenario = {
  id: 'S18',
  title: 'public events',
  rounds: 'once',
  run: async ({ folder, scale }) => {
    const written = await runOwn([], 'publish.ts', join(folder, 'public events'), String(scale.published))
    // Written by that program alone.
    const costs = JSON.parse(written) as PublishCosts
    const encoding = `encoding takes ${costs.encodeUs.toFixed(2)} us, must ${String(ENCODE_US_MAX)}: ${yes(costs.encodeUs <= ENCODE_US_MAX)}; making an emission of it ${costs.emitUs.toFixed(1)} us`
    return [
      row('S18 floor', 'the same rows written to a log, without the framework', costs.floor, '', ''),
      row(
        'S18 publish',
        `enrolments emitted and relayed, ${String(costs.bodyBytes)} bytes each`,
        costs.published,
        costs.counted.logged === costs.events ? 'ok' : `WRONG: ${String(costs.counted.logged)} events in the log`,
        `${paceNote(costs.published, costs.floor)}; ${encoding}`,
      ),
      row('S18 consume', 'the same handled by a group with its inbox', costs.consumed, check(costs), paceNote(costs.consumed, costs.floor)), // prettier-ignore
    ]
  },
}

function row(id: string, what: string, { rate, cpuUs }: Pace, check: string, note: string): Measure {
  return { id, what, rate, cpuUs, errors: 0, check, note }
}

function check({ counted: { handled, dead }, events }: PublishCosts): string {
  return handled === events && dead === 0 ? 'ok' : `WRONG: ${String(handled)} handled, ${String(dead)} dead`
}

/** The clock of a shared machine may say less than its processor does: both are told. */
function paceNote({ rate, cpuUs }: Pace, floor: Pace): string {
  const perCore = 1e6 / cpuUs
  const must = `must ${String(RATE_MIN)}: ${yes(Math.max(rate, perCore) >= RATE_MIN)}`
  return `${perCore.toFixed(0)} per second of processor time, ${must}; ${(cpuUs / floor.cpuUs).toFixed(1)} x the floor's processor time`
}

function yes(holds: boolean): string {
  return holds ? 'yes' : 'no'
}
