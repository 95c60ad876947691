/** One learner's way through one collection: what a player would have sent. */
import { attempts } from './attempts.ts'
import type { Leaf } from './collections.ts'
import type { Random } from './random.ts'
import type { DemoEnrolment, DemoKey, Item, ViewItem } from './types.ts'

const DAY_MS = 86_400_000

/** How far a learner comes. */
export type Pace = 'finishes' | 'stalls' | 'never starts'

/** An item before it has its id. */
export type Draft = Item extends infer I ? (I extends Item ? Omit<I, 'id'> : never) : never

/** What happens in one content, and how the learner's chance falls. */
export interface Visit {
  readonly key: DemoKey
  readonly leaf: Leaf
  /** Start, UTC milliseconds. */
  readonly at: number
  readonly ends: boolean
}

/** About half finish, a third stall, the rest never start. */
export function pickPace(random: Random): Pace {
  const draw = random.next()
  if (draw < 0.45) return 'finishes'
  return draw < 0.8 ? 'stalls' : 'never starts'
}

/** All that a learner does between enrolling and `untilMs`, which nothing reaches. */
export function journey(
  random: Random,
  { clientTime, ...key }: DemoEnrolment,
  leaves: readonly Leaf[],
  pace: Pace,
  untilMs: number,
): readonly Draft[] {
  if (pace === 'never starts') return []
  const chosen =
    pace === 'finishes'
      ? leaves.filter((leaf) => leaf.required || random.chance(0.5))
      : leaves.slice(0, random.int(1, Math.max(1, leaves.length - 1)))
  // The slowest still have ten days for the last quiz.
  const stepMs = ((untilMs - clientTime - 10 * DAY_MS) / chosen.length) * (0.3 + random.next() * 0.7)
  return chosen.flatMap((leaf, index) => {
    const at = Math.floor(clientTime + stepMs * (index + random.next() * 0.9))
    const ends = pace === 'finishes' || index < chosen.length - 1
    return visit(random, { key, leaf, at, ends }).filter((item) => item.clientTime < untilMs)
  })
}

function visit(random: Random, { key, leaf, at, ends }: Visit): readonly Draft[] {
  const of = { ...key, contentId: leaf.id }
  const seconds = random.int(120, 2400)
  const items: Draft[] = [{ op: 'start', ...of, clientTime: at }]
  items.push(...updates(random, of, at, seconds, leaf.questions === undefined ? random.int(1, 6) : 1))
  let endAt = at + seconds * 1000
  if (leaf.questions !== undefined) {
    const submitted = attempts(random, of, leaf.questions, at)
    items.push(...submitted)
    endAt = Math.max(endAt, ...submitted.map((item) => item.clientTime + 1000))
  }
  if (ends) items.push({ op: 'end', ...of, clientTime: endAt, timespent: seconds })
  if (random.chance(0.2)) items.push(...revisit(random, of, endAt + random.int(1, 6) * DAY_MS, seconds, ends))
  return items
}

/** Which content an item tells of. */
type Of = DemoKey & { readonly contentId: string }

/** Progress that grows with the time spent. */
function updates(random: Random, of: Of, at: number, seconds: number, count: number): readonly Omit<ViewItem, 'id'>[] {
  return Array.from({ length: count }, (_, index) => {
    const share = (index + random.next() * 0.9) / count
    const spent = Math.floor(seconds * share)
    return {
      op: 'update',
      ...of,
      clientTime: at + spent * 1000,
      progress: Math.floor(share * 100),
      timespent: spent,
      progressDetails: { position: spent, progress: Math.floor(share * 100) },
    }
  })
}

/** Coming back: less progress than before, more time in all, and sometimes a second end. */
function revisit(random: Random, of: Of, at: number, before: number, ends: boolean): readonly Draft[] {
  const more = random.int(30, 600)
  const spent = before + more
  const items: Draft[] = [
    { op: 'start', ...of, clientTime: at },
    { op: 'update', ...of, clientTime: at + more * 1000, progress: random.int(5, 60), timespent: spent },
  ]
  if (ends && random.chance(0.5)) items.push({ op: 'end', ...of, clientTime: at + more * 1000 + 1, timespent: spent })
  return items
}
