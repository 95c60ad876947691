import type { Occurrence } from '../../domain/progress/occurrence.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AppendListener, DeadLetter, Log, LogEntry } from '../../ports/log.ts'

/** The log as a list. */
export class MemoryLog implements Log {
  readonly #clock: Clock
  readonly #entries: LogEntry[] = []
  readonly #positions = new Map<string, number>()
  readonly #dead: DeadLetter[] = []
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

  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
