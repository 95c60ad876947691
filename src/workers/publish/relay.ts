/** Takes what the outbox holds to the log of public events. */
import { avroDecoder } from '../../codec/avro-decode.ts'
import { encodeBody } from '../../codec/emission.ts'
import type { Emission } from '../../domain/emission.ts'
import type { EventLog, PublishedEvent } from '../../ports/event-log.ts'
import type { LogEntry } from '../../ports/log.ts'
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import { valueAt } from '../../public-events/kernel/definition-problems.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import { redact, type Pseudonym } from '../../public-events/kernel/redact.ts'
import type { RecordType } from '../../public-events/kernel/shape.ts'
import type { Consumer } from '../consumer.ts'
import type { MadeEvent } from './made-event.ts'
import { progressEvents, TOLD_TYPES } from './progress-events.ts'
import type { Routes, TopicRoute } from './routes.ts'

export interface RelayOptions {
  readonly catalogue: Catalogue
  readonly routes: Routes
  readonly pseudonym: Pseudonym
  /** The schema that an older minor was written by; undefined where it is not known. */
  readonly writerOf: (type: string, minor: number) => RecordType | undefined
  /** Most entries of the outbox whose events are appended in one commit: requests have their turn in between. */
  readonly commitMax: number
  /** So long after something happened it waits for more, so that fewer commits are needed. */
  readonly lingerMs: number
}

export const RELAY = { name: 'relay', types: TOLD_TYPES } as const

/**
 * Appends the public events of what the outbox holds, in its order. Events and position are one commit: an event that
 * was committed with its rows is appended once, however often the process ends in between.
 */
export function relay(log: EventLog, options: RelayOptions): Consumer {
  return {
    ...RELAY,
    lingerMs: options.lingerMs,
    handle: async (entries, stopping) => {
      for (let done = 0; done < entries.length && !stopping.aborted; done += options.commitMax) {
        const page = entries.slice(done, done + options.commitMax)
        const last = page.at(-1)
        if (last === undefined) return
        const events = page.flatMap((entry) => publishedEvents(entry, options))
        await log.append(events, { consumer: RELAY.name, seq: last.seq })
      }
    },
  }
}

/** The events of one entry, one for each topic. @throws Error where the event is not known here */
export function publishedEvents(entry: LogEntry, options: RelayOptions): readonly PublishedEvent[] {
  const { occurrence } = entry
  if (occurrence.type === 'emitted') return emittedEvents(occurrence, options)
  return progressEvents(entry).flatMap((made) => madeEvents(made, options))
}

function madeEvents(made: MadeEvent, { routes, pseudonym }: RelayOptions): readonly PublishedEvent[] {
  const { event, payload, id, timeUs, extensions } = made
  const about = { type: event.type, minor: event.minor, id, timeUs, extensions }
  let plain: Uint8Array | undefined
  return (routes.get(event.type) ?? []).map(({ topic, key, redacted }) => {
    const told = redacted ? redact(event.root, payload, pseudonym) : payload
    const body = redacted ? encodeBody(event, told) : (plain ??= encodeBody(event, payload))
    return { ...about, topic, key: String(valueAt(told, key)), body }
  })
}

/** An emission travels as it was written, unless a topic wants it otherwise: then it is read first. */
function emittedEvents(emission: Emission, options: RelayOptions): readonly PublishedEvent[] {
  const { event: type, minor, id, timeUs, extensions } = emission
  const event = options.catalogue.get(type)
  if (event === undefined) throw new Error(`${type} is no event of this installation: is a plugin missing?`)
  const topics = options.routes.get(type) ?? []
  const asWritten = topics.filter((route) => isAsWritten(route, event))
  const body = new Uint8Array(Buffer.from(emission.body, 'base64'))
  const plain = asWritten.map(({ topic }) => ({ topic, key: emission.key, type, minor, id, timeUs, extensions, body }))
  if (plain.length === topics.length) return plain
  const others = new Map([[type, topics.filter((route) => !asWritten.includes(route))]])
  const writer = minor === event.minor ? event.root : options.writerOf(type, minor)
  if (writer === undefined) throw new Error(`${type} has no minor ${String(minor)} that is known here`)
  const payload = avroDecoder(writer, event.root)(body)
  return [...plain, ...madeEvents({ event, payload, id, timeUs, extensions }, { ...options, routes: others })]
}

function isAsWritten({ key, redacted }: TopicRoute, event: PublicEvent): boolean {
  return !redacted && key === event.key
}
