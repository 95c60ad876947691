/** Names and forms of metadata in headers. What two profiles share is here; each has its own file. */
import { instantText, readInstant } from '../public-events/kernel/instant-text.ts'
import type { EventMetadata } from '../public-events/kernel/metadata.ts'

/** A header as transports give it: a name may stand more than once. */
export type Header = readonly [name: string, value: string | Uint8Array]
/** A header as it is sent, UTF-8. */
export type TextHeader = readonly [name: string, value: string]

/** A message whose headers do not say what it is. */
export class HeaderError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'HeaderError'
  }
}

/** The attributes that every public event has, as text. */
export type Attribute = 'type' | 'id' | 'source' | 'time' | 'minorversion' | 'sourcehost' | 'sourcelib'

/** What stands for attributes that a message lacks. */
export interface Defaults {
  /** When the message was received. */
  readonly time: Temporal.Instant
}

/** Metadata that was read, and what had to be supplied. */
export interface ReadMetadata {
  readonly metadata: EventMetadata
  readonly warnings: readonly string[]
}

export function attributeText(metadata: EventMetadata): Readonly<Record<Attribute, string>> {
  return {
    type: metadata.type,
    id: metadata.id,
    source: metadata.source,
    time: instantText(metadata.time),
    minorversion: String(metadata.minor),
    sourcehost: metadata.sourceHost,
    sourcelib: metadata.sourceLib,
  }
}

/**
 * Metadata of attributes. Type and id must be there; without them nobody can say what a message is, or whether it came
 * before. The others are supplied where they are missing, with a warning.
 * @param nameOf what the transport calls an attribute, for messages
 * @throws HeaderError naming the attribute
 */
export function readAttributes(
  given: (attribute: Attribute) => string | undefined,
  nameOf: (attribute: Attribute) => string,
  defaults: Defaults,
): ReadMetadata {
  const warnings: string[] = []
  const required = (attribute: Attribute): string => {
    const value = given(attribute)
    if (value === undefined || value === '') throw new HeaderError(`${nameOf(attribute)} is missing`)
    return value
  }
  const optional = (attribute: Attribute, fallback: string): string => {
    const value = given(attribute)
    if (value === undefined) warnings.push(`${nameOf(attribute)} is missing`)
    return value ?? fallback
  }
  const minorText = optional('minorversion', '0')
  const minor = /^\d{1,9}$/.test(minorText) ? Number(minorText) : undefined
  if (minor === undefined) throw new HeaderError(`${nameOf('minorversion')} must be a whole number`)
  const time = readInstant(optional('time', instantText(defaults.time)))
  if (time === undefined) throw new HeaderError(`${nameOf('time')} must be a time with an offset`)
  const metadata = {
    type: required('type'),
    minor,
    id: required('id'),
    source: optional('source', ''),
    sourceHost: optional('sourcehost', ''),
    sourceLib: optional('sourcelib', ''),
    time,
  }
  return { metadata, warnings }
}

/**
 * Headers by name, as text.
 * @param wanted whether a name matters; what others mean is not asked
 * @throws HeaderError where one that matters stands twice, or is not UTF-8
 */
export function headersByName(
  headers: Iterable<Header>,
  wanted: (name: string) => boolean,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of headers) {
    if (!wanted(name)) continue
    if (found.has(name)) throw new HeaderError(`${name} stands twice`)
    found.set(name, typeof value === 'string' ? value : decodeText(name, value))
  }
  return found
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeText(name: string, bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new HeaderError(`${name} is not UTF-8`)
  }
}
