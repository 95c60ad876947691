/** `npm run simulate -- [--runs N] [--steps N] [--seed N] [--mode M] [--jobs N] [--json]`: histories, and what they found. */
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runCampaign, type Failure } from './campaign.ts'
import { MODES, type Mode } from '../../src/domain/progress/mode.ts'
import { countsText } from './counts.ts'
import { makeGround } from './disk.ts'
import { historyOf } from './draw.ts'
import { runHistory } from './history.ts'
import { shrink, type Fails } from './shrink.ts'
import { describeStep, type History } from './steps.ts'

const HELP = `Plays histories of a small school against the server, with losses of power, beside a model of what must come of it.

  npm run simulate -- [options]
  npm run simulate -- --mode copy-content --runs 500

  --runs N     how many histories (1000)
  --steps N    steps of each (200)
  --seed N     the first seed; each history has the next one (the time)
  --mode M     the mode of all histories: ${MODES.join(', ')};
               without it the seed decides, so that neighbouring seeds play all modes
  --publish    public events are published and consumed as well
  --jobs N     how many at once (one per processor)
  --shrink N   how many histories may be tried to make a failing one smaller (3000)
  --json       the report as JSON
  --help       this text

Exit code 0: no history failed; 1: one did, and the smallest one found is printed; 2: wrong use.
`

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** How many histories may be tried to make a failing one smaller. */
    shrink: { type: 'string', default: '3000' },
    json: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    mode: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const campaign = {
  runs: wholeNumber('runs'),
  steps: wholeNumber('steps'),
  seed: wholeNumber('seed'),
  jobs: wholeNumber('jobs'),
  mode: knownMode(),
  publishing: values.publish,
}

const begun = performance.now()
const { histories, failure, counts } = await runCampaign(campaign, (done) => {
  if (done % 100 === 0) process.stderr.write(`${String(done)} of ${String(campaign.runs)} histories\n`)
})
const seconds = Math.round((performance.now() - begun) / 100) / 10
const minimal = failure === undefined ? undefined : await smallest(failure)
if (values.json) {
  const { runs, steps, seed } = campaign
  process.stdout.write(`${JSON.stringify({ runs, steps, seed, seconds, histories, counts, failure, minimal })}\n`)
} else {
  const violations = failure === undefined ? 0 : 1
  process.stdout.write(
    `${String(histories)} simulated histories, ${String(violations)} violations, seed ${String(campaign.seed)} (${String(seconds)} s)\n`,
  )
  process.stdout.write(`${countsText(counts)}\n`)
  if (failure !== undefined && minimal !== undefined) process.stdout.write(report(failure, minimal))
}
process.exitCode = failure === undefined ? 0 : 1

function wholeNumber(name: 'runs' | 'steps' | 'seed' | 'jobs' | 'shrink'): number {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= (name === 'seed' || name === 'shrink' ? 0 : 1)) return value
  process.stderr.write(`--${name} must be a whole number\n`)
  process.exit(2)
}

function knownMode(): Mode | undefined {
  const mode = MODES.find((known) => known === values.mode)
  if (mode !== undefined || values.mode === undefined) return mode
  process.stderr.write(`--mode must be one of ${MODES.join(', ')}\n`)
  process.exit(2)
}

interface Minimal extends History {
  readonly violation: string
  readonly lines: readonly string[]
}

/** The failing history, made as small as it still fails. */
async function smallest({ seed }: Failure): Promise<Minimal> {
  const ground = await makeGround()
  const { publishing } = campaign
  try {
    const { mode, steps: failing } = historyOf(seed, campaign.steps, campaign.mode, publishing)
    const fails: Fails = async (steps) =>
      (await runHistory(ground, { mode, steps }, { publishing })).violation !== undefined
    const steps = await shrink(failing, fails, wholeNumber('shrink'))
    const { violation = '', lines } = await runHistory(ground, { mode, steps }, { keepLines: true, publishing })
    return {
      mode,
      steps,
      violation,
      lines: lines.filter((line) => !/^(at rest|after a loss of power|a read):/.test(line)),
    }
  } finally {
    rmSync(ground, { recursive: true, force: true })
  }
}

function report({ seed, violation }: Failure, minimal: Minimal): string {
  return [
    '',
    `Seed ${String(seed)} fails: ${violation}`,
    `Again: npm run simulate -- --runs 1 --steps ${String(campaign.steps)} --seed ${String(seed)}${campaign.mode === undefined ? '' : ` --mode ${campaign.mode}`}${campaign.publishing ? ' --publish' : ''}`,
    `Smallest history found, ${String(minimal.steps.length)} steps (keep it as test/simulation/kept/NAME.json):`,
    '',
    `{ "why": "", "mode": "${minimal.mode}", "steps": [`,
    minimal.steps.map((step) => `  ${describeStep(step)}`).join(',\n'),
    '] }',
    '',
    'What happens in it:',
    ...minimal.lines.map((line) => `  ${line}`),
    '',
  ].join('\n')
}
