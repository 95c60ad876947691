/** One public event on a topic: what is the same on every transport. */
export interface PublishedEvent {
  readonly topic: string
  /** Partition key: events of one key stay in order. */
  readonly key: string
  readonly type: string
  /** The minor whose schema the body was written by. */
  readonly minor: number
  /** UUID, lower case. The same event on two topics has one id. */
  readonly id: string
  /** When it happened, microseconds since 1970, UTC. */
  readonly timeUs: number
  /** Attributes of CloudEvents beyond these: traceparent, correlationid, causationid. */
  readonly extensions: Readonly<Record<string, string>> | undefined
  /** The payload in Avro, without a frame. */
  readonly body: Uint8Array
}

export interface LoggedEvent extends PublishedEvent {
  /** Position: grows in the order of the log, without being dense. */
  readonly seq: number
  /** When it was appended, UTC milliseconds; never less than that of the event before. */
  readonly at: number
}

/** The log that consumers of public events read: all topics in one order. */
export interface EventLog {
  /**
   * Appends in one commit, which also moves the one who read the outbox: what is appended is appended once.
   * @param read how far the outbox was read for this, and by which of its consumers
   */
  append(events: readonly PublishedEvent[], read?: { readonly consumer: string; readonly seq: number }): Promise<void>
  /** Events of these topics after a position, oldest first; without topics, all. */
  read(afterSeq: number, limit: number, topics?: readonly string[]): Promise<readonly LoggedEvent[]>
  /** How many there are, counted up to `limit`. */
  count(afterSeq: number, limit: number, topics?: readonly string[]): Promise<number>
  /** One event; undefined where there is none, or no more. */
  get(seq: number): Promise<LoggedEvent | undefined>
  /** The last position, 0 where nothing was ever appended. */
  last(): Promise<number>
  /** The position to read after for all events that were appended at this time (UTC milliseconds) or later. */
  positionBefore(atMs: number): Promise<number>
  /** Removes events appended before a time, at most so many, but none that a group still holds. Answers how many. */
  prune(beforeMs: number, limit: number): Promise<number>
  /** Calls back after commits that appended. Returns a function that ends this. */
  onAppend(listener: () => void): () => void
}
