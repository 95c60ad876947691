import { AGGREGATE_CONSUMER, TRIGGERS } from '../domain/progress/triggers.ts'
import type { Recomputing } from './carry-first.ts'
import type { Consumer, LogReader } from './consumer.ts'

export const AGGREGATOR: LogReader = { name: AGGREGATE_CONSUMER, types: TRIGGERS }

/**
 * Recomputes the summaries of enrolments whose raw rows changed. Several triggers of one enrolment among the entries are
 * one recomputation. A commit holds so many summaries, so that requests have their turn in between; the position moves
 * in the last one. If the process ends before, all of them are recomputed again, which changes nothing.
 */
export function aggregator(progress: Recomputing, commitMax: number): Consumer {
  return {
    ...AGGREGATOR,
    handle: async (entries, stopping) => {
      const last = entries.at(-1)
      if (last === undefined) return
      const stale = await progress.staleEnrolments(entries.map(({ occurrence }) => occurrence))
      const keys = await progress.inOrder(stale)
      let done = 0
      for (; keys.length - done > commitMax; done += commitMax) {
        await progress.recompute(keys.slice(done, done + commitMax))
        if (stopping.aborted) return
      }
      await progress.recompute(keys.slice(done), { consumer: AGGREGATE_CONSUMER, seq: last.seq })
    },
  }
}
