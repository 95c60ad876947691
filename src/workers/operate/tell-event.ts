/** Shows events to people: as CloudEvents, or as the job requests that they are on their topic, without what names a person unless that was asked for. */
import { structuredEvent, type Data } from '../../codec/cloudevent-json.ts'
import { syncRequestOf } from '../../codec/sync-request-event.ts'
import type { LoggedEvent } from '../../ports/event-log.ts'
import type { LogEntry } from '../../ports/log.ts'
import type { ToldEvent } from '../../ports/operations.ts'
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import { keyOf } from '../../public-events/kernel/definition-problems.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import { redact, type Pseudonym } from '../../public-events/kernel/redact.ts'
import { writeJson } from '../../public-events/kernel/write-json.ts'
import type { EventReader } from '../consume/reader.ts'
import { metadataOf, type Sender } from '../publish/made-event.ts'

export interface TellingParts {
  readonly catalogue: Catalogue
  readonly reader: EventReader
  readonly sender: Sender
  readonly pseudonym: Pseudonym
}

type Event = Pick<LoggedEvent, 'key' | 'type' | 'minor' | 'id' | 'timeUs' | 'extensions' | 'body'> & {
  /** Undefined where it is on none yet. */
  readonly topic?: string
}

/** An event whose payload cannot be read is told without it; the bytes are told where personal data may be. */
export function tellEvent(event: Event, parts: TellingParts, personal: boolean): ToldEvent {
  const read = readEvent(event, parts)
  const metadata = metadataOf(event, parts.sender)
  if ('problem' in read) {
    const bytes: Data = { bytes: event.body, contentType: 'application/avro' }
    const key = personal ? event.key : parts.pseudonym(event.key)
    return { key, event: structuredEvent(metadata, personal ? bytes : undefined), problem: read.problem }
  }
  const { definition, payload } = read
  const shown = personal ? payload : redact(definition.root, payload, parts.pseudonym)
  const key = personal ? event.key : shownKey(event.key, definition, payload, shown, parts.pseudonym)
  const job = syncRequestOf(event, shown)
  if (job !== undefined) return { key, event: job, problem: undefined }
  const data: Data = { json: writeJson(definition.root, shown) }
  return { key, event: structuredEvent(metadata, data), problem: undefined }
}

function readEvent(
  event: Event,
  { catalogue, reader }: TellingParts,
): { readonly definition: PublicEvent; readonly payload: unknown } | { readonly problem: string } {
  const definition = catalogue.get(event.type)
  if (definition === undefined) return { problem: `${event.type} is no event of this installation` }
  try {
    return { definition, payload: reader.read(definition, event) }
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error))
    return { problem: cause instanceof Error ? `${message}: ${cause.message}` : message }
  }
}

/** The partition key as the shown payload has it. A topic may have a key of its own: whether that names a person is not known. */
function shownKey(
  key: string,
  definition: PublicEvent,
  payload: unknown,
  shown: unknown,
  pseudonym: Pseudonym,
): string {
  return keyOf(definition, payload) === key ? keyOf(definition, shown) : pseudonym(key)
}

/** What an entry of the outbox says: a public event that it carries, or the rest as it is. */
export function tellEntry(
  { occurrence }: LogEntry,
  parts: TellingParts,
  personal: boolean,
): { readonly told: ToldEvent } | { readonly entry: Readonly<Record<string, unknown>> } {
  if (occurrence.type === 'emitted') {
    const { event: type, body, extensions, ...rest } = occurrence
    const bytes = new Uint8Array(Buffer.from(body, 'base64'))
    return { told: tellEvent({ ...rest, type, extensions, body: bytes }, parts, personal) }
  }
  if (personal) return { entry: { ...occurrence } }
  if (occurrence.type === 'unreadable') return { entry: { type: occurrence.type, reason: occurrence.reason } }
  if (!('userId' in occurrence)) return { entry: { ...occurrence } }
  const userId = parts.pseudonym(occurrence.userId)
  if (!('fromUserId' in occurrence)) return { entry: { ...occurrence, userId } }
  return { entry: { ...occurrence, userId, fromUserId: parts.pseudonym(occurrence.fromUserId) } }
}
