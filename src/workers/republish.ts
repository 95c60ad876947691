import { reachNothing, type Reach } from '../ports/crash-points.ts'
import type { Log } from '../ports/log.ts'
import type { Recomputing } from './carry-first.ts'
import type { Consumer, LogReader } from './consumer.ts'
import { enrolmentPages } from './enrolment-pages.ts'

export const REPUBLISHER: LogReader = { name: 'republish', types: ['collection-published'] }

/**
 * After a publication, recomputes everyone who takes part in the collection, a page per commit, so that writes go on
 * meanwhile. If the process ends in between, the publication is handled again from its start: recomputing is free of
 * side effects.
 */
export function republisher(progress: Recomputing, log: Log, pageSize: number, reach: Reach = reachNothing): Consumer {
  return {
    ...REPUBLISHER,
    handle: async (entries, stopping) => {
      const published = new Set<string>()
      for (const { occurrence } of entries) {
        if (occurrence.type === 'collection-published') published.add(occurrence.collectionId)
      }
      for (const collectionId of published) {
        for await (const keys of enrolmentPages((page) => progress.participants(collectionId, page), pageSize)) {
          await progress.recompute(keys)
          reach('republish-page')
          if (stopping.aborted) return
        }
      }
      const last = entries.at(-1)
      if (last !== undefined) await log.commit(REPUBLISHER.name, last.seq)
    },
  }
}
