import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { LearnerFacts } from '../../domain/progress/learner-facts.ts'
import { joinEnrolments } from '../../domain/progress/enrolment.ts'
import type { Merge } from '../../domain/progress/merged-learners.ts'
import { joinViews } from '../../domain/progress/view.ts'
import type { MergeTable, MergeTables } from '../merging/merge.ts'
import { idsOf, type MemoryFacts } from './facts.ts'

/** Traces of merges. */
export class MemoryMerges implements MergeTable {
  #merges: readonly Merge[] = []

  from(userId: string): readonly Merge[] {
    return this.#merges.filter(({ fromUserId }) => fromUserId === userId)
  }

  into(userId: string): readonly Merge[] {
    return this.#merges.filter(({ intoUserId }) => intoUserId === userId)
  }

  add(merge: Merge): void {
    this.#merges = [...this.#merges, merge]
  }

  forget(userId: string): void {
    this.#merges = this.#merges.filter(({ fromUserId, intoUserId }) => fromUserId !== userId && intoUserId !== userId)
  }
}

/** All that is known of one learner. */
function learnerFacts(facts: MemoryFacts, userId: string): LearnerFacts {
  return {
    userId,
    views: facts.viewRows.under(userId).map(({ ids, value }) => ({ key: viewKeyOf(ids), row: value })),
    attempts: facts.attemptRows.under(userId).map(({ ids, value }) => ({ key: viewKeyOf(ids), attempt: value })),
    enrolments: facts.enrolments.under(userId).map(({ ids, value }) => ({ key: keyOf(ids), enrolment: value })),
    completions: facts.completions.under(userId).map(({ ids, value }) => ({ key: keyOf(ids), completedAt: value })),
    migrated: [],
  }
}

/** Joins facts into those that are there under their keys. */
function joinFacts(facts: MemoryFacts, { views, attempts, enrolments, completions }: LearnerFacts): void {
  for (const { key, row } of views) {
    const before = facts.view(key)
    facts.viewRows.set([...idsOf(key), key.contentId], before === undefined ? row : joinViews(before, row))
  }
  for (const { key, attempt } of attempts) facts.mergeAttempt(key, attempt)
  for (const { key, enrolment } of enrolments) {
    const before = facts.enrolment(key)
    facts.enrolments.set(idsOf(key), before === undefined ? enrolment : joinEnrolments(before, enrolment))
  }
  for (const { key, completedAt } of completions) {
    facts.completions.set(idsOf(key), Math.min(facts.completion(key) ?? completedAt, completedAt))
  }
}

/** Deletes all facts under a key, those of a content on its own too. */
function clearFacts(facts: MemoryFacts, key: EnrolmentKey): void {
  const ids = idsOf(key)
  for (const table of [facts.viewRows, facts.attemptRows]) {
    for (const { ids: row } of table.under(...ids)) table.delete(...row)
  }
  facts.enrolments.delete(...ids)
  facts.completions.delete(...ids)
}

function keyOf([userId = '', collectionId = '', contextId = '']: readonly string[]): EnrolmentKey {
  return { userId, collectionId, contextId }
}

function viewKeyOf(ids: readonly string[]): EnrolmentKey & { readonly contentId: string } {
  return { ...keyOf(ids), contentId: ids[3] ?? '' }
}

/** What a merge does beyond facts and traces. */
export interface MergeFollowing extends Pick<MergeTables, 'recompute' | 'append'> {
  /** Nothing is left under a key: so there is no summary of it. */
  forget(key: EnrolmentKey): void
}

/** What merging needs of memory. */
export function memoryMergeTables(
  facts: MemoryFacts,
  merges: MemoryMerges,
  { forget, ...following }: MergeFollowing,
): MergeTables {
  return {
    ...following,
    merges,
    factsOf: (userId) => learnerFacts(facts, userId),
    attempt: (key, attemptId) => facts.attemptRows.get(...idsOf(key), key.contentId, attemptId),
    completion: (key) => facts.completion(key),
    placesOf: (userId) => {
      const completed = learnerFacts(facts, userId).completions.map(({ key }) => key)
      return [...facts.participationsOf(userId), ...completed]
    },
    join: (joined) => {
      joinFacts(facts, joined)
    },
    clear: (key) => {
      clearFacts(facts, key)
      forget(key)
    },
  }
}
