/** The small world that histories play in: few ids of each kind, so that what happens meets. */
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'

/** Where the simulated clock begins. */
export const START = Date.UTC(2026, 2, 1, 8)

export const USERS = ['asha', '__proto__'] as const
export const COLLECTIONS = ['maths', 'a:b'] as const
/** `batch` is a context of each collection; without one a learner is in the collection itself. */
export const BATCH = 'batch'
export const CONTENTS = ['c1', 'c2', 'c3'] as const
export const ATTEMPTS = ['first', 'second'] as const
export const POLICIES: readonly AttemptPolicy[] = ['best', 'latest', 'first']

/** One enrolment. */
export interface Where {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
}

/** A leaf, or a unit with its children. `?` in front of a name makes it optional. */
export type Outline = string | { readonly unit: string; readonly children: readonly Outline[] }

/** What a collection may be published as. */
export const OUTLINES: readonly (readonly Outline[])[] = [
  ['c1', 'c2'],
  ['c1', '?c2'],
  ['c1', { unit: 'u1', children: ['c2', '?c3'] }],
  [{ unit: '?u1', children: ['c1'] }, 'c3'],
  [
    { unit: 'u1', children: ['c1', { unit: 'u2', children: ['c2', '?c1'] }] },
    { unit: 'u3', children: ['c2', 'c3'] },
  ],
  ['c2'],
  ['?c1'],
]

export const ENROLMENTS: readonly Where[] = USERS.flatMap((userId) =>
  COLLECTIONS.flatMap((collectionId) =>
    [collectionId, BATCH].map((contextId) => ({ userId, collectionId, contextId })),
  ),
)

/** Name of a node without the mark that makes it optional. */
export function plain(name: string): string {
  return name.replace(/^\?/, '')
}

/** The hierarchy as a content service would send it. */
export function contentOf(collectionId: string, outline: readonly Outline[]): object {
  return { identifier: collectionId, name: collectionId, children: outline.map(nodeOf) }
}

function nodeOf(outline: Outline): object {
  const [name, children] = typeof outline === 'string' ? [outline, []] : [outline.unit, outline.children]
  return {
    identifier: plain(name),
    ...(name.startsWith('?') ? { relationalMetadata: { optional: true } } : {}),
    ...(children.length === 0 ? {} : { children: children.map(nodeOf) }),
  }
}
