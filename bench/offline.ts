/**
 * What an app that was offline sends: 190 facts of one learner (19 contents: start, eight updates, end) in two batches of
 * 100, shuffled, with five duplicates in each and two facts of the first that come only with the second.
 */
import { noise, shuffled } from './random.ts'

export const BATCH_ITEMS = 100
export const OFFLINE_LEAVES = 19
const FACTS_PER_LEAF = 10
const FIRST_FACTS = 97
const LATE = 2
const DUPLICATES = 5
const BEGAN_AT = 1_767_225_600_000
const MINUTE_MS = 60_000

export interface OfflineFact {
  readonly op: 'start' | 'update' | 'end'
  readonly leaf: number
  readonly at: number
  readonly progress: number
  readonly timespent: number
}

/** Fact n of a learner, in the order in which it happened. */
function factOf(n: number): OfflineFact {
  const step = n % FACTS_PER_LEAF
  return {
    op: step === 0 ? 'start' : step === FACTS_PER_LEAF - 1 ? 'end' : 'update',
    leaf: Math.floor(n / FACTS_PER_LEAF),
    at: BEGAN_AT + n * MINUTE_MS,
    progress: step * 10,
    timespent: step * 60,
  }
}

/** The items of batch `index`: batches 2n and 2n + 1 are learner n's. */
export function batchFacts(seed: number, index: number): { readonly learner: number; readonly facts: OfflineFact[] } {
  const learner = Math.floor(index / 2)
  const all = Array.from({ length: OFFLINE_LEAVES * FACTS_PER_LEAF }, (_, n) => n)
  const first = shuffled(all.slice(0, FIRST_FACTS), noise(seed, learner))
  const late = first.slice(0, LATE)
  const own = index % 2 === 0 ? first.slice(LATE) : [...late, ...all.slice(FIRST_FACTS)]
  const chosen = shuffled([...own, ...own.slice(0, DUPLICATES)], noise(seed, index))
  return { learner, facts: chosen.map(factOf) }
}

/** What a learner's content must end as, once both batches are recorded. */
export function offlineOutcome(leaf: number): { startedAt: number; completedAt: number; timespent: number } {
  const n = leaf * FACTS_PER_LEAF
  const last = FACTS_PER_LEAF - 1
  return { startedAt: BEGAN_AT + n * MINUTE_MS, completedAt: BEGAN_AT + (n + last) * MINUTE_MS, timespent: last * 60 }
}
