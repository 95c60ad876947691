/** `npm run simulate -- [--runs N] [--steps N] [--seed N] [--jobs N] [--json]`: histories, and what they found. */
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runCampaign, type Failure } from './campaign.ts'
import { makeGround } from './disk.ts'
import { runHistory } from './history.ts'
import { shrink } from './shrink.ts'
import { describeStep, historyOf, type Step } from './steps.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** How many histories may be tried to make a failing one smaller. */
    shrink: { type: 'string', default: '3000' },
    json: { type: 'boolean', default: false },
  },
})
const campaign = {
  runs: wholeNumber('runs'),
  steps: wholeNumber('steps'),
  seed: wholeNumber('seed'),
  jobs: wholeNumber('jobs'),
}

const begun = performance.now()
const { histories, failure } = await runCampaign(campaign, (done) => {
  if (done % 100 === 0) process.stderr.write(`${String(done)} of ${String(campaign.runs)} histories\n`)
})
const seconds = Math.round((performance.now() - begun) / 100) / 10
const minimal = failure === undefined ? undefined : await smallest(failure, campaign.steps)
if (values.json) {
  const { runs, steps, seed } = campaign
  process.stdout.write(`${JSON.stringify({ runs, steps, seed, seconds, histories, failure, minimal })}\n`)
} else {
  const violations = failure === undefined ? 0 : 1
  process.stdout.write(
    `${String(histories)} simulated histories, ${String(violations)} violations, seed ${String(campaign.seed)} (${String(seconds)} s)\n`,
  )
  if (failure !== undefined && minimal !== undefined) process.stdout.write(report(failure, minimal))
}
process.exitCode = failure === undefined ? 0 : 1

function wholeNumber(name: 'runs' | 'steps' | 'seed' | 'jobs' | 'shrink'): number {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= (name === 'seed' || name === 'shrink' ? 0 : 1)) return value
  process.stderr.write(`--${name} must be a whole number\n`)
  process.exit(2)
}

interface Minimal {
  readonly steps: readonly Step[]
  readonly violation: string
  readonly lines: readonly string[]
}

/** The failing history, made as small as it still fails. */
async function smallest({ seed }: Failure, length: number): Promise<Minimal> {
  const ground = await makeGround()
  try {
    const fails = async (steps: readonly Step[]): Promise<boolean> =>
      (await runHistory(ground, steps)).violation !== undefined
    const steps = await shrink(historyOf(seed, length), fails, wholeNumber('shrink'))
    const { violation = '', lines } = await runHistory(ground, steps, { keepLines: true })
    return { steps, violation, lines: lines.filter((line) => !/^(at rest|after a loss of power|a read):/.test(line)) }
  } finally {
    rmSync(ground, { recursive: true, force: true })
  }
}

function report({ seed, violation }: Failure, minimal: Minimal): string {
  return [
    '',
    `Seed ${String(seed)} fails: ${violation}`,
    `Again: npm run simulate -- --runs 1 --steps ${String(campaign.steps)} --seed ${String(seed)}`,
    `Smallest history found, ${String(minimal.steps.length)} steps (keep it as test/simulation/kept/NAME.json):`,
    '',
    `{ "why": "", "steps": [`,
    minimal.steps.map((step) => `  ${describeStep(step)}`).join(',\n'),
    '] }',
    '',
    'What happens in it:',
    ...minimal.lines.map((line) => `  ${line}`),
    '',
  ].join('\n')
}
