/**
 * Merging one learner into another, over any store: the order of the steps, all inside the transaction of the caller.
 * What follows from facts is never merged but made anew of all of them (decisions 0005 and 0012).
 */
import { mergedAttemptId } from '../../codec/merged-attempt-id.ts'
import type { Attempt } from '../../domain/progress/attempt.ts'
import { compareKeys, enrolmentId, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import type { LearnerFacts } from '../../domain/progress/learner-facts.ts'
import { NOTHING_MERGED, takeOver, type Merge } from '../../domain/progress/merged-learners.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { MergeAnswer, MergeRequest } from '../../ports/progress-store.ts'
import type { Carrying } from '../carrying/carrying.ts'

/** The traces of merges. */
export interface MergeTable {
  /** Merges of a learner into others, the latest last. */
  from(userId: string): readonly Merge[]
  /** Merges of others into a learner, the latest last. */
  into(userId: string): readonly Merge[]
  add(merge: Merge): void
  /** Removes every trace that names a learner. */
  forget(userId: string): void
}

/** What a store offers to merging. */
export interface MergeTables {
  readonly merges: MergeTable
  /** All that is known of one learner. */
  factsOf(userId: string): LearnerFacts
  attempt(key: ViewKey, attemptId: string): Attempt | undefined
  completion(key: EnrolmentKey): number | undefined
  /** Every (collection, context) in which the learner has anything, contents on their own among them. */
  placesOf(userId: string): readonly EnrolmentKey[]
  /** Joins facts into those that are there under their keys. */
  join(facts: LearnerFacts): void
  /** Deletes everything under a key, raw and derived. */
  clear(key: EnrolmentKey): void
  recompute(key: EnrolmentKey): void
  append(occurrence: Occurrence): void
}

/** @param carrying undefined where nothing is carried over. */
export function mergeLearners(
  tables: MergeTables,
  carrying: Carrying | undefined,
  { fromUserId, intoUserId, at, by }: MergeRequest,
): MergeAnswer {
  const { merges } = tables
  const former = tables.factsOf(fromUserId)
  if (isEmpty(former)) return mergedBefore(merges.from(fromUserId), intoUserId)
  const renamed = (attemptId: string): string => mergedAttemptId(fromUserId, attemptId)
  const known = (key: ViewKey, attemptId: string): Attempt | undefined => tables.attempt(key, attemptId)
  const { facts, counts } = takeOver(former, intoUserId, known, renamed)
  const news = facts.completions.filter(({ key }) => tables.completion(key) === undefined)

  handOver(tables, carrying, fromUserId, intoUserId)
  tables.join(facts)
  for (const key of tables.placesOf(fromUserId)) tables.clear(key)
  deriveAnew(tables, carrying, intoUserId)

  // Told of the former account, it would be known of nobody who still is.
  for (const { key, completedAt } of news) {
    const first = tables.completion(key) ?? completedAt
    tables.append({ type: 'collection-completed', ...key, completedAt: first })
  }
  tables.append({ type: 'learner-merged', userId: intoUserId, fromUserId, ...counts })
  const merge: Merge = { fromUserId, intoUserId, mergedAt: at, by, ...counts }
  merges.add(merge)
  return { outcome: 'MERGED', joined: counts, merge }
}

function isEmpty({ views, attempts, enrolments, completions }: LearnerFacts): boolean {
  return views.length + attempts.length + enrolments.length + completions.length === 0
}

/** @param merges of a learner of whom nothing is left. */
function mergedBefore(merges: readonly Merge[], intoUserId: string): MergeAnswer {
  const same = merges.findLast((merge) => merge.intoUserId === intoUserId)
  if (same !== undefined) return { outcome: 'MERGED', joined: NOTHING_MERGED, merge: same }
  const other = merges.at(-1)
  return other === undefined ? { outcome: 'UNKNOWN' } : { outcome: 'MERGED_ELSEWHERE', merge: other }
}

/** What readers of either learner were shown of copies stays: it is stored first, and goes where the rows go. */
function handOver(tables: MergeTables, carrying: Carrying | undefined, fromUserId: string, intoUserId: string): void {
  if (carrying === undefined) return
  const leaving = tables.placesOf(fromUserId)
  for (const key of ordered([...leaving, ...tables.placesOf(intoUserId)])) appendAll(tables, carrying.enrolling(key))
  for (const key of leaving) carrying.handOver(key, intoUserId)
}

/** Copies, moves and summaries of all that the learner has now. */
function deriveAnew(tables: MergeTables, carrying: Carrying | undefined, userId: string): void {
  const places = ordered(tables.placesOf(userId))
  if (carrying !== undefined) {
    for (const key of places) appendAll(tables, carrying.enrolled(key))
    for (const key of places) appendAll(tables, carrying.carry(key, undefined, Number.MAX_SAFE_INTEGER).occurrences)
  }
  for (const key of places) tables.recompute(key)
}

function appendAll(tables: MergeTables, occurrences: readonly Occurrence[]): void {
  for (const occurrence of occurrences) tables.append(occurrence)
}

/** Each once, in the order of keys: every store tells the same in the same order. */
function ordered(keys: readonly EnrolmentKey[]): readonly EnrolmentKey[] {
  return [...new Map(keys.map((key) => [enrolmentId(key), key])).values()].sort(compareKeys)
}
