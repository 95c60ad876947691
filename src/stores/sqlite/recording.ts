import { decideAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import { sameEnrolment, type Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { sharesRows } from '../../domain/progress/shared-rows.ts'
import { enrolmentOccurrences, viewOccurrences } from '../../domain/progress/tell.ts'
import { staleEnrolment } from '../../domain/progress/triggers.ts'
import { decideView, factRow, type ViewFact } from '../../domain/progress/view.ts'
import type { AttemptRecorded, ViewRecorded } from '../../ports/progress-store.ts'
import type { Carrying } from '../carrying/carrying.ts'
import { recordShown, redirected } from '../carrying/record.ts'
import type { RawRows } from './raw-rows.ts'
import type { Summaries } from './summaries.ts'

export interface RecordingParts {
  readonly mode: Mode
  readonly raw: RawRows
  /** Undefined where nothing is carried over. */
  readonly carrying: Carrying | undefined
  readonly summaries: Summaries
}

/** What is done with what was recorded. */
export interface Following {
  tell(occurrence: Occurrence): void
  /** The summary of an enrolment is not that of its rows any more. */
  stale(key: EnrolmentKey): void
}

/** Decides what facts do and writes that, with what follows of it, inside the transaction of the caller. */
export class Recording {
  readonly #raw: RawRows
  readonly #carrying: Carrying | undefined
  readonly #summaries: Summaries
  readonly #following: Following
  readonly #concernsOthers: boolean

  constructor({ mode, raw, carrying, summaries }: RecordingParts, following: Following) {
    this.#raw = raw
    this.#carrying = carrying
    this.#summaries = summaries
    this.#following = following
    this.#concernsOthers = sharesRows(mode) || carrying !== undefined
  }

  view(key: ViewKey, fact: ViewFact): ViewRecorded {
    const place = this.#raw.locate(key)
    const before = this.#raw.view(key, place)
    if (this.#carrying !== undefined) {
      const { recorded, occurrences } = recordShown(this.#carrying, key, fact, before, (row, merged) => {
        this.#raw.recordView(key, place, row, merged)
      })
      this.appendAll(occurrences)
      return recorded
    }
    const decision = decideView(before, fact)
    const { row, outcome } = decision
    if (row === undefined) return { outcome, row: before }
    this.#raw.recordView(key, place, factRow(fact), row)
    for (const occurrence of viewOccurrences(key, decision)) this.append(occurrence)
    return { outcome, row }
  }

  attempt(key: ViewKey, attempt: Attempt): AttemptRecorded {
    const before = this.#raw.attempt(key, attempt.attemptId)
    this.#raw.mergeAttempt(key, attempt)
    const { outcome, attempt: after, changed } = decideAttempt(before, attempt)
    const place = this.#carrying?.place(key).key ?? key
    if (changed) {
      const { attemptId, score, maxScore } = after
      this.append({ type: 'attempt-submitted', ...place, attemptId, score, maxScore })
    }
    return { outcome, attempt: after, ...redirected(key, place) }
  }

  /**
   * The learner enrols.
   * @param after `before` and what is known now, merged.
   */
  enrol(key: EnrolmentKey, before: Enrolment | undefined, after: Enrolment): void {
    const carrying = sameEnrolment(before, after) ? undefined : this.#carrying
    if (before !== undefined) this.appendAll(carrying?.enrolling(key) ?? [])
    this.#raw.mergeEnrolment(key, after)
    this.appendAll(enrolmentOccurrences(key, before, after, this.#carrying !== undefined))
    this.appendAll(carrying?.enrolled(key) ?? [])
  }

  /** The learner leaves. */
  unenrol(key: EnrolmentKey, after: Enrolment): void {
    this.appendAll(this.#carrying?.enrolling(key) ?? [])
    this.#raw.mergeEnrolment(key, after)
    this.append({ type: 'enrolment-changed', ...key, active: false })
  }

  appendAll(occurrences: readonly Occurrence[]): void {
    for (const occurrence of occurrences) this.append(occurrence)
  }

  /** Tells what happened, and names whose summaries that makes stale. */
  append(occurrence: Occurrence): void {
    this.#following.tell(occurrence)
    const key = staleEnrolment(occurrence)
    if (key === undefined) return
    this.#following.stale(key)
    if (this.#concernsOthers) for (const other of this.#summaries.sharing(occurrence)) this.#following.stale(other)
    if (isOrganic(occurrence)) return
    if (occurrence.type !== 'view-ended' && occurrence.type !== 'sync-requested') this.#raw.makeMember(key)
  }
}

/** An organic view or attempt stands for itself: there is no collection whose publication would concern it. */
function isOrganic(occurrence: Occurrence): boolean {
  return 'contentId' in occurrence && occurrence.contentId === occurrence.collectionId
}
