import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { Enrolled } from '../../ports/progress-store.ts'
import type { MemoryFacts } from './facts.ts'
import { compareIds, TupleMap } from './ordered-map.ts'
import { pageOf } from './page.ts'

/** Lists of enrolments and of who takes part, a page at a time. */
export class MemoryLists {
  readonly #facts: MemoryFacts

  constructor(facts: MemoryFacts) {
    this.#facts = facts
  }

  ofLearner(userId: string, page: PageRequest): Page<Enrolled> {
    const all = this.#facts.enrolments.under(userId)
    return pageOf(all, page, 2, ({ ids }) => ids.slice(1), enrolledOf)
  }

  inContext(collectionId: string, contextId: string, page: PageRequest): Page<Enrolled> {
    const all = this.#facts.enrolments.under().filter(({ ids }) => ids[1] === collectionId && ids[2] === contextId)
    return pageOf(all, page, 1, ({ ids }) => ids.slice(0, 1), enrolledOf)
  }

  /** By learner, collection and context. */
  all(page: PageRequest): Page<EnrolmentKey> {
    const all = this.#facts.enrolments.under()
    return pageOf(all, page, 3, ({ ids }) => ids, keyOf)
  }

  participants(collectionId: string, page: PageRequest): Page<EnrolmentKey> {
    const ordered = this.takingPart(collectionId)
    const idsOf = ({ contextId, userId }: EnrolmentKey): readonly string[] => [contextId, userId]
    return pageOf(ordered, page, 2, idsOf, (key) => key)
  }

  /** Everyone in a collection, in the order of contexts, then of learners. */
  takingPart(collectionId: string): readonly EnrolmentKey[] {
    const keys = this.keysUnder((_, collection) => collection === collectionId)
    return keys.toSorted((a, b) => compareIds([a.contextId, a.userId], [b.contextId, b.userId]))
  }

  /** Keys with an enrolment, a view or an attempt inside a collection. */
  keysUnder(wanted: (userId: string, collectionId: string) => boolean): readonly EnrolmentKey[] {
    const { viewRows, attemptRows, enrolments } = this.#facts
    const inside = [...viewRows.under(), ...attemptRows.under()].filter(({ ids }) => ids[1] !== ids[3])
    const keys = new TupleMap<EnrolmentKey>()
    for (const { ids } of [...enrolments.under(), ...inside]) {
      const key = keyOf({ ids })
      if (wanted(key.userId, key.collectionId)) keys.set(ids.slice(0, 3), key)
    }
    return keys.under().map(({ value }) => value)
  }
}

function keyOf({ ids: [userId = '', collectionId = '', contextId = ''] }: { ids: readonly string[] }): EnrolmentKey {
  return { userId, collectionId, contextId }
}

function enrolledOf({ ids, value }: { ids: readonly string[]; value: Enrolment }): Enrolled {
  return { ...keyOf({ ids }), enrolment: value }
}
