import type { Occurrence } from '../../domain/outbox.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AppendListener, DeadLetter, DeadLetterQuery, Log, LogEntry } from '../../ports/log.ts'

/** The log as a list. */
export class MemoryLog implements Log {
  readonly #clock: Clock
  readonly #entries: LogEntry[] = []
  readonly #positions = new Map<string, number>()
  /** By consumer and position. */
  #dead: readonly DeadLetter[] = []
  readonly #listeners = new Set<AppendListener>()

  /** Called before each append. The rows of this store are changed by then: only `transact` takes all of it back. */
  takingPart: ((entry: LogEntry) => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  append(occurrence: Occurrence): void {
    const entry = { seq: this.#entries.length + 1, at: this.#clock.nowMs(), occurrence }
    this.takingPart?.(entry)
    this.#entries.push(entry)
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener([occurrence.type])
    })
  }

  read(afterSeq: number, limit: number, types?: readonly Occurrence['type'][]): Promise<readonly LogEntry[]> {
    const wanted = this.#entries.slice(afterSeq).filter(({ occurrence }) => types?.includes(occurrence.type) ?? true)
    return Promise.resolve(wanted.slice(0, limit))
  }

  last(): Promise<number> {
    return Promise.resolve(this.#entries.length)
  }

  position(consumer: string): Promise<number> {
    return Promise.resolve(this.#positions.get(consumer) ?? 0)
  }

  commit(consumer: string, seq: number): Promise<void> {
    this.#move(consumer, seq)
    this.#dead = this.#dead.filter((letter) => !isOf(letter, consumer, seq))
    return Promise.resolve()
  }

  #move(consumer: string, seq: number): void {
    this.#positions.set(consumer, Math.max(seq, this.#positions.get(consumer) ?? 0))
  }

  count(afterSeq: number, limit: number, types: readonly Occurrence['type'][]): Promise<number> {
    return this.read(afterSeq, limit, types).then(({ length }) => length)
  }

  park(consumer: string, entry: LogEntry, reason: string): Promise<void> {
    const others = this.#dead.filter((letter) => !isOf(letter, consumer, entry.seq))
    this.#dead = [...others, { consumer, entry, reason }].sort((a, b) => (isBehind(a, place(b)) ? 1 : -1))
    this.#move(consumer, entry.seq)
    return Promise.resolve()
  }

  deadLetters({ consumer, after, limit }: DeadLetterQuery): Promise<readonly DeadLetter[]> {
    const wanted = this.#dead.filter(
      (letter) =>
        (consumer === undefined || letter.consumer === consumer) && (after === undefined || isBehind(letter, after)),
    )
    return Promise.resolve(wanted.slice(0, limit))
  }

  deadLetter(consumer: string, seq: number): Promise<DeadLetter | undefined> {
    return Promise.resolve(this.#dead.find((letter) => isOf(letter, consumer, seq)))
  }

  deadLetterCounts(): Promise<ReadonlyMap<string, number>> {
    const byConsumer = Map.groupBy(this.#dead, ({ consumer }) => consumer)
    return Promise.resolve(new Map([...byConsumer].map(([consumer, { length }]) => [consumer, length])))
  }

  resolve(consumer: string, seq: number): Promise<boolean> {
    const left = this.#dead.filter((letter) => !isOf(letter, consumer, seq))
    const found = left.length < this.#dead.length
    this.#dead = left
    return Promise.resolve(found)
  }

  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

type Place = NonNullable<DeadLetterQuery['after']>

function place({ consumer, entry: { seq } }: DeadLetter): Place {
  return { consumer, seq }
}

function isOf(letter: DeadLetter, consumer: string, seq: number): boolean {
  return letter.consumer === consumer && letter.entry.seq === seq
}

function isBehind({ consumer, entry: { seq } }: DeadLetter, other: Place): boolean {
  return consumer === other.consumer ? seq > other.seq : consumer > other.consumer
}
