import type { Transaction } from '../../ports/deliveries.ts'
import type { LoggedEvent } from '../../ports/event-log.ts'

/** How often an event is tried, and how long is waited in between. */
export interface RetryRule {
  /** Failures before it is a dead letter. */
  readonly max: number
  /** The first wait; each is twice the one before. */
  readonly firstMs: number
  readonly mostMs: number
}

/** What a group reads, and what it does with it. */
export interface Subscriber {
  /** Name of the group: its position and inbox are kept under it. */
  readonly name: string
  readonly topics: readonly string[]
  /** Where a group that is new begins: with what is kept of the past, or with what comes from now on. */
  readonly from: 'earliest' | 'latest'
  readonly retry: RetryRule
  /** Keys that are worked on at the same time. */
  readonly concurrency: number
  /** Whether what follows a dead letter with the same key waits until it was driven again or dropped, or goes on. */
  readonly afterDead: 'park' | 'go-on'
  /** Whether an event is delivered; `stop` pauses the group before it. */
  accepts(event: LoggedEvent): 'deliver' | 'skip' | 'stop'
  /**
   * The work on one event, done before it is noted as handled; undefined where all of it is in the commit. Where the
   * process ends in between it is done again, so it must bear that: the event's id is the same then.
   * @throws Unreadable where no further try would help; TryLater where an early one would not
   */
  readonly deliver: ((event: LoggedEvent, signal: AbortSignal) => Promise<void>) | undefined
  /** The part of the work that is in the commit which notes that the event was handled. It may run twice before that. */
  apply(event: LoggedEvent, tx: Transaction): void
}

/** The other side asked to be left alone for a while: the next try is no earlier than that. */
export class TryLater extends Error {
  readonly afterMs: number

  constructor(message: string, afterMs: number) {
    super(message)
    this.name = 'TryLater'
    this.afterMs = afterMs
  }
}

/** An event that cannot be read: a dead letter at once. */
export class Unreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Unreadable'
  }
}
