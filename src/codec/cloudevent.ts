/**
 * The wire profile `cloudevents` (CloudEvents 1.0): every attribute and extension under its own name.
 *
 *   binary, Kafka   headers `ce_NAME`, UTF-8; `content-type`; body as it is
 *   binary, HTTP    headers `ce-NAME`, percent-encoded; `content-type`; body as it is
 *   structured      one JSON object with the attributes and `data`, or `data_base64`
 */
import type { EventMetadata, Extensions } from '../public-events/kernel/metadata.ts'
import {
  attributeText,
  HeaderError,
  headersByName,
  readAttributes,
  type Attribute,
  type Defaults,
  type Header,
  type ReadMetadata,
  type TextHeader,
} from './event-headers.ts'

export type Binding = 'kafka' | 'http'

/** What was read, with the type of the body. */
export interface ReadCloudEvent extends ReadMetadata {
  readonly contentType: string
}

export const SPEC_VERSION = '1.0'
const PREFIX: Readonly<Record<Binding, string>> = { kafka: 'ce_', http: 'ce-' }
const TEXT_EXTENSIONS = [
  'traceparent',
  'tracestate',
  'correlationid',
  'causationid',
  'partitionkey',
  'dataschema',
] as const
/** W3C Trace Context: version, trace, parent, flags. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-.*)?$/

/** The headers of a message in binary mode. The body is the payload, of that content type. */
export function cloudEventHeaders(
  metadata: EventMetadata,
  contentType: string,
  binding: Binding,
): readonly TextHeader[] {
  const attributes = Object.entries({
    specversion: SPEC_VERSION,
    ...attributeText(metadata),
    ...extensionText(metadata),
  })
  const encode = binding === 'http' ? percentEncode : asIs
  return [
    ...attributes.map(([name, value]) => [PREFIX[binding] + name, encode(value)] as const),
    ['content-type', contentType],
  ]
}

/**
 * Reads headers of binary mode. Names are compared without case, as HTTP wants it.
 * @throws HeaderError where type or id is missing, a header stands twice, or the version is another than 1.x
 */
export function readCloudEventHeaders(headers: Iterable<Header>, binding: Binding, defaults: Defaults): ReadCloudEvent {
  const prefix = PREFIX[binding]
  const lower = [...headers].map(([name, value]): Header => [name.toLowerCase(), value])
  const found = headersByName(lower, (name) => name.startsWith(prefix) || name === 'content-type')
  const decode = binding === 'http' ? percentDecode : asIs
  const given = (name: string): string | undefined => {
    const value = found.get(prefix + name)
    return value === undefined ? undefined : decode(value)
  }
  return { ...readAny(given, (name) => prefix + name, defaults), contentType: found.get('content-type') ?? '' }
}

/** Metadata with its extensions; `nameOf` is what a message calls an attribute. */
export function readAny(
  given: (name: string) => string | undefined,
  nameOf: (name: string) => string,
  defaults: Defaults,
): ReadMetadata {
  const version = given('specversion')
  if (version === undefined || !/^1\.\d+$/.test(version)) throw new HeaderError(`${nameOf('specversion')} must be 1.0`)
  const { metadata, warnings } = readAttributes((name: Attribute) => given(name), nameOf, defaults)
  const extensions = readExtensions(given)
  return { metadata: Object.keys(extensions).length === 0 ? metadata : { ...metadata, extensions }, warnings }
}

/** The extensions that an event has, as text. */
export function extensionText({ extensions = {} }: EventMetadata): Readonly<Record<string, string>> {
  const entries = Object.entries(extensions).map(([name, value]) => [name, String(value)] as const)
  return Object.fromEntries(entries)
}

function readExtensions(given: (name: string) => string | undefined): Extensions {
  const read: Record<string, string> = {}
  for (const name of TEXT_EXTENSIONS) {
    const value = given(name)
    if (value !== undefined) read[name] = value
  }
  // A receiver begins a trace of its own where it is given none that makes sense (W3C Trace Context, 4.3).
  if (!TRACEPARENT.test(read['traceparent'] ?? '')) {
    delete read['traceparent']
    delete read['tracestate']
  }
  const deprecated = given('deprecated')
  return deprecated === undefined ? read : { ...read, deprecated: deprecated === 'true' }
}

function asIs(value: string): string {
  return value
}

/** CloudEvents over HTTP, 3.1.3.2: all but visible ASCII, and of that `"` and `%`. */
function percentEncode(value: string): string {
  return value.replace(/[^\u0021-\u007e]|["%]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}

/** What is no escape stands for itself. */
function percentDecode(value: string): string {
  return value.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}
