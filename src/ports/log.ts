import type { Occurrence } from '../domain/progress/occurrence.ts'

/** One entry of the log. */
export interface LogEntry {
  /** Position: grows by commit order, without being dense. */
  readonly seq: number
  /** When it was appended, UTC milliseconds. */
  readonly at: number
  readonly occurrence: Occurrence
}

/** An entry that a consumer could not handle, kept with the reason so that it can be driven again. */
export interface DeadLetter {
  readonly consumer: string
  readonly entry: LogEntry
  readonly reason: string
}

export type AppendListener = (types: readonly Occurrence['type'][]) => void

/**
 * The log of what happened. Appending is not here: entries are appended by the store in the commit of the rows that they
 * tell of (DESIGN decision 3).
 */
export interface Log {
  /** Entries after a position, oldest first: all, or those of some types. */
  read(afterSeq: number, limit: number, types?: readonly Occurrence['type'][]): Promise<readonly LogEntry[]>
  /** The last position, 0 where the log is empty. */
  last(): Promise<number>
  /**
   * How far a consumer has come, 0 at first: what it reads is handled up to here. It may stand before entries that it
   * does not read.
   */
  position(consumer: string): Promise<number>
  /** Moves a consumer on. Durable when the promise resolves; a position never moves back. */
  commit(consumer: string, seq: number): Promise<void>
  /** Puts an entry aside and moves the consumer past it, in one commit. */
  park(consumer: string, entry: LogEntry, reason: string): Promise<void>
  deadLetters(consumer: string): Promise<readonly DeadLetter[]>
  /** Calls back after commits that appended, with the type of each entry. Returns a function that ends this. */
  onAppend(listener: AppendListener): () => void
}
