import { cloudEventHeaders } from '../../codec/cloudevent.ts'
import { STRUCTURED_CONTENT_TYPE, writeStructured } from '../../codec/cloudevent-json.ts'
import type { LoggedEvent } from '../../ports/event-log.ts'
import type { Webhook } from '../../ports/webhooks.ts'
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import type { EventMetadata } from '../../public-events/kernel/metadata.ts'
import { redact, type Pseudonym } from '../../public-events/kernel/redact.ts'
import { writeJson } from '../../public-events/kernel/write-json.ts'
import type { EventReader } from '../consume/reader.ts'
import { Unreadable } from '../consume/subscriber.ts'
import { metadataOf, type Sender } from '../publish/made-event.ts'

/** What is sent of an event, before it is signed. */
export interface Message {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface MessageParts {
  readonly catalogue: Catalogue
  readonly reader: EventReader
  readonly sender: Sender
  readonly pseudonym: Pseudonym
}

const JSON_CONTENT_TYPE = 'application/json'

/**
 * An event as a CloudEvent with its payload in JSON.
 * @param plain whether it stands in the log as it was written, so that it can still be redacted
 * @throws Unreadable
 */
export function eventMessage(
  event: LoggedEvent,
  { format, redacted }: Pick<Webhook, 'format' | 'redacted'>,
  plain: boolean,
  { catalogue, reader, sender, pseudonym }: MessageParts,
): Message {
  const known = catalogue.get(event.type)
  if (known === undefined) throw new Unreadable(`${event.type} is no event of this installation: is a plugin missing?`)
  const payload = reader.read(known, event)
  const told = redacted && plain ? redact(known.root, payload, pseudonym) : payload
  return cloudEventMessage(metadataOf(event, sender), writeJson(known.root, told), format)
}

/** Type of the event that tests of a webhook send. It stands in no catalogue and on no topic. */
export const TEST_TYPE = 'org.waymark.webhook.test.v1'

/** What a test sends: an event like any other, but of nothing. */
export function testMessage(webhook: Webhook, id: string, nowMs: number, sender: Sender): Message {
  const metadata = metadataOf({ type: TEST_TYPE, minor: 0, id, timeUs: nowMs * 1000, extensions: undefined }, sender)
  return cloudEventMessage(metadata, { webhook: { id: webhook.id } }, webhook.format)
}

function cloudEventMessage(metadata: EventMetadata, json: unknown, format: Webhook['format']): Message {
  const { id } = metadata
  if (format === 'structured') {
    return { id, headers: { 'content-type': STRUCTURED_CONTENT_TYPE }, body: writeStructured(metadata, { json }) }
  }
  const headers = Object.fromEntries(cloudEventHeaders(metadata, JSON_CONTENT_TYPE, 'http'))
  return { id, headers, body: JSON.stringify(json) }
}
