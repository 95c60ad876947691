import { reachNothing, type Reach } from '../ports/crash-points.ts'
import type { Log } from '../ports/log.ts'
import type { ProgressStore } from '../ports/progress-store.ts'
import type { Consumer } from './loop.ts'

export const REPUBLISH_CONSUMER = 'republish'

/**
 * After a publication, recomputes everyone who takes part in the collection, a page per commit, so that writes go on
 * meanwhile. If the process ends in between, the publication is handled again from its start: recomputing is free of
 * side effects.
 */
export function republisher(
  progress: ProgressStore,
  log: Log,
  pageSize: number,
  reach: Reach = reachNothing,
): Consumer {
  return {
    name: REPUBLISH_CONSUMER,
    handle: async (entries) => {
      const published = new Set<string>()
      for (const { occurrence } of entries) {
        if (occurrence.type === 'collection-published') published.add(occurrence.collectionId)
      }
      for (const collectionId of published) await recomputeAll(progress, collectionId, pageSize, reach)
      const last = entries.at(-1)
      if (last !== undefined) await log.commit(REPUBLISH_CONSUMER, last.seq)
    },
  }
}

async function recomputeAll(
  progress: ProgressStore,
  collectionId: string,
  pageSize: number,
  reach: Reach,
): Promise<void> {
  let after: string | undefined
  do {
    const page = await progress.participants(collectionId, { after, limit: pageSize })
    await progress.recompute(page.items)
    reach('republish-page')
    after = page.next
  } while (after !== undefined)
}
