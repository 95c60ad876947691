/**
 * Whose progress, of what, and where: the keys of views and enrolments.
 * Source: viewer-service seed, scenario table of `user_content_consumption`.
 */
import { compareText } from '../id.ts'

/** Names one enrolment: a learner in a collection within a context (batch, program, program batch). */
export interface EnrolmentKey {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
}

/** Names one view row: a learner's progress in one content within a collection and a context. */
export interface ViewKey extends EnrolmentKey {
  readonly contentId: string
}

/** A view key as requests send it: collection and context may be left out. */
export interface PartialViewKey {
  readonly userId: string
  readonly contentId: string
  readonly collectionId?: string | undefined
  readonly contextId?: string | undefined
}

/**
 * Fills in what a request left out: no collection means the content itself (an organic view), no context means
 * the collection. So an organic view is `(u, content, content, content)`.
 */
export function fillKey(partial: PartialViewKey): ViewKey {
  const collectionId = partial.collectionId ?? partial.contentId
  return {
    userId: partial.userId,
    collectionId,
    contextId: partial.contextId ?? collectionId,
    contentId: partial.contentId,
  }
}

/** Order of enrolments: by learner, collection and context. */
export function compareKeys(a: EnrolmentKey, b: EnrolmentKey): number {
  return (
    compareText(a.userId, b.userId) ||
    compareText(a.collectionId, b.collectionId) ||
    compareText(a.contextId, b.contextId)
  )
}

/**
 * One string per distinct tuple of ids, for use as a Map key. Every part is prefixed with its length, because ids are
 * opaque and may contain any separator (DESIGN decision 7).
 */
export function joinIds(...ids: readonly string[]): string {
  let joined = ''
  for (const id of ids) joined += `${String(id.length)}:${id}`
  return joined
}

/** Order of view rows: by learner, collection, context and content. */
export function compareViewKeys(a: ViewKey, b: ViewKey): number {
  return compareKeys(a, b) || compareText(a.contentId, b.contentId)
}

/** One string per enrolment, for use as a Map key. */
export function enrolmentId(key: EnrolmentKey): string {
  return joinIds(key.userId, key.collectionId, key.contextId)
}

/** One string per view row, for use as a Map key. */
export function viewId(key: ViewKey): string {
  return joinIds(key.userId, key.collectionId, key.contextId, key.contentId)
}
