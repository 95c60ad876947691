import { WaymarkError } from '../domain/errors.ts'

/** Cursors of lists: the last key of a page, opaque to clients. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/**
 * Reads a cursor of `parts` ids; without one, the key before all keys.
 * @throws WaymarkError INVALID_CURSOR
 */
export function decodeCursor(cursor: string | undefined, parts: number): readonly string[] {
  if (cursor === undefined) return Array.from({ length: parts }, () => '')
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string')) return key
  } catch {
    // Falls through to the refusal below: the text was not made by encodeCursor.
  }
  throw new WaymarkError('INVALID_CURSOR', { field: 'query.cursor' })
}
