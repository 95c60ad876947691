import { instantOf } from '../../codec/emission.ts'
import type { EventMetadata } from '../../public-events/kernel/metadata.ts'
import type { Payload, PublicEvent } from '../../public-events/kernel/public-event.ts'

/** A public event with its payload, as it is made of what the outbox holds. */
export interface MadeEvent {
  readonly event: PublicEvent
  readonly payload: unknown
  readonly id: string
  /** When it happened, microseconds since 1970, UTC. */
  readonly timeUs: number
  readonly extensions?: Readonly<Record<string, string>> | undefined
}

/** An event and a payload of that event's own; the compiler holds one to the other. */
export function made<E extends PublicEvent>(
  event: E,
  payload: Payload<E>,
  about: Pick<MadeEvent, 'id' | 'timeUs' | 'extensions'>,
): MadeEvent {
  return { event, payload, ...about }
}

/** Who sends: what the metadata of all events of this process have in common. */
export interface Sender {
  /** Service, as a path: `/waymark/learning/server`. */
  readonly source: string
  readonly sourceHost: string
  /** Version of the program that defines the events. */
  readonly sourceLib: string
}

/** What travels beside a payload. */
export function metadataOf(
  {
    type,
    minor,
    id,
    timeUs,
    extensions,
  }: Pick<MadeEvent, 'id' | 'timeUs' | 'extensions'> & {
    readonly type: string
    readonly minor: number
  },
  sender: Sender,
): EventMetadata {
  return { type, minor, id, ...sender, time: instantOf(timeUs), ...(extensions === undefined ? {} : { extensions }) }
}
