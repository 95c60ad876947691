import type { ProgressStore } from '../ports/progress-store.ts'

/** What a worker needs that recomputes summaries. */
export type Recomputing = Pick<ProgressStore, 'staleEnrolments' | 'inOrder' | 'participants' | 'recompute'>

/**
 * For the modes that copy: before summaries are recomputed, their enrolments are carried over. Otherwise each summary of
 * a new enrolment would have all its rows derived in one commit with others, and again when they are carried over.
 * @param leavesMax leaves carried over in one commit, at most.
 */
export function carryFirst(progress: ProgressStore, leavesMax: number): Recomputing {
  return {
    staleEnrolments: (occurrences) => progress.staleEnrolments(occurrences),
    inOrder: (keys) => progress.inOrder(keys),
    participants: (collectionId, page) => progress.participants(collectionId, page),
    recompute: async (keys, position) => {
      await progress.carry(keys, leavesMax)
      await progress.recompute(keys, position)
    },
  }
}
