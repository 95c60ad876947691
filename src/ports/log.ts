import type { Occurrence } from '../domain/outbox.ts'

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

/** Which dead letters, by consumer and position. */
export interface DeadLetterQuery {
  /** Of this consumer alone; of all where it is left out. */
  readonly consumer?: string | undefined
  /** Those behind this one. */
  readonly after?: { readonly consumer: string; readonly seq: number } | undefined
  readonly limit: number
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
  /** How many entries of these types stand after a position, counted up to `limit`. */
  count(afterSeq: number, limit: number, types: readonly Occurrence['type'][]): Promise<number>
  /**
   * Moves a consumer on. Durable when the promise resolves; a position never moves back. An entry that is committed
   * after it was put aside, because it was driven again, is no dead letter any more: in the same commit.
   */
  commit(consumer: string, seq: number): Promise<void>
  /** Puts an entry aside and moves the consumer past it, in one commit. One that is put aside again has the new reason. */
  park(consumer: string, entry: LogEntry, reason: string): Promise<void>
  /** Dead letters by consumer and position. Each is read anew: what this version can read is no longer unreadable. */
  deadLetters(query: DeadLetterQuery): Promise<readonly DeadLetter[]>
  deadLetter(consumer: string, seq: number): Promise<DeadLetter | undefined>
  /** How many each consumer has; those that have none are left out. */
  deadLetterCounts(): Promise<ReadonlyMap<string, number>>
  /** Removes a dead letter that was handled at last, or is given up. Answers false where there is none. */
  resolve(consumer: string, seq: number): Promise<boolean>
  /** Calls back after commits that appended, with the type of each entry. Returns a function that ends this. */
  onAppend(listener: AppendListener): () => void
}
