import { hash } from 'node:crypto'
import { ID_CHARACTERS_MAX } from '../domain/id.ts'

/** Between the beginning of the former id and the hash. */
const MARK = '~'

/**
 * The id of an attempt that came with the account of another learner, where its own was taken: the former id, as much of
 * it as there is room for, and a hash of it and of that learner. So it is the same whenever it is made, and no two
 * attempts get the same.
 */
export function mergedAttemptId(fromUserId: string, attemptId: string): string {
  // The length in between, so that no two pairs are one text.
  const digest = hash('sha256', `${String(fromUserId.length)}:${fromUserId}${attemptId}`, 'base64url')
  const room = ID_CHARACTERS_MAX - MARK.length - digest.length
  // Characters, not units: half a surrogate pair is no text.
  return `${Array.from(attemptId).slice(0, room).join('')}${MARK}${digest}`
}
