/** Where rows lie in a mode: written apart from the table of the product, in the words of the page on modes. */
import type { Mode } from '../../src/domain/progress/mode.ts'

/** The row that stands for what was done at `user|collection|context|content`. */
export function rowOf(mode: Mode, key: string): string {
  const [userId = '', collectionId = '', , contentId = ''] = key.split('|')
  const organic = collectionId === contentId
  if (mode === 'content' || (mode === 'collection' && organic))
    return [userId, contentId, contentId, contentId].join('|')
  if (mode === 'collection') return [userId, collectionId, collectionId, contentId].join('|')
  return key
}

/** Whether progress at a place, without an enrolment, makes a summary there: where its rows lie under the place's own key. */
export function ownsRows(mode: Mode, name: string): boolean {
  const [, collectionId, contextId] = name.split('|')
  if (mode === 'content') return false
  return mode !== 'collection' || collectionId === contextId
}
