/** `waymark modes dry-run`: what another mode, or other rules, would change. It changes nothing. */
import type { Config } from '../../config.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { inEnglish } from '../../domain/progress/tell-explanation.ts'
import { progressBar } from '../../progress-bar.ts'
import { openSnapshot, type Snapshot } from '../../stores/sqlite/snapshot.ts'
import { compareLearner, type LearnerComparison } from './compare.ts'
import { dryRunText, type DryRunReport, type Example } from './dry-run-text.ts'
import { trialOf, type Trial } from './learner-views.ts'
import { readRulesFile, rulesAfter } from './rules-file.ts'
import { whyRow, whySummary } from './why.ts'

/** Learners read at once. */
const PAGE = 500

export interface ModeOptions {
  readonly to: Mode
  /** A file of rules that take the place of the instance's. */
  readonly rules?: string
  readonly json?: boolean
}

/**
 * Compares what every learner is shown with what another mode, or other rules, would show, and prints the report.
 * @throws WrongUse for a rules file that cannot be read; StoreRefused
 */
export async function dryRun(config: Config, options: ModeOptions & { readonly examples: number }): Promise<void> {
  const begun = performance.now()
  const list = readRulesFile(options.rules)
  const snapshot = await openSnapshot(config.DATA, config.FOLD_FACTS_MAX)
  try {
    const trial = {
      to: options.to,
      rules: rulesAfter(snapshot.rules, list),
      timeZone: config.TIME_ZONE,
      at: Date.now(),
    }
    const bar = progressBar('dry-run')
    const tally = compareAll(snapshot, trial, options.examples, (done, total) => {
      bar.update(done, total)
    })
    bar.end()
    const seconds = Math.round((performance.now() - begun) / 100) / 10
    const report = { from: snapshot.mode, to: options.to, rules: options.rules ?? 'instance', ...tally, seconds }
    process.stdout.write(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : dryRunText(report))
  } finally {
    snapshot.close()
  }
}

type Tally = Omit<DryRunReport, 'from' | 'to' | 'rules' | 'seconds'>

/** Learner by learner, so that memory stays flat. */
export function compareAll(
  snapshot: Snapshot,
  trial: Trial,
  examplesMax: number,
  onProgress: (done: number, total: number) => void = () => undefined,
): Tally {
  const showingsOf = trialOf(snapshot, trial)
  const telling = inEnglish(trial.timeZone)
  let tally = NOTHING
  for (
    let ids = snapshot.learnersAfter('', PAGE);
    ids.length > 0;
    ids = snapshot.learnersAfter(ids.at(-1) ?? '', PAGE)
  ) {
    for (const userId of ids) {
      const facts = snapshot.facts(userId)
      const { before, after } = showingsOf(facts)
      const compared = compareLearner(facts, snapshot.catalogue, before, after)
      tally = added(tally, compared)
      if (tally.examples.length < examplesMax) {
        tally = {
          ...tally,
          examples: [...tally.examples, ...examplesOf(compared, after, telling)].slice(0, examplesMax),
        }
      }
      onProgress(tally.learners.all, snapshot.learners)
    }
  }
  return tally
}

const NOTHING: Tally = {
  learners: { all: 0, changed: 0 },
  rows: { all: 0, changed: 0, up: 0, down: 0 },
  percentages: { all: 0, changed: 0, up: 0, down: 0 },
  completions: { gained: 0, lost: 0 },
  examples: [],
}

function added(tally: Tally, { rows, enrolments, changedRows, changedSummaries }: LearnerComparison): Tally {
  const { learners, percentages, completions } = tally
  const changed = changedRows.length + changedSummaries.length > 0 ? 1 : 0
  const up = changedRows.filter(({ before, after }) => after > before).length
  const raised = changedSummaries.filter(({ before, after }) => after.percentage > before.percentage).length
  const lowered = changedSummaries.filter(({ before, after }) => after.percentage < before.percentage).length
  const gained = changedSummaries.filter(({ before, after }) => after.complete && !before.complete).length
  const lost = changedSummaries.filter(({ before, after }) => before.complete && !after.complete).length
  return {
    ...tally,
    learners: { all: learners.all + 1, changed: learners.changed + changed },
    rows: {
      all: tally.rows.all + rows,
      changed: tally.rows.changed + changedRows.length,
      up: tally.rows.up + up,
      down: tally.rows.down + changedRows.length - up,
    },
    percentages: {
      all: percentages.all + enrolments,
      changed: percentages.changed + raised + lowered,
      up: percentages.up + raised,
      down: percentages.down + lowered,
    },
    completions: { gained: completions.gained + gained, lost: completions.lost + lost },
  }
}

/** Of one learner the first row and the first summary: examples are of many. */
function examplesOf(
  { changedRows: [row], changedSummaries: [summary] }: LearnerComparison,
  after: ReturnType<ReturnType<typeof trialOf>>['after'],
  telling: ReturnType<typeof inEnglish>,
): readonly Example[] {
  const examples: Example[] = []
  if (row !== undefined) {
    const { key, ...change } = row
    examples.push({ what: 'row', ...key, ...change, why: whyRow(after, key, telling) })
  }
  if (summary !== undefined) {
    const { key, ...change } = summary
    examples.push({ what: 'enrolment', ...key, ...change, why: whySummary(after, key, telling) })
  }
  return examples
}
