/** S19: what moving in costs, from an export of Sunbird to a store that was exported and imported again. */
import { join } from 'node:path'
import type { Measure } from '../measure.ts'
import type { MovingIn, Step } from '../moving-in.ts'
import { runOwn } from '../processes.ts'
import type { Scenario } from './scenario.ts'

export const movingIn: Scenario = {
  id: 'S19',
  title: 'moving in',
  rounds: 'once',
  run: async ({ folder, scale }) => {
    const written = await runOwn([], 'moving-in.ts', join(folder, 'moving in'), String(scale.movedIn))
    // Written by that program alone.
    const moved = JSON.parse(written) as MovingIn
    const { floor, imported, repaired, exported, loaded, enrolments } = moved
    return [
      row('S19 floor', 'lines of the export kept as they are, durably', floor, '', ''),
      row('S19 import', `rows of ${String(enrolments)} enrolments imported, recomputed, compared`, imported, importCheck(moved), times(imported, floor)), // prettier-ignore
      row('S19 repair', 'enrolments whose summaries were all lost', repaired, moved.remade === enrolments ? 'ok' : `WRONG: ${String(moved.remade)} recomputed`, ''), // prettier-ignore
      row('S19 export', 'rows of the store written as JSON lines', exported, moved.identical ? 'ok' : 'WRONG: another store', times(exported, floor)), // prettier-ignore
      row('S19 load', 'a store made of them', loaded, '', times(loaded, floor)),
    ]
  },
}

function row(id: string, what: string, { items, seconds, peakMb }: Step, check: string, note: string): Measure {
  return { id, what, rate: items / seconds, rssMb: peakMb, errors: 0, check, note }
}

/** The time of an item against that of a line of the floor. */
function times(step: Step, floor: Step): string {
  return `${(step.seconds / step.items / (floor.seconds / floor.items)).toFixed(1)} x the floor's time`
}

function importCheck({ refused, differing: { found, made } }: MovingIn): string {
  if (refused > 0) return `WRONG: ${String(refused)} rows refused`
  return found === made ? 'ok' : `WRONG: ${String(found)} claims differ, ${String(made)} were made to`
}
