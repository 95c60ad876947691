/** What view/read and assessment/read share: which contents of which enrolment are asked for. */
import Type from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import { fillKey, type EnrolmentKey } from '../domain/progress/key.ts'
import { targetRow } from '../domain/progress/mode.ts'
import type { Services } from './route.ts'
import { closed, CollectionId, ContentId, ContextId, UserId } from './schemas.ts'

export const ReadBody = closed({
  userId: Type.Optional(UserId),
  contentId: Type.Optional(
    Type.Union([ContentId, Type.Array(ContentId)], {
      description: 'One content or several; without it all of the collection.',
    }),
  ),
  collectionId: Type.Optional(CollectionId),
  contextId: Type.Optional(ContextId),
})

export interface ReadFields {
  readonly contentId?: string | readonly string[] | undefined
  readonly collectionId?: string | undefined
  readonly contextId?: string | undefined
}

/** One enrolment and the contents wanted of it; undefined: all. */
export interface Wanted {
  readonly key: EnrolmentKey
  readonly contentIds: readonly string[] | undefined
}

/**
 * The rows that a read request asks for. Without a collection each content stands for itself, in a row of its own.
 * @throws WaymarkError MISSING_FIELD, BATCH_TOO_LARGE
 */
export function wantedRows(
  services: Services,
  userId: string,
  fields: ReadFields,
  nameOf: (path: string) => string,
): readonly Wanted[] {
  const { collectionId, contextId, contentId } = fields
  const ids =
    contentId === undefined ? undefined : [...new Set(typeof contentId === 'string' ? [contentId] : contentId)]
  if (ids !== undefined && ids.length > services.config.CONTENT_IDS_MAX) {
    throw new WaymarkError('BATCH_TOO_LARGE', { field: nameOf('contentId') })
  }
  if (collectionId !== undefined) {
    const { contextId: context } = fillKey({ userId, collectionId, contextId, contentId: collectionId })
    return [{ key: { userId, collectionId, contextId: context }, contentIds: ids }]
  }
  if (ids === undefined) throw new WaymarkError('MISSING_FIELD', { field: nameOf('contentId') })
  return ids.map((id) => ({
    key: targetRow(services.mode, fillKey({ userId, contentId: id, contextId })),
    contentIds: [id],
  }))
}

/** The answer to a read: whose and where, and the contents. What the request left out is left out. */
export function readResult(userId: string, fields: ReadFields, contents: readonly unknown[]): Record<string, unknown> {
  const { collectionId, contextId = collectionId } = fields
  return {
    userId,
    ...(collectionId === undefined ? {} : { collectionId }),
    ...(contextId === undefined ? {} : { contextId }),
    contents,
  }
}
