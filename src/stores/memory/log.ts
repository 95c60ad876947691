import type { Occurrence } from '../../domain/progress/occurrence.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DeadLetter, Log, LogEntry } from '../../ports/log.ts'

/** The log as a list. */
export class MemoryLog implements Log {
  readonly #clock: Clock
  readonly #entries: LogEntry[] = []
  readonly #positions = new Map<string, number>()
  readonly #dead: DeadLetter[] = []
  readonly #listeners = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  append(occurrence: Occurrence): void {
    this.#entries.push({ seq: this.#entries.length + 1, at: this.#clock.nowMs(), occurrence })
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener()
    })
  }

  read(afterSeq: number, limit: number): Promise<readonly LogEntry[]> {
    return Promise.resolve(this.#entries.slice(afterSeq, afterSeq + limit))
  }

  last(): Promise<number> {
    return Promise.resolve(this.#entries.length)
  }

  position(consumer: string): Promise<number> {
    return Promise.resolve(this.#positions.get(consumer) ?? 0)
  }

  commit(consumer: string, seq: number): Promise<void> {
    this.#positions.set(consumer, Math.max(seq, this.#positions.get(consumer) ?? 0))
    return Promise.resolve()
  }

  park(consumer: string, entry: LogEntry, reason: string): Promise<void> {
    this.#dead.push({ consumer, entry, reason })
    return this.commit(consumer, entry.seq)
  }

  deadLetters(consumer: string): Promise<readonly DeadLetter[]> {
    return Promise.resolve(this.#dead.filter((letter) => letter.consumer === consumer))
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
