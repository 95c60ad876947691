import { WaymarkError } from '../domain/errors.ts'
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

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopping) {
      try {
        const entries = await log.read(await log.position(consumer.name), failures === 0 ? options.batchMax : 1)
        if (entries.length === 0) {
          await pauseUnlessAppended(log, consumer.name, pause)
          continue
        }
        await consumer.handle(entries)
        failures = 0
      } catch (error) {
        failures += 1
        if (!(await parked(error))) {
          options.onError(consumer.name, error, undefined)
          await pause(Math.min((options.backoffMs ?? 50) * 2 ** Math.min(failures, 10), BACKOFF_MAX_MS))
        } else failures = 0
      }
    }

    /** Puts the first entry aside once it alone has failed often enough: what follows it must not wait for ever. */
    async function parked(error: unknown): Promise<boolean> {
      if (error instanceof WaymarkError || failures <= options.retries) return false
      try {
        const [entry] = await log.read(await log.position(consumer.name), 1)
        if (entry === undefined) return true
        await log.park(consumer.name, entry, error instanceof Error ? (error.stack ?? error.message) : String(error))
        options.onError(consumer.name, error, entry)
        return true
      } catch (parkError) {
        options.onError(consumer.name, parkError, undefined)
        return false
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
