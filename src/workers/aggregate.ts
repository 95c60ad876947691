import { joinIds, type EnrolmentKey } from '../domain/progress/key.ts'
import { AGGREGATE_CONSUMER, staleEnrolment, TRIGGERS } from '../domain/progress/occurrence.ts'
import type { LogEntry } from '../ports/log.ts'
import type { ProgressStore } from '../ports/progress-store.ts'
import type { Consumer, LogReader } from './consumer.ts'

export const AGGREGATOR: LogReader = { name: AGGREGATE_CONSUMER, types: TRIGGERS }

/**
 * Recomputes the summaries of enrolments whose raw rows changed. Several triggers of one enrolment among the entries are
 * one recomputation. A commit holds so many summaries, so that requests have their turn in between; the position moves
 * in the last one. If the process ends before, all of them are recomputed again, which changes nothing.
 */
export function aggregator(progress: ProgressStore, commitMax: number): Consumer {
  return {
    ...AGGREGATOR,
    handle: async (entries, stopping) => {
      const last = entries.at(-1)
      if (last === undefined) return
      const keys = await progress.inOrder(staleKeys(entries))
      let done = 0
      for (; keys.length - done > commitMax; done += commitMax) {
        await progress.recompute(keys.slice(done, done + commitMax))
        if (stopping.aborted) return
      }
      await progress.recompute(keys.slice(done), { consumer: AGGREGATE_CONSUMER, seq: last.seq })
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
