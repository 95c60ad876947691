import type { Config } from '../config.ts'
import { WaymarkError } from '../domain/errors.ts'
import type { PageRequest } from '../ports/page.ts'

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
