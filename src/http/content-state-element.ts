/** What the elements of a content-state update have in common: whose, of what, where and when. */
import Type from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import type { ViewWrite } from '../ports/progress-store.ts'
import { authorise } from './access.ts'
import { checkGrace, type Sender } from './batch-item.ts'
import { readClientTime } from './client-time.ts'
import type { Services } from './route.ts'
import { CollectionId, ContentId, ContextId, UserId } from './schemas.ts'
import type { SubmissionFields, Submitter } from './submit-attempts.ts'

/** An element that may be recorded, if its batch takes it. */
export interface StateItem {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
  readonly contentId: string
  /** When it happened, UTC milliseconds. */
  readonly at: number
  /** An attempt, which is recorded before the views that follow from it. */
  readonly attempt: { readonly submitter: Submitter; readonly fields: SubmissionFields } | undefined
  readonly views: readonly ViewWrite[]
  readonly nameOf: (path: string) => string
}

/** Fields as they were sent, under our names. */
export type Fields = Record<string, unknown>
/** The client's own words for a field of the element. */
export type NameOf = (path: string) => string

export const keyFields = {
  userId: Type.Optional(UserId),
  collectionId: CollectionId,
  contextId: ContextId,
  contentId: ContentId,
}

/**
 * The learner of an element, whom the sender may write for.
 * @throws WaymarkError USERID_MISSING, FORBIDDEN
 */
export function ownerOf(sender: Sender, named: string | undefined, nameOf: NameOf): string {
  const { principal } = sender
  const speaksForMany = principal.role === 'service' || principal.role === 'admin'
  const userId = named ?? sender.userId ?? (speaksForMany ? undefined : principal.userId)
  if (userId === undefined) throw new WaymarkError('USERID_MISSING', { field: nameOf('userId') })
  authorise('progress-write', principal, { userId })
  return userId
}

/**
 * A time that the client gave, within what is believed of it.
 * @throws WaymarkError INVALID_FIELD, TIME_IN_FUTURE, TIME_TOO_EARLY; TOKEN_EXPIRED where it lies after the expiry
 */
export function readTime(
  services: Services,
  sender: Sender,
  userId: string,
  said: number | string,
  field: () => string,
): number {
  const { principal, expiredAt, nowMs } = sender
  const at = readClientTime(said, nowMs, services.config.CLIENT_TIME_AHEAD_MAX, field)
  if (expiredAt !== undefined) checkGrace(principal, expiredAt, userId, at, field)
  return at
}
