import type { Page, PageRequest } from '../../ports/page.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { compareIds } from './ordered-map.ts'

/** One page of entries that are in key order. `parts`: how many ids make a key. */
export function pageOf<E, T>(
  all: readonly E[],
  page: PageRequest,
  parts: number,
  keyOf: (entry: E) => readonly string[],
  itemOf: (entry: E) => T,
): Page<T> {
  const after = decodeCursor(page.after, parts)
  const rest = page.after === undefined ? all : all.filter((entry) => compareIds(keyOf(entry), after) > 0)
  const items = rest.slice(0, page.limit)
  const last = items.at(-1)
  const more = rest.length > page.limit && last !== undefined
  return { items: items.map(itemOf), next: more ? encodeCursor(keyOf(last)) : undefined }
}
