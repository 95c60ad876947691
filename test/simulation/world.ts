/** The small world that histories play in: few ids of each kind, so that what happens meets. */
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import type { StoredRule } from '../../src/domain/progress/stored-rule.ts'

/** Where the simulated clock begins. */
export const START = Date.UTC(2026, 2, 1, 8)

export const USERS = ['asha', '__proto__'] as const
export const COLLECTIONS = ['maths', 'a:b'] as const
/** `batch` is a context of each collection; without one a learner is in the collection itself. */
export const BATCH = 'batch'
/** A second context of each collection, where progress moves between contexts. */
export const SECOND = 'second'
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

/** What rules may be put as; two ids, so that contexts can name them. */
export const RULES: readonly StoredRule[] = [
  { rule: { id: 'main', any: [{ always: true }] }, byDefault: true },
  { rule: { id: 'main', any: [{ completedWithin: 'PT1M' }, { completedDuring: 'context' }] }, byDefault: true },
  { rule: { id: 'main', any: [{ sourceContext: 'ongoing' }] }, byDefault: true },
  { rule: { id: 'main', any: [{ always: true }] }, byDefault: false },
  { rule: { id: 'other', all: [{ completedWithin: 'P3D' }, { completedDuring: 'context' }] }, byDefault: true },
  { rule: { id: 'other', any: [{ completedWithin: 'PT1M' }] }, byDefault: false },
]
/** Which rules a context may name: none of its own, none at all, or some. */
export const NAMED_RULES: readonly (readonly string[] | null)[] = [null, null, null, [], ['main'], ['other', 'main']]

/** The contexts in which a learner can be, by collection. Those other than the collection itself have dates and rules. */
export function contextsIn(mode: Mode, collectionId: string): readonly string[] {
  return mode === 'move' ? [collectionId, BATCH, SECOND] : [collectionId, BATCH]
}

/** Every enrolment that a history in a mode can have. */
export function enrolmentsIn(mode: Mode): readonly Where[] {
  return USERS.flatMap((userId) =>
    COLLECTIONS.flatMap((collectionId) =>
      contextsIn(mode, collectionId).map((contextId) => ({ userId, collectionId, contextId })),
    ),
  )
}

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
