/** What a batch of enrolments costs: while the workers carry them over, and in memory. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../src/config.ts'
import { progressBar } from '../src/progress-bar.ts'
import type { SqliteStore } from '../src/stores/sqlite/store.ts'
import { startWorkers, systemClock } from '../src/wire.ts'
import { complete, contentOf, placeOf, publish, type Commits } from './carry-school.ts'
import { cpuOf } from './cpu.ts'

const LEAVES = 50
const SOURCES = 10
/** Writes under way at a time. */
const AT_ONCE = 500
/** Share of the batch after which memory is looked at for the first time. */
const WARM_UP = 0.2
const LOOK_EVERY_MS = 20

export interface BatchCost {
  readonly enrolments: number
  readonly leaves: number
  readonly sources: number
  /** From the first enrolment until everything is carried over and every summary stored. */
  readonly seconds: number
  /** Processor time of one enrolment with all of that, milliseconds. */
  readonly cpuMs: number
  /** Milliseconds that commits kept the process from anything else. */
  readonly holdP99Ms: number
  readonly holdMaxMs: number
  /** Heap and external memory kept, after the first enrolments and at the end, megabytes. */
  readonly keptBeforeMb: number
  readonly keptAfterMb: number
  readonly rssMb: number
  /** Contents that the stored summaries of all learners show as complete, and how many must be. */
  readonly copied: number
  readonly wanted: number
}

export async function carryBatch(
  store: SqliteStore,
  config: Config,
  commits: Commits,
  enrolments: number,
): Promise<BatchCost> {
  const contents = Array.from({ length: LEAVES }, (_, leaf) => contentOf(leaf))
  const users = Array.from({ length: enrolments }, (_, learner) => `batch-${String(learner)}`)
  await publish(store, 'batch', contents)
  const now = systemClock.nowMs()
  await each(users, (userId) => complete(store, placeOf(userId, 'before'), contents.slice(0, SOURCES), now - 1000))
  await store.fold()
  const loops = startWorkers(config, store, (_, error) => {
    throw error
  })
  for (const loop of loops) await loop.idle()
  commits.reset()
  const begun = performance.now()
  let before = 0
  const cpu = await cpuOf(async () => {
    let enrolled = 0
    const enrolling = each(users, async (userId) => {
      await store.progress.enrol(placeOf(userId, 'batch'), now)
      enrolled += 1
    })
    before = await watch(store, enrolments, () => enrolled)
    await enrolling
    for (const loop of loops) await loop.idle()
  })
  const seconds = (performance.now() - begun) / 1000
  const [holdP99Ms, holdMaxMs] = [commits.quantile(0.99), commits.quantile(1)]
  const keptAfterMb = keptMb()
  await Promise.all(loops.map((loop) => loop.stop()))
  return {
    enrolments,
    leaves: LEAVES,
    sources: SOURCES,
    seconds,
    cpuMs: cpu / enrolments,
    holdP99Ms,
    holdMaxMs,
    keptBeforeMb: before,
    keptAfterMb,
    rssMb: process.memoryUsage.rss() / 1e6,
    copied: await countCopied(store, users),
    wanted: enrolments * SOURCES,
  }
}

/** Shows how far carrying over is until all of it is done; answers the memory kept after the first share of it. */
async function watch(store: SqliteStore, enrolments: number, enrolled: () => number): Promise<number> {
  const bar = progressBar('carried over')
  let before = 0
  for (let done = 0; done < enrolments;) {
    await delay(LOOK_EVERY_MS)
    done = enrolled() - store.uncarried()
    bar.update(done, enrolments)
    if (before === 0 && done >= enrolments * WARM_UP) before = keptMb()
  }
  bar.end()
  return before
}

async function countCopied(store: SqliteStore, users: readonly string[]): Promise<number> {
  let copied = 0
  await each(users, async (userId) => {
    const summary = await store.progress.summary(placeOf(userId, 'batch'))
    copied += summary?.progress ?? 0
  })
  return copied
}

/** Does the same for each, so many at a time. */
async function each(users: readonly string[], work: (userId: string) => Promise<void>): Promise<void> {
  for (let from = 0; from < users.length; from += AT_ONCE)
    await Promise.all(users.slice(from, from + AT_ONCE).map(work))
}

function keptMb(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}
