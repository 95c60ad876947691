import type { Log, LogEntry } from '../ports/log.ts'
import type { Consumer } from './consumer.ts'
import { reasonOf } from './reason.ts'
import { isEntryToBlame } from './retries.ts'

interface Waiting {
  readonly entry: LogEntry
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Dead letters of one worker that wait to be handled again: its loop drives them between two batches, one after the other. */
export class Redriving {
  readonly #log: Log
  readonly #consumer: Consumer
  readonly #stopping: AbortSignal
  readonly #waiting: Waiting[] = []

  constructor(log: Log, consumer: Consumer, stopping: AbortSignal) {
    this.#log = log
    this.#consumer = consumer
    this.#stopping = stopping
  }

  /** Whether any waits. */
  get waits(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves when the entry was handled; rejects with the reason where it could not be, or where the worker is stopped. */
  add(entry: LogEntry): Promise<void> {
    if (this.#stopping.aborted) return Promise.reject(this.#stopped())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
    })
  }

  /** Handles all that wait. */
  async drive(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#handle(next.entry).then(next.resolve, next.reject)
    }
  }

  /** Nothing is handled any more. */
  end(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(this.#stopped())
  }

  async #handle(entry: LogEntry): Promise<void> {
    this.#stopping.throwIfAborted()
    const { name } = this.#consumer
    try {
      const { occurrence } = entry
      if (occurrence.type === 'unreadable') throw new Error(`the log entry cannot be read: ${occurrence.reason}`)
      await this.#consumer.handle([entry], this.#stopping)
    } catch (error) {
      if (isEntryToBlame(error)) await this.#log.park(name, entry, reasonOf(error))
      throw error
    }
    // A consumer that is told to stop may end early without an error.
    this.#stopping.throwIfAborted()
    await this.#log.resolve(name, entry.seq)
  }

  #stopped(): unknown {
    return this.#stopping.reason ?? new Error(`the worker ${this.#consumer.name} was stopped`)
  }
}
