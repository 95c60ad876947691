import type { Config } from '../config.ts'
import { WaymarkError } from '../domain/errors.ts'
import type { Page, PageRequest } from '../ports/page.ts'

/**
 * The page that a query asks for.
 * @throws WaymarkError INVALID_FIELD past the largest page
 */
export function pageRequest(
  config: Config,
  query: { readonly limit?: string | undefined; readonly cursor?: string | undefined },
): PageRequest {
  const limit = query.limit === undefined ? config.PAGE_ITEMS : Number(query.limit)
  if (limit > config.PAGE_ITEMS_MAX) {
    throw new WaymarkError('INVALID_FIELD', {
      field: 'query.limit',
      text: `A page holds at most ${String(config.PAGE_ITEMS_MAX)} items.`,
    })
  }
  return { limit, after: query.cursor }
}

/** What a list answers beside its items. */
export function cursorAnswer(next: string | undefined): { readonly nextCursor?: string } {
  return next === undefined ? {} : { nextCursor: next }
}

/**
 * One page of a list of different ids that is known as a whole, in its order. The cursor is the last id of the page.
 * @throws WaymarkError INVALID_CURSOR where the list does not hold that id, or no longer does
 */
export function pageOfIds(ids: readonly string[], { limit, after }: PageRequest): Page<string> {
  const start = after === undefined ? 0 : ids.indexOf(Buffer.from(after, 'base64url').toString()) + 1
  if (after !== undefined && start === 0) throw new WaymarkError('INVALID_CURSOR', { field: 'query.cursor' })
  const items = ids.slice(start, start + limit)
  const last = items.at(-1)
  const more = last !== undefined && start + limit < ids.length
  return { items, next: more ? Buffer.from(last).toString('base64url') : undefined }
}
