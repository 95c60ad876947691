import { decideCopies, settleCopy } from '../../domain/progress/carry.ts'
import type { CopyDecision } from '../../domain/progress/copying.ts'
import { viewId, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { compareCopied, type Copied } from '../../domain/progress/provenance.ts'
import type { Made } from '../../domain/progress/shown-row.ts'
import { viewCompletedAt } from '../../domain/progress/view.ts'
import { distinct, historyOf, Targets, type School } from './account.ts'
import type { CopyRow, CopyTable } from './tables.ts'

/** Each time that a content is decided again, a copy less stands in for what is gone. */
const SETTLED_BY = 8

/** Decides copies of what is known of a content, and keeps table `copy` to that. */
export class CopyDeriving {
  readonly #school: School
  readonly #copies: CopyTable

  constructor(school: School, copies: CopyTable) {
    this.#school = school
    this.#copies = copies
  }

  /**
   * What is to be made of one row.
   * @param before the copy that is there
   */
  decided(place: EnrolmentKey, contentId: string, before: Copied | null, targets: Targets): Made | undefined {
    const { userId, collectionId, contextId } = place
    const id = viewId({ userId, collectionId, contextId, contentId })
    const rows = this.#copies.rowsOf(userId, contentId)
    const decision = this.#decide(rows, contentId, place, targets).find(({ target }) => viewId(target) === id)
    if (decision === undefined) return undefined
    return { enrolledAt: enrolledAt(targets, place), copied: settleCopy(before, decision) }
  }

  #decide(rows: readonly CopyRow[], contentId: string, also: EnrolmentKey, targets: Targets): readonly CopyDecision[] {
    const places = distinct([...rows.map(({ key }) => key), { ...also, contentId }])
    return decideCopies(historyOf(this.#school, contentId, rows, places, targets))
  }

  #completedAt(key: ViewKey): number | null {
    const own = this.#school.facts.view(key)
    return own === undefined ? null : viewCompletedAt(own)
  }

  /** Decides contents of one enrolment anew, wherever they are; stores what changed. */
  deriveAll(key: EnrolmentKey, contentIds: Iterable<string>): readonly Occurrence[] {
    const targets = new Targets(this.#school)
    return [...contentIds].flatMap((contentId) => this.derive(key.userId, contentId, key, targets))
  }

  /**
   * Decides a content anew in every enrolment that has a row of it, and in one more; stores what changed. A copy whose
   * source is gone stands in for it, so that what was stored bears on what is decided: then it is decided until it stays.
   */
  derive(userId: string, contentId: string, also: EnrolmentKey, targets: Targets): readonly Occurrence[] {
    const occurrences: Occurrence[] = []
    for (let times = 0; times < SETTLED_BY; times += 1) {
      const rows = this.#copies.rowsOf(userId, contentId)
      const told = this.#deriveOnce(rows, contentId, also, targets)
      occurrences.push(...told)
      if (told.length === 0 || !this.#hasOrphan(rows)) break
    }
    return occurrences
  }

  /** Whether some row is a copy of one that is no more. */
  #hasOrphan(rows: readonly CopyRow[]): boolean {
    return rows.some(({ copied }) => copied !== null && this.#completedAt(copied.from) === null)
  }

  #deriveOnce(
    rows: readonly CopyRow[],
    contentId: string,
    also: EnrolmentKey,
    targets: Targets,
  ): readonly Occurrence[] {
    const known = new Map(rows.map((row) => [viewId(row.key), row]))
    const occurrences: Occurrence[] = []
    for (const decision of this.#decide(rows, contentId, also, targets)) {
      const key = decision.target
      const before = known.get(viewId(key))
      const copied = settleCopy(before?.copied ?? null, decision)
      const made = enrolledAt(targets, key)
      const same = isSame(before?.copied ?? null, copied)
      if (before === undefined || !same || before.enrolledAt !== made) {
        this.#copies.put({ key, enrolledAt: made, copied })
      }
      if (!same && copied !== null) occurrences.push(told(key, copied))
      // The learner's own completion took its place: what came with the copy, its attempts among it, counts no more.
      const completedAt = copied === null && !same ? this.#completedAt(key) : null
      if (completedAt !== null) occurrences.push({ type: 'view-corrected', ...key, completedAt })
    }
    return occurrences
  }
}

function enrolledAt(targets: Targets, key: EnrolmentKey): number | null {
  return targets.of(key)?.enrolment.firstEnrolledAt ?? null
}

function isSame(a: Copied | null, b: Copied | null): boolean {
  return a === b || (a !== null && b !== null && compareCopied(a, b) === 0)
}

function told(key: ViewKey, { from, completedAt, ruleId }: Copied): Occurrence {
  const { collectionId: fromCollectionId, contextId: fromContextId } = from
  return { type: 'view-copied', ...key, completedAt, fromCollectionId, fromContextId, ruleId }
}
