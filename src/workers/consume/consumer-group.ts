/** Groups of consumers, as they are written down: which events, and what is done with each. */
import type { PayloadInput, Payload, PublicEvent } from '../../public-events/kernel/public-event.ts'
import type { EventMetadata } from '../../public-events/kernel/metadata.ts'
import { WEBHOOK_GROUPS } from '../../ports/webhooks.ts'
import type { RetryRule } from './subscriber.ts'

/** What a handler is told beside the payload. */
export interface Delivered {
  readonly metadata: EventMetadata
  readonly topic: string
  readonly key: string
  /** Position in the log of events. */
  readonly position: number
  /** Aborted when the process is to stop. */
  readonly signal: AbortSignal
}

/** What a handler may do in the commit that notes that the event was handled. */
export interface Commit {
  /**
   * Emits an event that follows from this one: it has this one's id as `causationid`, and its trace.
   * @throws PayloadError, EventTooLarge
   */
  emit<E extends PublicEvent>(event: E, payload: PayloadInput<E>, about?: Following): void
  /** What the group kept under a name; undefined: nothing. */
  kept(name: string): unknown
  /** Keeps a value that JSON can hold under a name of the group's own; undefined removes it. */
  keep(name: string, value: unknown): void
}

/** What is known of an event that is emitted. */
export interface Following {
  /** When it happened; now, where it is left out. */
  readonly time?: Temporal.Instant
  /**
   * UUID, where the occurrence has one of its own for ever. Left out, it follows from the event that this one follows
   * from: when that is handled again, this has the same id again.
   */
  readonly id?: string
}

/** Work outside the store. It may be done again, if the process ends before that is noted: the id is the same then. */
export type Handle<E extends PublicEvent> = (payload: Payload<E>, delivered: Delivered) => Promise<void> | void
/** Work in the commit: done once in effect, whatever happens. It may run twice before the commit holds. */
export type Apply<E extends PublicEvent> = (commit: Commit, payload: Payload<E>, delivered: Delivered) => void

/** One event of a group, with what is done; the payload is of that event, which the compiler saw to. */
export interface Handler {
  readonly event: PublicEvent
  readonly handle: Handle<PublicEvent> | undefined
  readonly apply: Apply<PublicEvent> | undefined
}

export interface GroupOptions {
  /** Unique within the installation; its position is kept under this name. */
  readonly name: string
  /** What it is for, for the documents. */
  readonly description?: string
  /** Topics to read; where they are left out, those of the events that it handles. */
  readonly topics?: readonly string[]
  /** What to do with an event of a type that it does not handle. Default: skip it. */
  readonly onUnknownType?: 'skip' | 'stop'
  /** Where a group that is new begins. Default: with what the log still holds. */
  readonly from?: 'earliest' | 'latest'
  /** Default: the settings of the installation. */
  readonly retry?: Partial<RetryRule>
  /** Keys that are handled at the same time, where there is work outside the store. Default 8. */
  readonly concurrency?: number
  /** What happens to what follows a dead letter with the same key. Default: it waits. */
  readonly afterDead?: 'park' | 'go-on'
}

/**
 * A group of consumers: each event is handled once in effect, in the order of its key.
 *
 *   consumerGroup({ name: 'badges' })
 *     .apply(CollectionCompleted, (commit, { completion }) => …)    in the commit
 *     .on(EnrolmentCreated, async ({ enrolment }, { metadata }) => …)  outside of it
 */
export function consumerGroup(options: GroupOptions): ConsumerGroup {
  return new ConsumerGroup(options)
}

const NAME = /^[a-z][a-z\d._:-]{0,99}$/

export class ConsumerGroup {
  readonly options: GroupOptions
  readonly #handlers = new Map<string, Handler>()

  /** @throws TypeError where the name is none, or one that a webhook could have */
  constructor(options: GroupOptions) {
    if (!NAME.test(options.name)) {
      throw new TypeError(`group ${options.name}: a name of lower-case letters, digits, . _ : - is wanted`)
    }
    if (options.name.startsWith(WEBHOOK_GROUPS)) {
      throw new TypeError(`group ${options.name}: names that begin with ${WEBHOOK_GROUPS} are those of webhooks`)
    }
    this.options = options
  }

  get name(): string {
    return this.options.name
  }

  get handlers(): ReadonlyMap<string, Handler> {
    return this.#handlers
  }

  /** Has work done outside the store for each event of a type. */
  on<E extends PublicEvent>(event: E, handle: Handle<E>): this {
    // A handler is only ever given payloads of its own event.
    return this.#add(event, { handle: handle as Handle<PublicEvent>, apply: undefined })
  }

  /** Has work done for each event of a type in the commit which notes that it was handled. */
  apply<E extends PublicEvent>(event: E, apply: Apply<E>): this {
    return this.#add(event, { handle: undefined, apply: apply as Apply<PublicEvent> })
  }

  #add(event: PublicEvent, work: Pick<Handler, 'handle' | 'apply'>): this {
    if (this.#handlers.has(event.type)) throw new TypeError(`group ${this.name} handles ${event.type} already`)
    this.#handlers.set(event.type, { event, ...work })
    return this
  }
}
