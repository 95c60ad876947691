/** Many histories at once, on all cores; the first one that fails, by seed, ends it. */
import { rmSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Mode } from '../../src/domain/progress/mode.ts'
import { addCounts, NO_COUNTS, type Counts } from './counts.ts'
import { makeGround } from './disk.ts'
import { historyOf } from './draw.ts'
import { runHistory } from './history.ts'

export interface Campaign {
  readonly seed: number
  readonly runs: number
  readonly steps: number
  readonly jobs: number
  /** The mode of all of them; undefined: that of each seed. */
  readonly mode?: Mode | undefined
  /** Whether events are published and consumed in them. */
  readonly publishing?: boolean
}

export interface Failure {
  readonly seed: number
  readonly violation: string
}

export interface Outcome {
  /** Histories up to and with the failing one, or all. */
  readonly histories: number
  readonly failure: Failure | undefined
  /** How often something was carried, in all of them. */
  readonly counts: Counts
}

interface Share extends Campaign {
  readonly first: number
  /** Index of the earliest history that failed so far. */
  readonly bound: Int32Array
}

type Message = { readonly index: number; readonly violation: string | undefined; readonly counts: Counts }

/** Runs the histories of `runs` seeds from `seed` on. `onProgress` hears how many are done. */
export async function runCampaign(campaign: Campaign, onProgress: (done: number) => void): Promise<Outcome> {
  const bound = new Int32Array(new SharedArrayBuffer(4))
  bound[0] = campaign.runs
  const failures = new Map<number, string>()
  let [done, counts] = [0, NO_COUNTS]
  const jobs = Math.min(campaign.jobs, campaign.runs)
  await Promise.all(
    Array.from({ length: jobs }, (_, first) =>
      share({ ...campaign, jobs, first, bound }, ({ index, violation, counts: own }) => {
        counts = addCounts(counts, own)
        if (violation !== undefined) {
          failures.set(index, violation)
          bound[0] = Math.min(bound[0] ?? index, index)
        }
        onProgress((done += 1))
      }),
    ),
  )
  const [index] = [...failures.keys()].sort((a, b) => a - b)
  const violation = index === undefined ? undefined : failures.get(index)
  if (index === undefined || violation === undefined) return { histories: campaign.runs, failure: undefined, counts }
  return { histories: index + 1, failure: { seed: campaign.seed + index, violation }, counts }
}

function share(workerData: Share, onMessage: (message: Message) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData })
    worker.on('message', onMessage)
    worker.once('error', reject)
    worker.once('exit', () => {
      resolve()
    })
  })
}

/** The part of one worker: every `jobs`-th history. */
async function work({ seed, runs, steps, jobs, mode, publishing = false, first, bound }: Share): Promise<void> {
  const ground = await makeGround()
  try {
    for (let index = first; index < Math.min(runs, bound[0] ?? 0); index += jobs) {
      const { violation, counts } = await runHistory(ground, historyOf(seed + index, steps, mode, publishing), {
        publishing,
      })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      parentPort?.postMessage({ index, violation, counts } satisfies Message)
    }
  } finally {
    rmSync(ground, { recursive: true, force: true })
  }
}

if (!isMainThread && (workerData as Partial<Share> | null)?.bound !== undefined) await work(workerData as Share)
