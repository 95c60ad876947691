import { joinIds, type EnrolmentKey } from '../domain/progress/key.ts'
import { AGGREGATE_CONSUMER, staleEnrolment } from '../domain/progress/occurrence.ts'
import type { LogEntry } from '../ports/log.ts'
import type { ProgressStore } from '../ports/progress-store.ts'
import type { Consumer } from './loop.ts'

/**
 * Recomputes the summaries of enrolments whose raw rows changed. Several triggers of one enrolment in a batch are one
 * recomputation; the position moves in the commit of the summaries.
 */
export function aggregator(progress: ProgressStore): Consumer {
  return {
    name: AGGREGATE_CONSUMER,
    handle: async (entries) => {
      const last = entries.at(-1)
      if (last === undefined) return
      await progress.recompute(staleKeys(entries), { consumer: AGGREGATE_CONSUMER, seq: last.seq })
    },
  }
}

function staleKeys(entries: readonly LogEntry[]): readonly EnrolmentKey[] {
  const keys = new Map<string, EnrolmentKey>()
  for (const { occurrence } of entries) {
    const key = staleEnrolment(occurrence)
    if (key !== undefined) keys.set(joinIds(key.userId, key.collectionId, key.contextId), key)
  }
  return [...keys.values()]
}
