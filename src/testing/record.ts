import type { Emission } from '../domain/emission.ts'
import type { PublishedEvent } from '../ports/event-log.ts'
import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import type { Payload, PublicEvent } from '../public-events/kernel/public-event.ts'
import { metadataOf } from '../workers/publish/made-event.ts'
import type { BusParts } from './bus-parts.ts'

/** An event that was emitted, and whose commit held. */
export interface Emitted<E extends PublicEvent = PublicEvent> {
  readonly payload: Payload<E>
  readonly metadata: EventMetadata
  /** Partition key: events of one key stay in order. */
  readonly key: string
}

/** An event as readers of a topic see it; redacted, where the route says so. */
export interface Published extends Emitted {
  readonly topic: string
}

const PAGE = 1_000

/** What was emitted and published so far, so that tests can look at it without waiting. */
export class BusRecord {
  readonly #parts: BusParts
  readonly #topics: readonly string[]
  readonly emitted: Emitted[] = []
  readonly published: Published[] = []
  #outboxThrough = 0
  #logThrough = 0

  constructor(parts: BusParts) {
    this.#parts = parts
    this.#topics = [...new Set([...parts.routes.values()].flat().map(({ topic }) => topic))]
  }

  /** Takes in what was committed since the last time. */
  async update(): Promise<void> {
    const { log, events } = this.#parts.store
    for (let page = await log.read(this.#outboxThrough, PAGE); page.length > 0;) {
      for (const { seq, occurrence } of page) {
        this.#outboxThrough = seq
        if (occurrence.type === 'emitted') this.emitted.push(...this.#emitted(occurrence))
      }
      page = await log.read(this.#outboxThrough, PAGE)
    }
    for (let page = await events.read(this.#logThrough, PAGE, this.#topics); page.length > 0;) {
      for (const event of page) {
        this.#logThrough = event.seq
        this.published.push(...this.#read(event).map((read) => ({ ...read, topic: event.topic })))
      }
      page = await events.read(this.#logThrough, PAGE, this.#topics)
    }
  }

  #emitted({ event: type, body, ...about }: Emission): readonly Emitted[] {
    return this.#read({
      ...about,
      type,
      extensions: about.extensions,
      body: new Uint8Array(Buffer.from(body, 'base64')),
    })
  }

  #read(event: Omit<PublishedEvent, 'topic'>): readonly Emitted[] {
    const definition = this.#parts.catalogue.get(event.type)
    // Whoever emitted it is told by the relay.
    if (definition === undefined) return []
    const payload = this.#parts.reader.read(definition, event)
    return [{ payload, metadata: metadataOf(event, this.#parts.sender), key: event.key }]
  }
}
