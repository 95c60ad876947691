/** What view/read and assessment/read share: which contents of which enrolment are asked for. */
import Type from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import { holdsLeaf, leavesEver, type Structure } from '../domain/progress/hierarchy.ts'
import { fillKey, type EnrolmentKey } from '../domain/progress/key.ts'
import { MODE_TABLE, summaryRow, targetRow } from '../domain/progress/mode.ts'
import { mayAct, type Principal } from './access.ts'
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

/** Rows under one key that are asked for. */
export interface Wanted {
  readonly key: EnrolmentKey
  /** Undefined: all of them. */
  readonly contentIds: readonly string[] | undefined
  /** The collection asked for, wherever the rows lie: it says which attempt counts. */
  readonly collectionId: string
  /** Whether contents without progress are left out, because the request named none. */
  readonly onlyShown: boolean
}

/** Who reads, and what of whom. */
export interface Reading {
  readonly principal: Principal
  readonly userId: string
  readonly fields: ReadFields
  readonly nameOf: (path: string) => string
}

/**
 * The rows that a read request asks for, as the mode maps them. Without a collection each content stands for itself.
 * @throws WaymarkError MISSING_FIELD, BATCH_TOO_LARGE, CONTENT_NOT_IN_COLLECTION
 */
export async function wantedRows(services: Services, reading: Reading): Promise<readonly Wanted[]> {
  const { userId, fields, nameOf } = reading
  const { collectionId, contextId, contentId } = fields
  const ids =
    contentId === undefined ? undefined : [...new Set(typeof contentId === 'string' ? [contentId] : contentId)]
  if (ids !== undefined && ids.length > services.config.CONTENT_IDS_MAX) {
    throw new WaymarkError('BATCH_TOO_LARGE', { field: nameOf('contentId') })
  }
  const onlyShown = ids === undefined
  if (collectionId !== undefined) {
    const place = { userId, collectionId, contextId: contextId ?? collectionId }
    if (MODE_TABLE[services.mode].viewInCollection === 'content') {
      return contentRows(services, reading, place, ids)
    }
    const row = summaryRow(services.mode, place, collectionId)
    return [{ key: { ...place, contextId: row.contextId }, contentIds: ids, collectionId, onlyShown }]
  }
  if (ids === undefined) throw new WaymarkError('MISSING_FIELD', { field: nameOf('contentId') })
  return ids.map((id) => ({
    key: targetRow(services.mode, fillKey({ userId, contentId: id, contextId })),
    contentIds: [id],
    collectionId: id,
    onlyShown,
  }))
}

/**
 * Where rows belong to contents: that of each content named, or of every leaf of the collection. Who may read the learner
 * only within a collection must not reach other contents by naming it.
 */
async function contentRows(
  services: Services,
  { principal, userId, nameOf }: Reading,
  place: EnrolmentKey,
  ids: readonly string[] | undefined,
): Promise<readonly Wanted[]> {
  const { collectionId } = place
  const structure = (await services.store.catalogue.publication(collectionId))?.structure
  if (ids !== undefined && readsWithin(principal, userId)) refuseForeign(structure, ids, nameOf('contentId'))
  const wanted = ids ?? (structure === undefined ? [] : leavesEver(structure))
  return wanted.map((id) => ({
    key: summaryRow(services.mode, place, id),
    contentIds: [id],
    collectionId,
    onlyShown: ids === undefined,
  }))
}

/** Whether someone may read a learner only within collections. */
export function readsWithin(principal: Principal, userId: string): boolean {
  return !mayAct('progress-read', principal, { userId })
}

/**
 * Refuses contents that are not, and never were, in a collection.
 * @throws WaymarkError CONTENT_NOT_IN_COLLECTION
 */
export function refuseForeign(structure: Structure | undefined, ids: readonly string[], field: string): void {
  if (structure === undefined || !ids.every((id) => holdsLeaf(structure, id))) {
    throw new WaymarkError('CONTENT_NOT_IN_COLLECTION', { field })
  }
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
