/** Receivers in the process that emits: in the commit of what they are told of, or after it. */
import { WaymarkError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { LogEntry } from '../../ports/log.ts'
import type { TakesPartIn } from '../../ports/store.ts'
import { makePayload } from '../../public-events/kernel/define.ts'
import type { EventMetadata } from '../../public-events/kernel/metadata.ts'
import type { Payload, PublicEvent } from '../../public-events/kernel/public-event.ts'
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import { metadataOf, type MadeEvent, type Sender } from '../publish/made-event.ts'
import { progressEvents, PROGRESS_EVENTS } from '../publish/progress-events.ts'
import { consumerGroup, type Commit, type ConsumerGroup, type Handle } from './consumer-group.ts'
import { commitOf, inCommit } from './group-subscriber.ts'
import type { EventReader } from './reader.ts'

/** Called in the commit. It may be called twice for one event, where the first commit did not hold. */
type Receive<E extends PublicEvent> = (commit: Commit, payload: Payload<E>, metadata: EventMetadata) => void

export interface Receiver {
  readonly id: string
  readonly event: PublicEvent
  readonly receive: Receive<PublicEvent>
}

/** Says no to what a receiver is told of: it is rolled back, and whoever asked for it is told this sentence. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Refusal'
  }
}

/**
 * A receiver that takes part in the commit: what it emits and keeps is committed with what it is told of, and what it
 * throws rolls all of it back. It must be quick, because others wait for the commit.
 */
export function inTransaction<E extends PublicEvent>(id: string, event: E, receive: Receive<E>): Receiver {
  // A receiver is only ever given payloads of its own event.
  return { id, event, receive: receive as Receive<PublicEvent> }
}

/** A receiver that is called after the commit, with retries and dead letters of its own: a group of one handler. */
export function afterCommit<E extends PublicEvent>(id: string, event: E, handle: Handle<E>): ConsumerGroup {
  return consumerGroup({ name: `receiver:${id}`, from: 'latest' }).on(event, handle)
}

export interface ReceiverParts {
  readonly catalogue: Catalogue
  readonly reader: EventReader
  readonly sender: Sender
  readonly clock: Clock
}

/** What takes part in the commits of a store for these receivers; undefined where there are none. */
export function takingPart(receivers: readonly Receiver[], parts: ReceiverParts): TakesPartIn | undefined {
  if (receivers.length === 0) return undefined
  const byType = Map.groupBy(receivers, ({ event }) => event.type)
  const concerned = new Set(PROGRESS_EVENTS.filter(([event]) => byType.has(event.type)).map(([, type]) => type))
  return (entry, tx) => {
    if (entry.occurrence.type !== 'emitted' && !concerned.has(entry.occurrence.type)) return
    for (const made of eventsOf(entry, byType, parts)) {
      const metadata = metadataOf({ ...made, type: made.event.type, minor: made.event.minor }, parts.sender)
      for (const receiver of byType.get(made.event.type) ?? []) {
        const commit = commitOf(tx, `receiver:${receiver.id}`, metadata, parts.clock)
        call(receiver, () => receiver.receive(commit, made.payload, metadata))
      }
    }
  }
}

function eventsOf(
  entry: LogEntry,
  wanted: ReadonlyMap<string, unknown>,
  { catalogue, reader }: ReceiverParts,
): readonly MadeEvent[] {
  const { occurrence } = entry
  if (occurrence.type !== 'emitted') {
    const events = progressEvents(entry).filter(({ event }) => wanted.has(event.type))
    return events.map((made) => ({ ...made, payload: makePayload(made.event, made.payload) }))
  }
  const { event: type, minor, id, timeUs, extensions } = occurrence
  const event = catalogue.get(type)
  if (event === undefined || !wanted.has(type)) return []
  const payload = reader.read(event, { type, minor, body: new Uint8Array(Buffer.from(occurrence.body, 'base64')) })
  return [{ event, payload, id, timeUs, extensions }]
}

/** @throws WaymarkError RECEIVER_REFUSED, RECEIVER_FAILED */
function call({ id }: Receiver, receive: () => unknown): void {
  try {
    inCommit(`receiver ${id}`, receive)
  } catch (error) {
    if (error instanceof WaymarkError) throw error
    if (error instanceof Refusal) throw new WaymarkError('RECEIVER_REFUSED', { text: error.message, cause: error })
    throw new WaymarkError('RECEIVER_FAILED', { cause: new Error(`receiver ${id} failed`, { cause: error }) })
  }
}
