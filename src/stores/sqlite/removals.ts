import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { goingWith, sharesRows } from '../../domain/progress/shared-rows.ts'
import type { Removed } from '../../ports/progress-store.ts'
import type { Carrying } from '../carrying/carrying.ts'
import type { RawRows } from './raw-rows.ts'
import type { Summaries } from './summaries.ts'

/** What removing works with. */
export interface RemovalParts {
  readonly mode: Mode
  readonly raw: RawRows
  /** Undefined where nothing is carried over. */
  readonly carrying: Carrying | undefined
  readonly summaries: Summaries
}

/** Removes enrolments with what counts in them alone (decisions 0013 and 0014), inside the transaction of the caller. */
export class Removals {
  readonly #parts: RemovalParts
  readonly #append: (occurrence: Occurrence) => void

  /** @param append tells what was removed, and what became of others because of it. */
  constructor(parts: RemovalParts, append: (occurrence: Occurrence) => void) {
    this.#parts = parts
    this.#append = append
  }

  /** Answers what went, in all. */
  remove(keys: readonly EnrolmentKey[]): Removed {
    const total = { enrolments: 0, views: 0, attempts: 0 }
    for (const key of keys) {
      const { enrolments, views, attempts } = this.#removeOne(key)
      total.enrolments += enrolments
      total.views += views
      total.attempts += attempts
      if (enrolments + views + attempts > 0) this.#append({ type: 'progress-removed', ...key, views, attempts })
    }
    return total
  }

  #removeOne(key: EnrolmentKey): Removed {
    const { mode, carrying } = this.#parts
    if (carrying !== undefined) return this.#removeCarried(key, carrying)
    return sharesRows(mode) ? this.#removeSharing(key) : this.#removeRows(key)
  }

  #removeCarried(key: EnrolmentKey, carrying: Carrying): Removed {
    const { raw, summaries } = this.#parts
    const { occurrences, own, rowsOf, changed, contents } = carrying.leaving(key)
    for (const occurrence of occurrences) this.#append(occurrence)
    if (own === 'enrolment') return this.#removeEnrolment(key)
    const { enrolments, ...total } = this.#removeRows(key)
    for (const other of rowsOf) {
      const { views, attempts } = raw.removeRows(other)
      total.views += views
      total.attempts += attempts
      summaries.recompute(other)
    }
    for (const occurrence of carrying.left(key, contents)) this.#append(occurrence)
    for (const other of changed) summaries.recompute(other)
    return { enrolments, ...total }
  }

  /** Everything under a key. What the aggregator has yet to read may no longer lead to it: it is not behind for ever. */
  #removeRows(key: EnrolmentKey): { enrolments: number; views: number; attempts: number } {
    this.#parts.summaries.forget(key)
    return this.#parts.raw.remove(key)
  }

  /** The enrolment alone: its rows count elsewhere. */
  #removeEnrolment(key: EnrolmentKey): Removed {
    const enrolments = this.#parts.raw.removeEnrolment(key)
    // It stays where rows alone make one, and goes otherwise.
    if (enrolments > 0) this.#parts.summaries.recompute(key)
    return { enrolments, views: 0, attempts: 0 }
  }

  /** Where rows count in several enrolments, they go with the last of them. */
  #removeSharing(key: EnrolmentKey): Removed {
    const { mode, raw } = this.#parts
    const enrolled = raw.enrolmentsOf(key.userId, key.collectionId).map(({ contextId }) => contextId)
    const elsewhere = enrolled.some((contextId) => contextId !== key.contextId)
    const going = goingWith(mode, key, enrolled.includes(key.contextId), elsewhere)
    if (going === 'enrolment') return this.#removeEnrolment(key)
    const own = this.#removeRows(key)
    if (going === 'own') return own
    const { views, attempts } = this.#removeRows({ ...key, contextId: key.collectionId })
    return { enrolments: own.enrolments, views: own.views + views, attempts: own.attempts + attempts }
  }
}
