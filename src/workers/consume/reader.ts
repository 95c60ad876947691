import { avroDecoder } from '../../codec/avro-decode.ts'
import type { LoggedEvent } from '../../ports/event-log.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import type { RecordType } from '../../public-events/kernel/shape.ts'
import { Unreadable } from './subscriber.ts'

/** The schema that a minor of an event was written by; undefined where it is not known. */
export type WriterOf = (type: string, minor: number) => RecordType | undefined

/**
 * Reads bodies by the schema of their writer, as the reader's definition sees them: an older minor leaves null what it
 * did not know, and of a newer one is passed over what is new.
 */
export class EventReader {
  readonly #writerOf: WriterOf
  /** By reader and minor of the writer. */
  readonly #decoders = new Map<PublicEvent, Map<number, (bytes: Uint8Array) => unknown>>()

  constructor(writerOf: WriterOf) {
    this.#writerOf = writerOf
  }

  /** @throws Unreadable */
  read(event: PublicEvent, { type, minor, body }: Pick<LoggedEvent, 'type' | 'minor' | 'body'>): unknown {
    try {
      return this.#decoder(event, type, minor)(body)
    } catch (error) {
      throw new Unreadable(`${type} cannot be read`, { cause: error })
    }
  }

  #decoder(event: PublicEvent, type: string, minor: number): (bytes: Uint8Array) => unknown {
    const known = this.#decoders.get(event)?.get(minor)
    if (known !== undefined) return known
    const writer = minor === event.minor ? event.root : this.#writerOf(type, minor)
    if (writer === undefined) throw new Error(`the schema of its minor ${String(minor)} is not known here`)
    const decoder = avroDecoder(writer, event.root)
    const decoders = this.#decoders.get(event) ?? new Map<number, (bytes: Uint8Array) => unknown>()
    this.#decoders.set(event, decoders.set(minor, decoder))
    return decoder
  }
}
