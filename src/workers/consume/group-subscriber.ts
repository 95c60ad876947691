/** A group as the runner drives it. */
import { emission } from '../../codec/emission.ts'
import { eventId } from '../../codec/event-id.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transaction } from '../../ports/deliveries.ts'
import type { LoggedEvent } from '../../ports/event-log.ts'
import type { EventMetadata } from '../../public-events/kernel/metadata.ts'
import { metadataOf, type Sender } from '../publish/made-event.ts'
import type { Routes } from '../publish/routes.ts'
import type { Commit, ConsumerGroup, Delivered, Handler } from './consumer-group.ts'
import type { EventReader } from './reader.ts'
import type { RetryRule, Subscriber } from './subscriber.ts'

export interface GroupParts {
  readonly reader: EventReader
  readonly routes: Routes
  readonly sender: Sender
  readonly clock: Clock
  /** What groups do that say nothing else. */
  readonly retry: RetryRule
}

const CONCURRENCY = 8

export function groupSubscriber(group: ConsumerGroup, parts: GroupParts): Subscriber {
  const { name, options, handlers } = group
  const deliverable = new Set([...handlers].filter(([, { handle }]) => handle !== undefined).map(([type]) => type))
  const unknown = options.onUnknownType ?? 'skip'
  const read = (handler: Handler, event: LoggedEvent): unknown => parts.reader.read(handler.event, event)
  return {
    name,
    topics: topicsOf(group, parts.routes),
    from: options.from ?? 'earliest',
    retry: { ...parts.retry, ...options.retry },
    concurrency: options.concurrency ?? CONCURRENCY,
    afterDead: options.afterDead ?? 'park',
    accepts: ({ type }) => (handlers.has(type) ? 'deliver' : unknown),
    deliver:
      deliverable.size === 0
        ? undefined
        : async (event, signal) => {
            const handler = handlers.get(event.type)
            if (handler?.handle === undefined) return
            await handler.handle(read(handler, event), deliveredOf(event, parts.sender, signal))
          },
    apply: (event, tx) => {
      const handler = handlers.get(event.type)
      if (handler?.apply === undefined) return
      const delivered = deliveredOf(event, parts.sender, NEVER)
      const commit = commitOf(tx, name, delivered.metadata, parts.clock)
      const { apply } = handler
      inCommit(`group ${name}`, () => apply(commit, read(handler, event), delivered))
    },
  }
}

/** A commit is not interrupted. */
const NEVER = new AbortController().signal

/** The topics that a group reads: those that it names, or all that its events go to as they were written. */
function topicsOf({ options, handlers }: ConsumerGroup, routes: Routes): readonly string[] {
  if (options.topics !== undefined) return options.topics
  const topics = [...handlers.values()].flatMap(({ event }) => {
    const published = (routes.get(event.type) ?? []).filter(({ redacted }) => !redacted).map(({ topic }) => topic)
    // One of several is enough: the same event stands on each.
    const own = event.topics.find((topic) => published.includes(topic))
    return own ?? published[0] ?? event.topics.slice(0, 1)
  })
  return [...new Set(topics)]
}

function deliveredOf(event: LoggedEvent, sender: Sender, signal: AbortSignal): Delivered {
  return { metadata: metadataOf(event, sender), topic: event.topic, key: event.key, position: event.seq, signal }
}

/**
 * Does work in a commit, which does not wait: what an asynchronous function does later would not be in it.
 * @throws TypeError where the work is asynchronous; whatever it throws
 */
export function inCommit<T>(who: string, work: () => T): T {
  const result = work()
  if (!(result instanceof Promise)) return result
  // It is refused whatever becomes of it.
  result.catch(() => undefined)
  throw new TypeError(`${who}: what is done in the commit may not be asynchronous`)
}

/** What a handler may do in the commit, in the name of its group. */
export function commitOf(tx: Transaction, group: string, cause: EventMetadata, clock: Clock): Commit {
  const own = (name: string): string => `${group}/${name}`
  let emitted = 0
  return {
    emit: (event, payload, { time, id } = {}) => {
      const extensions = followingExtensions(cause)
      tx.emit(
        emission(event, payload, {
          time: time ?? Temporal.Instant.fromEpochMilliseconds(clock.nowMs()),
          extensions,
          // What follows from one event is told once: done again, it has the same id.
          id: id ?? eventId('following', cause.id, group, event.type, (emitted += 1)),
        }),
      )
    },
    kept: (name) => tx.kept(own(name)),
    keep: (name, value) => {
      tx.keep(own(name), value)
    },
  }
}

/** What an event has of the one that it follows from: its id as the cause, the request that all of it began with, the trace. */
function followingExtensions({ id, extensions = {} }: EventMetadata): Readonly<Record<string, string>> {
  const { traceparent, tracestate, correlationid } = extensions
  return {
    causationid: id,
    correlationid: correlationid ?? id,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  }
}
