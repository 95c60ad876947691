/**
 * `node --expose-gc hot-statuses.ts FOLDER GROUP`: opens the embedded store as the product does, writes to every status of
 * a group once, and prints as JSON what the process keeps in memory before and after.
 */
import { readConfig } from '../src/config.ts'
import { openSqliteStore } from '../src/stores/sqlite/store.ts'
import { startWorkers, storeOptions, systemClock } from '../src/wire.ts'
import { contentOf, idsOf, type Group } from './groups.ts'

/** What is in memory for the sake of statuses already written; `external` holds the array buffers too. */
export interface Memory {
  readonly heapUsed: number
  readonly arrayBuffers: number
  readonly external: number
}

export interface HotStatuses {
  readonly statuses: number
  readonly before: Memory
  /** When half of the statuses were written and the store had been quiet for a while. */
  readonly half: Memory
  /** Right after the last write was answered. */
  readonly after: Memory
  /** When the store had been quiet for a while. */
  readonly quiet: Memory
}

/** Writes under way at a time: as many as a group commit takes. */
const AT_ONCE = 1000
const QUIET_MS = 600

const [folder = '', text = ''] = process.argv.slice(2)
// Written by the scenario alone.
const group = JSON.parse(text) as Group
const config = readConfig({ WAYMARK_DATA: folder })
const store = await openSqliteStore(storeOptions(config, systemClock))
const loops = startWorkers(config, store, () => undefined)
const total = group.learners * group.leaves

/** Writes a stretch of the statuses; those of one learner lie far apart, as requests of many learners do. */
async function write(from: number, to: number, progress: number): Promise<void> {
  const statuses = Array.from({ length: to - from }, (_, position) => from + position)
  await Promise.all(
    statuses.map((status) => {
      const ids = idsOf(group, status % group.learners)
      const contentId = contentOf(ids.collectionId, Math.floor(status / group.learners))
      const fact = { kind: 'update', at: systemClock.nowMs(), timed: false, progress, timespentSeconds: 60 } as const
      return store.progress.recordView({ ...ids, contentId }, fact)
    }),
  )
}

function memory(): Memory {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers, external } = process.memoryUsage()
  return { heapUsed, arrayBuffers, external }
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, QUIET_MS)
  })

// The first writes leave compiled code and prepared statements behind, which are no statuses.
for (let turn = 0; turn < 5; turn += 1) await write(0, Math.min(total, AT_ONCE), 10)
await pause()
const before = memory()
const middle = total / 2
for (let from = 0; from < middle; from += AT_ONCE) await write(from, Math.min(middle, from + AT_ONCE), 20)
await pause()
const half = memory()
for (let from = middle; from < total; from += AT_ONCE) await write(from, Math.min(total, from + AT_ONCE), 20)
const after = memory()
await pause()
const figures: HotStatuses = { statuses: total, before, half, after, quiet: memory() }
process.stdout.write(JSON.stringify(figures))
await Promise.all(loops.map((loop) => loop.stop()))
await store.close()
