import { hash } from 'node:crypto'

/** Names of events are told apart from other names by it (RFC 9562, 6.5). Never to be changed: ids are for ever. */
const NAMESPACE = Buffer.from('6ba27e7d0f0b5d1f9a4f3c1d8e0b7a52', 'hex').toString('latin1')

/**
 * The UUID that follows from what an event tells of (RFC 9562, version 5): however often it is made, its id is the same,
 * so that who has handled it knows it again.
 * @param parts what makes it the only one of its kind, in a fixed order
 */
export function eventId(...parts: readonly (string | number)[]): string {
  // Lengths in between, so that no two lists of parts are one text.
  const name = parts.map((part) => `${String(String(part).length)}:${String(part)}`).join('')
  const hex = hash('sha1', Buffer.concat([Buffer.from(NAMESPACE, 'latin1'), Buffer.from(name)]), 'hex')
  const variant = ((parseInt(hex.charAt(16), 16) & 0b11) | 0b1000).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
