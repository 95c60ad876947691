import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Reach } from '../ports/crash-points.ts'
import type { Log, LogEntry } from '../ports/log.ts'
import type { Consumer, LogReader } from './consumer.ts'
import { reasonOf } from './reason.ts'
import { Redriving } from './redriving.ts'
import { Retries, type RetryOptions } from './retries.ts'

export interface LoopOptions extends RetryOptions {
  readonly reach?: Reach
  readonly onError: (consumer: string, error: unknown, parked: LogEntry | undefined) => void
}

export interface Loop {
  /** Who reads, and what. */
  readonly reader: LogReader
  /**
   * Resolves when everything logged so far is handled. Rejects where the loop is stopped before.
   * @param patience limited: rejects with the latest failure where there were more in a row than any entry could cause
   */
  idle(patience?: 'endless' | 'limited'): Promise<void>
  /**
   * Has the consumer handle one entry that was put aside, between two batches. Where it succeeds the dead letter is gone,
   * in the commit of its effects; otherwise it keeps the new reason.
   * @throws whatever the consumer throws; an AbortError where the loop is stopped before
   */
  redrive(entry: LogEntry): Promise<void>
  /** Ends after the batch under way, or where its consumer ends it. */
  stop(): Promise<void>
}

/** So many entries that a consumer does not read are passed in memory before its stored position follows. */
const PASSED_MAX = 1_000
/** So many are read in one turn of the event loop: requests have theirs in between. */
const PAGE = 500
/** The wait of a loop that has nothing to do. */
const UNTIL_WOKEN = Number.POSITIVE_INFINITY

/** Reads, applies, commits the position, and waits for more (DESIGN decision 5). */
export function startLoop(log: Log, consumer: Consumer, options: LoopOptions): Loop {
  return new ConsumerLoop(log, consumer, options)
}

class ConsumerLoop implements Loop {
  readonly #log: Log
  readonly #consumer: Consumer
  readonly #options: LoopOptions
  readonly #retries: Retries
  readonly #redriving: Redriving
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  /** Nothing up to here is left for the consumer to handle. */
  #through = 0
  /** Its stored position, once known: it may be less. */
  #position: number | undefined
  /** Entries appended since the last look, of whatever type. */
  #unseen = 0
  /** Whether there is reason to look again. */
  #woken = false
  #wake: () => void = () => undefined
  /** Whether somebody waits: then it does not wait for more entries to share a commit. */
  #hurried = false
  #hurry: () => void = () => undefined
  /** Resolves at the end of the turn under way. */
  #turned = Promise.withResolvers<void>()

  constructor(log: Log, consumer: Consumer, options: LoopOptions) {
    this.#log = log
    this.#consumer = consumer
    this.#options = options
    this.#retries = new Retries(options)
    this.#redriving = new Redriving(log, consumer, this.#stopping.signal)
    this.#running = this.#run()
  }

  get reader(): LogReader {
    return this.#consumer
  }

  redrive(entry: LogEntry): Promise<void> {
    const driven = this.#redriving.add(entry)
    this.#rouseNow()
    return driven
  }

  async idle(patience: 'endless' | 'limited' = 'endless'): Promise<void> {
    const target = await this.#log.last()
    while (this.#through < target) {
      if (this.#stopping.signal.aborted) {
        throw new Error(`the worker ${this.#consumer.name} was stopped before it had handled everything`)
      }
      const stuck = this.#retries.stuck()
      if (patience === 'limited' && stuck !== undefined) throw stuck.error
      this.#rouseNow()
      await this.#turned.promise
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#rouseNow()
    await this.#running
  }

  async #run(): Promise<void> {
    const types = new Set(this.#consumer.types)
    const unsubscribe = this.#log.onAppend((appended) => {
      this.#unseen += appended.length
      // Now and then also for what it does not read: or the next look would have to pass over all of that.
      if (this.#unseen >= PASSED_MAX || appended.some((type) => types.has(type))) this.#rouse()
    })
    while (!this.#stopping.signal.aborted) {
      await this.#redriving.drive()
      const waitMs = await this.#turn()
      this.#turned.resolve()
      this.#turned = Promise.withResolvers()
      this.#hurried = false
      if (waitMs > 0) await this.#pause(waitMs)
      if (waitMs === UNTIL_WOKEN) await this.#gather()
    }
    unsubscribe()
    this.#redriving.end()
    this.#turned.resolve()
  }

  /** Handles what is next. Answers how long to wait before the next turn. */
  async #turn(): Promise<number> {
    let entries: readonly LogEntry[] = []
    try {
      entries = await this.#read()
      const [first, last] = [entries[0], entries.at(-1)]
      if (first === undefined || last === undefined) return UNTIL_WOKEN
      this.#options.reach?.('worker-read')
      if (first.occurrence.type === 'unreadable') {
        // No further try would read it: it is put aside at once, and what follows it does not wait.
        return await this.#park(first, new Error(`the log entry cannot be read: ${first.occurrence.reason}`))
      }
      await this.#consumer.handle(entries, this.#stopping.signal)
      if (this.#stopping.signal.aborted) return 0
      this.#options.reach?.('worker-done')
      this.#moved(last.seq)
      return 0
    } catch (error) {
      const hopeless = this.#retries.noteOf(entries, error)
      if (hopeless !== undefined) return this.#park(hopeless, error)
      this.#options.onError(this.#consumer.name, error, undefined)
      return this.#retries.waitMs()
    }
  }

  /** The next entries that can be handled together, or one that cannot be read with what follows it. */
  async #read(): Promise<readonly LogEntry[]> {
    this.#position ??= this.#through = await this.#log.position(this.#consumer.name)
    this.#woken = false
    this.#unseen = 0
    const last = await this.#log.last()
    const entries = await this.#readPages(this.#retries.limitAfter(this.#through))
    if (entries.length === 0) await this.#pass(last)
    const unreadable = entries.findIndex(isUnreadable)
    return unreadable > 0 ? entries.slice(0, unreadable) : entries
  }

  async #readPages(limit: number): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = []
    for (;;) {
      const size = Math.min(PAGE, limit - entries.length)
      const page = await this.#log.read(entries.at(-1)?.seq ?? this.#through, size, this.#consumer.types)
      entries.push(...page)
      // Behind what cannot be read nothing is handled yet: it need not be read for each such entry again.
      if (page.length < size || entries.length === limit || page.some(isUnreadable)) return entries
      await nextTurn()
    }
  }

  /** Nothing up to here is for the consumer. Its stored position follows now and then, so that no start looks at much again. */
  async #pass(seq: number): Promise<void> {
    if (seq - (this.#position ?? 0) >= PASSED_MAX) {
      await this.#log.commit(this.#consumer.name, seq)
      this.#position = seq
    }
    this.#through = seq
    this.#retries.over()
  }

  /** The consumer is past this entry, and so is its stored position. */
  #moved(seq: number): void {
    this.#through = this.#position = seq
    this.#retries.over()
  }

  /** Puts an entry aside that cannot be handled: what follows it must not wait for ever. */
  async #park(entry: LogEntry, error: unknown): Promise<number> {
    const { name } = this.#consumer
    try {
      await this.#log.park(name, entry, reasonOf(error))
    } catch (parkError) {
      this.#retries.note(parkError)
      this.#options.onError(name, parkError, undefined)
      return this.#retries.waitMs()
    }
    this.#options.onError(name, error, entry)
    this.#moved(entry.seq)
    return 0
  }

  #rouseNow(): void {
    this.#hurried = true
    this.#hurry()
    this.#rouse()
  }

  #rouse(): void {
    this.#woken = true
    this.#wake()
  }

  /** What is appended ends the wait for it, not that after a failure. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping
    if (milliseconds !== UNTIL_WOKEN) return delay(milliseconds, undefined, { signal }).catch(() => undefined)
    if (this.#woken || this.#redriving.waits || signal.aborted) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  /** Waits for entries that may share a commit with the one that came, unless somebody waits for that. */
  async #gather(): Promise<void> {
    const { lingerMs = 0 } = this.#consumer
    if (lingerMs === 0 || this.#hurried || this.#stopping.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lingerMs)
      this.#hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function isUnreadable({ occurrence }: LogEntry): boolean {
  return occurrence.type === 'unreadable'
}
