/** S17: what carrying progress over costs, in mode copy-content, in a process of its own. */
import { join } from 'node:path'
import type { BatchCost } from '../carry-batch.ts'
import type { CompletionCosts } from '../carry-completions.ts'
import type { EnrolmentCost } from '../carry-enrolment.ts'
import type { CarryCosts } from '../carry-over.ts'
import type { Measure } from '../measure.ts'
import { runOwn } from '../processes.ts'
import type { Scenario } from './scenario.ts'

/** Milliseconds of processor time of one enrolment into a large course. */
const ENROL_MS_MAX = 50
/** How much a batch may add to the memory kept. */
const GROWTH_MB_MAX = 30
/** What a completion may cost with enrolments beside it that do not contain the content, over what it costs without. */
const BESIDE_MAX = 1.3

export const carryingOver: Scenario = {
  id: 'S17',
  title: 'carrying over',
  rounds: 'once',
  run: async ({ folder, scale }) => {
    const written = await runOwn(['--expose-gc'], 'carry-over.ts', join(folder, 'carrying over'), String(scale.carried))
    // Written by that program alone.
    const { enrolment, batch, completions } = JSON.parse(written) as CarryCosts
    return [enrolmentRow(enrolment), batchRow(batch), ...completionRows(completions)]
  },
}

function enrolmentRow(cost: EnrolmentCost): Measure {
  const { leaves, sources, enrolMs, holdMs, readContentMs, readSummaryMs } = cost
  const reading = `until then reading a content takes ${readContentMs.toFixed(2)} ms, the summary ${readSummaryMs.toFixed(1)} ms`
  return {
    id: 'S17 enrolment',
    what: `enrolling into ${String(leaves)} contents, ${String(sources)} of them completed elsewhere, and carrying over`,
    cpuUs: enrolMs * 1000,
    errors: 0,
    check: checkOf(cost),
    note: `${held(enrolMs, ENROL_MS_MAX, 'ms CPU')}; longest commit ${holdMs.toFixed(1)} ms; ${reading}`,
  }
}

function batchRow(cost: BatchCost): Measure {
  const { enrolments, leaves, sources, seconds, cpuMs, keptBeforeMb, keptAfterMb } = cost
  const growth = held(keptAfterMb - keptBeforeMb, GROWTH_MB_MAX, 'MB')
  const commits = `commits p99 ${cost.holdP99Ms.toFixed(1)}, longest ${cost.holdMaxMs.toFixed(1)} ms`
  return {
    id: 'S17 batch',
    what: `${String(enrolments)} enrolments into ${String(leaves)} contents, ${String(sources)} completed elsewhere, until all summaries are stored`,
    rate: enrolments / seconds,
    cpuUs: cpuMs * 1000,
    rssMb: cost.rssMb,
    errors: 0,
    check: checkOf(cost),
    note: `memory kept (heap and external) grew from the first fifth of it to its end by ${growth}; ${commits}`,
  }
}

function completionRows({ fewUs, fewAmongManyUs, manyUs, few, many }: CompletionCosts): readonly Measure[] {
  const row = (name: string, what: string, cpuUs: number, note: string): Measure => {
    return { id: `S17 ${name}`, what: `a completion, learner with ${what}`, cpuUs, errors: 0, check: '', note }
  }
  const beside = held(fewAmongManyUs / fewUs, BESIDE_MAX, 'x that without them')
  const more = `${(manyUs / fewUs).toFixed(0)} x that of ${String(few)}, for ${String(many / few)} x the enrolments`
  return [
    row('few', `${String(few)} enrolments, all containing the content`, fewUs, 'in commits of some completions'),
    row('few of many', `${String(few)} enrolments containing the content and ${String(many)} others`, fewAmongManyUs, beside), // prettier-ignore
    row('many', `${String(many)} enrolments, all containing the content`, manyUs, more),
  ]
}

/** `12.3 ms CPU, must 50: yes`. */
function held(value: number, must: number, unit: string): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ${unit}, must ${String(must)}: ${value <= must ? 'yes' : 'no'}`
}

function checkOf({ copied, wanted }: { readonly copied: number; readonly wanted: number }): string {
  return copied === wanted ? 'ok' : `WRONG: ${String(copied)} of ${String(wanted)} completions were carried over`
}
