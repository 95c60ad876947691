/** What enrolling into a large course costs with everything that is carried over then, and what its readers pay before. */
import type { Config } from '../src/config.ts'
import type { Store } from '../src/ports/store.ts'
import { systemClock } from '../src/wire.ts'
import { type Commits, complete, contentOf, placeOf, publish } from './carry-school.ts'
import { cpuOf } from './cpu.ts'
import { median } from './measure.ts'

const LEAVES = 500
const SOURCES = 100
const WARM_UP = 8
const LEARNERS = 16

/** Medians, milliseconds of processor time. */
export interface EnrolmentCost {
  readonly leaves: number
  readonly sources: number
  /** Enrolling and carrying over together. */
  readonly enrolMs: number
  /** The longest that a commit of it kept the process from anything else, by the clock. */
  readonly holdMs: number
  /** Reading while nothing is carried over yet: one content, and the summary. */
  readonly readContentMs: number
  readonly readSummaryMs: number
  /** Rows in which the copies were found afterwards, of all learners. */
  readonly copied: number
  readonly wanted: number
}

export async function enrolmentCost(store: Store, config: Config, commits: Commits): Promise<EnrolmentCost> {
  const contents = Array.from({ length: LEAVES }, (_, leaf) => contentOf(leaf))
  const done = contents.filter((_, leaf) => leaf % (LEAVES / SOURCES) === 0)
  await publish(store, 'large', contents)
  await publish(store, 'earlier', done)
  const costs = { enrol: [0], hold: [0], content: [0], summary: [0] }
  let copied = 0
  for (let learner = 0; learner < WARM_UP + LEARNERS; learner += 1) {
    if (learner === WARM_UP) for (const list of Object.values(costs)) list.length = 0
    const userId = `enrolling-${String(learner)}`
    const [place, source] = [placeOf(userId, 'large'), placeOf(userId, 'earlier')]
    const now = systemClock.nowMs()
    await store.progress.enrol(source, now - 2000)
    await store.progress.carry([source], config.CARRY_LEAVES_MAX)
    await complete(store, source, done, now - 1000)
    const enrol = await cpuOf(() => store.progress.enrol(place, now))
    costs.content.push(await cpuOf(() => store.progress.views(place, [contentOf(5)])))
    costs.summary.push(await cpuOf(() => store.progress.summary(place)))
    commits.reset()
    costs.enrol.push(enrol + (await cpuOf(() => store.progress.carry([place], config.CARRY_LEAVES_MAX))))
    costs.hold.push(commits.quantile(1))
    const views = await store.progress.views(place)
    copied += [...views.values()].filter(({ completedAt }) => completedAt !== null).length
  }
  return {
    leaves: LEAVES,
    sources: SOURCES,
    enrolMs: median(costs.enrol) ?? 0,
    holdMs: median(costs.hold) ?? 0,
    readContentMs: median(costs.content) ?? 0,
    readSummaryMs: median(costs.summary) ?? 0,
    copied,
    wanted: SOURCES * (WARM_UP + LEARNERS),
  }
}
