/** What the model keeps, and how it names it. */
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'
import type { ViewWrite } from './steps.ts'
import { COLLECTIONS, type Outline, type Where } from './world.ts'

export interface Fact {
  readonly op: 'start' | 'update' | 'end'
  readonly at: number
  readonly progress: number
  readonly timespent: number
  readonly page: number | undefined
}

export interface Submission {
  readonly at: number
  readonly score: number
}

export interface Era {
  readonly required: readonly string[]
  readonly since: number
  until: number
}

export interface Published {
  readonly number: number
  readonly outline: readonly Outline[]
  readonly policy: AttemptPolicy
  readonly eras: readonly Era[]
  /** Every leaf that ever belonged to it. */
  readonly known: ReadonlySet<string>
}

/** A context: ended by hand, or by its dates. Null: open. */
export interface Known {
  readonly ended: boolean
  readonly startsAt: number | null
  readonly endsAt: number | null
  readonly rules: readonly string[] | null
}

export interface Enrolled {
  first: number
  at: number
  left: number | undefined
}

const DAY = 86_400_000

/** Names an enrolment; what belongs to it has this name with `|` and more behind it. No id of this world holds a `|`. */
export function nameOf(where: Where): string {
  return `${where.userId}|${where.collectionId}|${where.contextId}`
}

/** An organic view stands in a collection and context of the content's own name. */
export function whereOf({ where, userId, contentId }: ViewWrite): string {
  return where === undefined ? `${userId}|${contentId}|${contentId}` : nameOf(where)
}

/** The place of a row, and its content. */
export function splitRow(key: string): { readonly userId: string; readonly name: string; readonly contentId: string } {
  const end = key.lastIndexOf('|')
  return { userId: key.slice(0, key.indexOf('|')), name: key.slice(0, end), contentId: key.slice(end + 1) }
}

/** Whether a place is none of a collection: a content viewed on its own. */
export function isOutside(name: string): boolean {
  return !COLLECTIONS.some((collectionId) => collectionId === name.split('|')[1])
}

/** Whether something belongs to an enrolment, or is it. */
export function inside(key: string, name: string): boolean {
  return key === name || key.startsWith(`${name}|`)
}

/** What a learner did in collections: organic views are not. */
export function takenBy(key: string, userId: string): boolean {
  const [user, collectionId, , contentId] = key.split('|')
  return user === userId && collectionId !== contentId
}

/** At equal times the enrolment counts. */
export function isActive({ at, left }: Enrolled): boolean {
  return left === undefined || at >= left
}

/** Why a time that a client says is not taken; undefined where it is. */
export function timeRefusal(at: number, now: number): string | undefined {
  if (at > now + DAY) return '400 TIME_IN_FUTURE'
  return at < Date.UTC(2000, 0, 1) ? '400 TIME_TOO_EARLY' : undefined
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join()
}
