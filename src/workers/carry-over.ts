import { joinIds, type EnrolmentKey } from '../domain/progress/key.ts'
import type { Occurrence } from '../domain/outbox.ts'
import type { Log } from '../ports/log.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { ProgressStore } from '../ports/progress-store.ts'
import type { Consumer, LogReader } from './consumer.ts'
import { enrolmentPages } from './enrolment-pages.ts'

export const CARRIER: LogReader = {
  name: 'carry-over',
  types: ['collection-published', 'context-changed', 'rules-changed'],
}

export interface CarryLimits {
  /** Leaves carried over in one commit, at most. */
  readonly leavesMax: number
  /** Enrolments looked at together. */
  readonly enrolmentsMax: number
}

/**
 * Carries progress over into all that a change of the catalogue concerns: a publication, a context's dates or rules, a
 * rule of the instance (progress modes, "Rules"). Some at a time, so that memory stays flat; what is carried over already
 * costs next to nothing, so whatever comes again is done again. New and changed enrolments are carried over before their
 * summaries are recomputed (carry-first.ts).
 */
export function carrier(progress: ProgressStore, log: Log, limits: CarryLimits): Consumer {
  return {
    ...CARRIER,
    handle: async (entries, stopping) => {
      const occurrences = entries.map(({ occurrence }) => occurrence)
      for await (const { keys, left } of concerned(progress, occurrences, limits.enrolmentsMax)) {
        await progress.carry(keys, limits.leavesMax)
        if (left) await progress.carryOn(keys)
        if (stopping.aborted) return
      }
      const last = entries.at(-1)
      if (last !== undefined) await log.commit(CARRIER.name, last.seq)
    },
  }
}

/** Some keys to be looked at together. */
interface Concerned {
  readonly keys: readonly EnrolmentKey[]
  /** Whether their own context changed: then also what was copied from there is decided anew. */
  readonly left: boolean
}

async function* concerned(
  progress: ProgressStore,
  occurrences: readonly Occurrence[],
  limit: number,
): AsyncGenerator<Concerned> {
  const collections = new Set<string>()
  const contexts = new Map<string, { readonly collectionId: string; readonly contextId: string }>()
  for (const occurrence of occurrences) {
    if (occurrence.type === 'collection-published') collections.add(occurrence.collectionId)
    if (occurrence.type === 'context-changed') {
      const { collectionId, contextId } = occurrence
      contexts.set(joinIds(collectionId, contextId), { collectionId, contextId })
    }
  }
  for (const { collectionId, contextId } of contexts.values()) {
    const list = (page: PageRequest): Promise<Page<EnrolmentKey>> => takingPart(progress, collectionId, contextId, page)
    for await (const keys of enrolmentPages(list, limit)) yield { keys, left: true }
  }
  // A rule may hold anywhere: then all are looked at.
  const everywhere = occurrences.some(({ type }) => type === 'rules-changed')
  const lists = everywhere
    ? [(page: PageRequest) => progress.allEnrolments(page)]
    : [...collections].map((collectionId) => (page: PageRequest) => progress.participants(collectionId, page))
  for (const list of lists) for await (const keys of enrolmentPages(list, limit)) yield { keys, left: false }
}

/** Everyone with a part in a context: who only views there, without an enrolment, has progress that moves as well. */
async function takingPart(
  progress: ProgressStore,
  collectionId: string,
  contextId: string,
  request: PageRequest,
): Promise<Page<EnrolmentKey>> {
  const { items, next } = await progress.participants(collectionId, request)
  return { items: items.filter((key) => key.contextId === contextId), next }
}
