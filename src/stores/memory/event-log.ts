import type { Clock } from '../../ports/clock.ts'
import type { EventLog, LoggedEvent, PublishedEvent } from '../../ports/event-log.ts'
import type { Log } from '../../ports/log.ts'

/** What the event log asks of the groups that read it. */
export interface Readers {
  /** The least position of any group; undefined where there is none. */
  least(): number | undefined
  holds(seq: number): boolean
}

/** The log of public events as a list. */
export class MemoryEventLog implements EventLog {
  readonly #clock: Clock
  readonly #outbox: Pick<Log, 'commit'>
  readonly #readers: Readers
  #events: LoggedEvent[] = []
  #last = 0
  readonly #listeners = new Set<() => void>()

  constructor(clock: Clock, outbox: Pick<Log, 'commit'>, readers: Readers) {
    this.#clock = clock
    this.#outbox = outbox
    this.#readers = readers
  }

  async append(
    events: readonly PublishedEvent[],
    read?: { readonly consumer: string; readonly seq: number },
  ): Promise<void> {
    const at = Math.max(this.#clock.nowMs(), this.#events.at(-1)?.at ?? 0)
    for (const event of events) this.#events.push({ ...event, at, seq: (this.#last += 1) })
    if (read !== undefined) await this.#outbox.commit(read.consumer, read.seq)
    if (events.length === 0) return
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener()
    })
  }

  read(afterSeq: number, limit: number, topics?: readonly string[]): Promise<readonly LoggedEvent[]> {
    const wanted = this.#events.filter(({ seq, topic }) => seq > afterSeq && topics?.includes(topic) !== false)
    return Promise.resolve(wanted.slice(0, limit))
  }

  count(afterSeq: number, limit: number, topics?: readonly string[]): Promise<number> {
    return this.read(afterSeq, limit, topics).then(({ length }) => length)
  }

  get(seq: number): Promise<LoggedEvent | undefined> {
    return Promise.resolve(this.#events.find((event) => event.seq === seq))
  }

  last(): Promise<number> {
    return Promise.resolve(this.#last)
  }

  positionBefore(atMs: number): Promise<number> {
    const next = this.#events.find(({ at }) => at >= atMs)
    return Promise.resolve(next === undefined ? (this.#events.at(-1)?.seq ?? 0) : next.seq - 1)
  }

  async prune(beforeMs: number, limit: number): Promise<number> {
    const until = Math.min(await this.positionBefore(beforeMs), this.#readers.least() ?? Number.POSITIVE_INFINITY)
    const old = this.#events.filter(({ seq }) => seq <= until && !this.#readers.holds(seq)).slice(0, limit)
    this.#events = this.#events.filter((event) => !old.includes(event))
    return old.length
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}
