import { WaymarkError } from '../domain/errors.ts'
import type { Reach } from '../ports/crash-points.ts'
import type { Log, LogEntry } from '../ports/log.ts'

/** A reader of the log with a stored position. */
export interface Consumer {
  readonly name: string
  /**
   * Handles entries in order and moves the position past the last one, in the commit of its effects where it can.
   * Delivery is at least once: entries may come again.
   */
  handle(entries: readonly LogEntry[]): Promise<void>
}

export interface LoopOptions {
  readonly batchMax: number
  /** Tries of one entry before it is put aside. Errors of the store itself are waited out, not counted. */
  readonly retries: number
  /** First wait after a failure, doubled each time up to 5 s. */
  readonly backoffMs?: number
  readonly reach?: Reach
  readonly onError: (consumer: string, error: unknown, parked: LogEntry | undefined) => void
}

export interface Loop {
  /** Resolves when everything logged so far is handled. */
  idle(): Promise<void>
  /** Ends after the batch under way. */
  stop(): Promise<void>
}

const BACKOFF_MAX_MS = 5_000

/** Reads, applies, commits the position, and waits for more (DESIGN decision 5). */
export function startLoop(log: Log, consumer: Consumer, options: LoopOptions): Loop {
  let stopping = false
  let wake: () => void = () => undefined
  const unsubscribe = log.onAppend(() => {
    wake()
  })

  const pause = (milliseconds: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds)
      wake = () => {
        if (milliseconds !== undefined && !stopping) return
        clearTimeout(timer)
        resolve()
      }
      if (stopping) wake()
    })

  /** Puts an entry aside that alone has failed often enough: what follows it must not wait for ever. */
  const park = async (entry: LogEntry, error: unknown): Promise<boolean> => {
    try {
      await log.park(consumer.name, entry, error instanceof Error ? (error.stack ?? error.message) : String(error))
    } catch (parkError) {
      options.onError(consumer.name, parkError, undefined)
      return false
    }
    options.onError(consumer.name, error, entry)
    return true
  }

  const run = async (): Promise<void> => {
    /** Failures in a row of whatever kind: how long the next wait is. */
    let failures = 0
    /** Failures of the next entry, taken alone. */
    let tries = 0
    /** Up to here entries are taken one by one, because a batch failed that ended here. */
    let apartUntil = 0
    while (!stopping) {
      let entries: readonly LogEntry[] = []
      try {
        const position = await log.position(consumer.name)
        entries = await log.read(position, position < apartUntil ? 1 : options.batchMax)
        if (entries.length === 0) {
          await pauseUnlessAppended(log, consumer.name, pause)
          continue
        }
        options.reach?.('worker-read')
        // No further try would read it: it is put aside at once, and what follows it does not wait.
        const unreadable = entries.findIndex(({ occurrence }) => occurrence.type === 'unreadable')
        if (unreadable > 0) entries = entries.slice(0, unreadable)
        const [first] = entries
        if (first?.occurrence.type === 'unreadable') {
          const error = new Error(`the log entry cannot be read: ${first.occurrence.reason}`)
          if (await park(first, error)) failures = tries = 0
          else await pause(backoffMs(options, (failures += 1)))
          continue
        }
        await consumer.handle(entries)
        options.reach?.('worker-done')
        failures = tries = 0
      } catch (error) {
        failures += 1
        const [first, last] = [entries[0], entries.at(-1)]
        if (first !== undefined && last !== undefined && !(error instanceof WaymarkError)) {
          apartUntil = Math.max(apartUntil, last.seq)
          tries += first === last ? 1 : 0
          if (first === last && tries >= options.retries && (await park(first, error))) {
            failures = tries = 0
            continue
          }
        }
        options.onError(consumer.name, error, undefined)
        await pause(backoffMs(options, failures))
      }
    }
  }

  const running = run()
  return {
    idle: async () => {
      const target = await log.last()
      while (!stopping && (await log.position(consumer.name)) < target) await nextTurn()
    },
    stop: async () => {
      stopping = true
      unsubscribe()
      wake()
      await running
    },
  }
}

/** How long to wait after so many failures in a row. */
function backoffMs(options: LoopOptions, failures: number): number {
  return Math.min((options.backoffMs ?? 50) * 2 ** Math.min(failures, 10), BACKOFF_MAX_MS)
}

/** Sleeps until something is appended; what was appended between reading and sleeping is not missed. */
async function pauseUnlessAppended(
  log: Log,
  name: string,
  pause: (milliseconds: number | undefined) => Promise<void>,
): Promise<void> {
  const sleeping = pause(undefined)
  if ((await log.last()) > (await log.position(name))) return
  await sleeping
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
