/** CloudEvents 1.0 in structured mode: one JSON object, for webhooks and files. */
import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import { readAny, SPEC_VERSION, type ReadCloudEvent } from './cloudevent.ts'
import { attributeText, HeaderError, type Defaults } from './event-headers.ts'

/** Media type of what is written here. */
export const STRUCTURED_CONTENT_TYPE = 'application/cloudevents+json; charset=UTF-8'
const JSON_CONTENT_TYPE = 'application/json'

/** A payload as JSON, or as the bytes of another type. */
export type Data = { readonly json: unknown } | { readonly bytes: Uint8Array; readonly contentType: string }

export interface ReadStructured extends ReadCloudEvent {
  readonly data: Data
}

/** The JSON text of an event. Numbers and booleans among the attributes are such in JSON too. */
export function writeStructured(metadata: EventMetadata, data: Data): string {
  return JSON.stringify(structuredEvent(metadata, data))
}

/** An event as the object that its JSON text stands for; without data where they are not to be told. */
export function structuredEvent(metadata: EventMetadata, data: Data | undefined): Readonly<Record<string, unknown>> {
  return {
    specversion: SPEC_VERSION,
    ...attributeText(metadata),
    minorversion: metadata.minor,
    ...metadata.extensions,
    ...(data === undefined ? {} : dataMembers(data)),
  }
}

function dataMembers(data: Data): Readonly<Record<string, unknown>> {
  return 'json' in data
    ? { datacontenttype: JSON_CONTENT_TYPE, data: data.json }
    : { datacontenttype: data.contentType, data_base64: Buffer.from(data.bytes).toString('base64') }
}

/**
 * Reads the JSON text of an event.
 * @throws HeaderError where it is none, or lacks type or id
 */
export function readStructured(text: string, defaults: Defaults): ReadStructured {
  const event = parse(text)
  const given = (name: string): string | undefined => {
    const value = event.get(name)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw new HeaderError(`${name} must be text`)
  }
  const contentType = given('datacontenttype') ?? JSON_CONTENT_TYPE
  return { ...readAny(given, (name) => name, defaults), contentType, data: readData(event, contentType) }
}

function readData(event: ReadonlyMap<string, unknown>, contentType: string): Data {
  const base64 = event.get('data_base64')
  if (base64 === undefined) return { json: event.get('data') }
  if (event.has('data')) throw new HeaderError('data and data_base64 exclude each other')
  try {
    if (typeof base64 === 'string') return { bytes: Uint8Array.fromBase64(base64), contentType }
  } catch {
    // Answered below, like what is no text.
  }
  throw new HeaderError('data_base64 must be base64')
}

function parse(text: string): ReadonlyMap<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return new Map(Object.entries(parsed))
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new HeaderError('a CloudEvent is a JSON object')
}
