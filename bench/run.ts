/** One run of the benchmark: rounds of floors and scenarios, then what is measured once, then the report. */
import { Bench, type Target } from './context.ts'
import { meetFloors, runFloors, startFloors, type Floors } from './floors.ts'
import { commitOf, loadAverage, machineOf } from './machine.ts'
import type { Measure, Round } from './measure.ts'
import { endAll } from './processes.ts'
import { isValid, mergeRounds, reportScenario, reportTargets, type Report } from './report.ts'
import { FULL, QUICK } from './scale.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { isChosen, type Scenario } from './scenarios/scenario.ts'
import { Stopwatch } from './stopwatch.ts'
import { warmUp } from './warm-up.ts'

export interface RunOptions {
  readonly quick: boolean
  /** Ids of scenarios; empty: all. */
  readonly only: readonly string[]
  readonly seed: number
  readonly onStep: (done: number, total: number, what: string) => void
  readonly say: (text: string) => void
}

export interface Run {
  readonly report: Report
  readonly rows: Round
}

export async function runBench(options: RunOptions): Promise<Run> {
  const scale = options.quick ? QUICK : FULL
  const before = loadAverage()
  const bench = await Bench.open(scale, options.seed, options.say)
  let floors: Floors | undefined
  const interrupted = (): void => {
    endAll()
    process.exit(1)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const chosen = SCENARIOS.filter((scenario) => isChosen(scenario, options.only))
  const watch = new Stopwatch()
  try {
    const made = await watch.time('stores and servers', () => prepare(bench, chosen))
    ;({ floors } = made)
    const { main } = made
    await watch.time('warm-up', () => warmUp(bench, made.floors))
    const rounds = await runRounds({ bench, floors, chosen, watch, options })
    const [first] = rounds
    if (first !== undefined) addDisk(bench, first)
    const rows = mergeRounds(rounds)
    const report: Report = {
      date: new Date().toISOString(),
      commit: commitOf(),
      machine: machineOf(main.server.stdout),
      seed: options.seed,
      scale: scale.name,
      load: { before, after: loadAverage() },
      seconds: watch.seconds,
      valid: isValid(rounds),
      targets: reportTargets(rounds, new Set(chosen.map(({ id }) => id))),
      scenarios: [...rows.values()].map(reportScenario),
    }
    return { report, rows }
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await floors?.end()
    await bench.close()
    endAll()
  }
}

/** Everything that takes long and is no figure, at the same time: nothing is measured before all of it is there. */
async function prepare(
  bench: Bench,
  chosen: readonly Scenario[],
): Promise<{ readonly main: Target; readonly floors: Floors }> {
  const [main, floors] = await Promise.all([
    bench.main(),
    startFloors(bench),
    ...chosen.map((scenario) => scenario.prepare?.(bench)),
  ])
  return { main, floors }
}

interface Course {
  readonly bench: Bench
  readonly floors: Floors
  readonly chosen: readonly Scenario[]
  readonly watch: Stopwatch
  readonly options: RunOptions
}

/** Every round: all floors, the scenarios, the floors in reverse. What is measured once joins the first round. */
async function runRounds({ bench, floors, chosen, watch, options }: Course): Promise<readonly Round[]> {
  const { rounds: count } = bench.scale
  const inRound = (round: number): readonly Scenario[] =>
    chosen.filter(({ rounds }) => rounds === 'always' || (rounds === 'full' && (!options.quick || round === 0)))
  const once = chosen.filter(({ rounds }) => rounds === 'once')
  const total = Array.from({ length: count }, (_, round) => inRound(round).length + 2).reduce(
    (a, b) => a + b,
    once.length,
  )
  let done = 0
  const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    options.onStep(done, total, what)
    const result = await watch.time(what, work)
    done += 1
    return result
  }
  const rounds: Map<string, Measure>[] = []
  for (let index = 0; index < count; index += 1) {
    const round = new Map<string, Measure>()
    const before = await step('floors', () => runFloors(bench, floors, false))
    for (const scenario of inRound(index)) {
      add(round, await step(scenario.id, () => scenario.run(bench, floors, round)))
    }
    const after = await step('floors', () => runFloors(bench, floors, true))
    add(round, meetFloors(before, after))
    rounds.push(round)
  }
  const [first] = rounds
  for (const scenario of once) {
    if (first !== undefined) add(first, await step(scenario.id, () => scenario.run(bench, floors, first)))
  }
  options.onStep(total, total, 'done')
  return rounds
}

function add(round: Map<string, Measure>, measures: readonly Measure[]): void {
  for (const measure of measures) round.set(measure.id, measure)
}

/** What the bulk loader's store takes on disk: T17. */
function addDisk(bench: Bench, round: Round): void {
  const measure = round.get('S1')
  if (measure !== undefined)
    (round as Map<string, Measure>).set('S1', { ...measure, values: { diskMb: bench.bytesPerRow } })
}
