import { decideAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import {
  enrolAt,
  enrolOutcome,
  isActive,
  joinEnrolments,
  unenrolAt,
  type Enrolment,
} from '../../domain/progress/enrolment.ts'
import { holdsLeaf, type Structure } from '../../domain/progress/hierarchy.ts'
import { compareKeys, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { summaryOccurrences, viewOccurrences, type Occurrence } from '../../domain/progress/occurrence.ts'
import { allStale, countedRows, goingWith, ownsRows, type KnownEnrolments } from '../../domain/progress/shared-rows.ts'
import { hasProgress, summarise, type RawProgress, type Summary } from '../../domain/progress/summary.ts'
import { decideView, factRow, joinViews, type ViewFact, type ViewRow } from '../../domain/progress/view.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type {
  AttemptRecorded,
  ConsumerPosition,
  Enrolled,
  EnrolmentRecorded,
  EnrolmentSummary,
  ProgressStore,
  Removed,
  ViewRecorded,
  ViewWrite,
} from '../../ports/progress-store.ts'
import type { MemoryCatalogue } from './catalogue.ts'
import type { MemoryLog } from './log.ts'
import { compareIds, TupleMap } from './ordered-map.ts'
import { pageOf } from './page.ts'

/** Progress as maps; merges with the domain's own joins and computes every summary when it is read. */
export class MemoryProgressStore implements ProgressStore {
  readonly #mode: Mode
  readonly #log: MemoryLog
  readonly #catalogue: MemoryCatalogue
  readonly #views = new TupleMap<ViewRow>()
  readonly #attempts = new TupleMap<Attempt>()
  readonly #enrolments = new TupleMap<Enrolment>()
  readonly #completions = new TupleMap<number>()
  readonly #summaries = new TupleMap<Summary>()
  readonly #stale = new TupleMap<EnrolmentKey>()
  readonly #known: KnownEnrolments = {
    enrolmentsOf: (userId, collectionId) => {
      const found = this.#enrolments.under(userId, ...(collectionId === undefined ? [] : [collectionId]))
      return found.map(({ ids: [, collection = '', contextId = ''] }) => ({
        userId,
        collectionId: collection,
        contextId,
      }))
    },
    holds: (collectionId, contentId) => {
      const published = this.#catalogue.publicationNow(collectionId)
      return published !== undefined && holdsLeaf(published.structure, contentId)
    },
  }

  constructor(mode: Mode, log: MemoryLog, catalogue: MemoryCatalogue) {
    this.#mode = mode
    this.#log = log
    this.#catalogue = catalogue
    catalogue.beforePublish = (collectionId, everyone) => {
      const behind = this.#stale.under().filter(({ value }) => value.collectionId === collectionId)
      for (const { value } of behind) this.#recompute(value)
      if (!everyone) return
      const published = catalogue.publicationNow(collectionId)?.publication
      for (const key of this.#participants(collectionId)) {
        if (this.#summaries.get(...idsOf(key))?.publication !== published) this.#recompute(key)
      }
    }
  }

  recordView(key: ViewKey, fact: ViewFact): Promise<ViewRecorded> {
    return Promise.resolve(this.#recordView(key, fact))
  }

  recordViews(writes: readonly ViewWrite[]): Promise<readonly ViewRecorded[]> {
    return Promise.resolve(writes.map(({ key, fact }) => this.#recordView(key, fact)))
  }

  #recordView(key: ViewKey, fact: ViewFact): ViewRecorded {
    const ids = [...idsOf(key), key.contentId]
    const before = this.#views.get(...ids)
    const decision = decideView(before, fact)
    const { outcome, row } = decision
    if (row === undefined) return { outcome, row: before }
    this.#views.set(ids, before === undefined ? factRow(fact) : joinViews(before, factRow(fact)))
    for (const occurrence of viewOccurrences(key, decision)) this.#append(occurrence)
    return { outcome, row }
  }

  submitAttempt(key: ViewKey, attempt: Attempt): Promise<AttemptRecorded> {
    const ids = [...idsOf(key), key.contentId, attempt.attemptId]
    const before = this.#attempts.get(...ids)
    const { outcome, attempt: after, changed } = decideAttempt(before, attempt)
    this.#attempts.set(ids, after)
    if (changed) {
      const { attemptId, score, maxScore } = after
      this.#append({ type: 'attempt-submitted', ...key, attemptId, score, maxScore })
    }
    return Promise.resolve({ outcome, attempt: after })
  }

  enrol(key: EnrolmentKey, at: number, timed = false): Promise<EnrolmentRecorded> {
    const before = this.#enrolments.get(...idsOf(key))
    const after = enrolAt(before, at, timed)
    const enrolment = before === undefined ? after : joinEnrolments(before, after)
    this.#enrolments.set(idsOf(key), enrolment)
    if (before === undefined) this.#append({ type: 'enrolment-created', ...key })
    else if (!isActive(before) && isActive(enrolment)) {
      this.#append({ type: 'enrolment-changed', ...key, active: true })
    }
    return Promise.resolve({ outcome: enrolOutcome(before, enrolment), enrolment })
  }

  unenrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded | undefined> {
    const before = this.#enrolments.get(...idsOf(key))
    if (before === undefined) return Promise.resolve(undefined)
    if (!isActive(before)) return Promise.resolve({ outcome: 'ALREADY_UNENROLLED', enrolment: before })
    const enrolment = unenrolAt(before, at)
    this.#enrolments.set(idsOf(key), enrolment)
    this.#append({ type: 'enrolment-changed', ...key, active: false })
    return Promise.resolve({ outcome: 'UNENROLLED', enrolment })
  }

  remove(key: EnrolmentKey): Promise<Removed> {
    const removed = this.#remove(key)
    if (removed.enrolments + removed.views + removed.attempts > 0) {
      this.#append({ type: 'progress-removed', ...key, views: removed.views, attempts: removed.attempts })
    }
    return Promise.resolve(removed)
  }

  /** Where rows count in several enrolments, they go with the last of them. */
  #remove(key: EnrolmentKey): Removed {
    const enrolled = this.#known.enrolmentsOf(key.userId, key.collectionId).map(({ contextId }) => contextId)
    const elsewhere = enrolled.some((contextId) => contextId !== key.contextId)
    const going = goingWith(this.#mode, key, enrolled.includes(key.contextId), elsewhere)
    if (going === 'enrolment') {
      const enrolments = this.#enrolments.delete(...idsOf(key))
      if (enrolments > 0) this.#recompute(key)
      return { enrolments, views: 0, attempts: 0 }
    }
    const own = this.#removeUnder(key)
    if (going === 'own') return own
    const { views, attempts } = this.#removeUnder({ ...key, contextId: key.collectionId })
    return { enrolments: own.enrolments, views: own.views + views, attempts: own.attempts + attempts }
  }

  #removeUnder(key: EnrolmentKey): Removed {
    const ids = idsOf(key)
    this.#completions.delete(...ids)
    this.#summaries.delete(...ids)
    return {
      enrolments: this.#enrolments.delete(...ids),
      views: this.#views.deleteWhere(insideOf(key)),
      attempts: this.#attempts.deleteWhere(insideOf(key)),
    }
  }

  async removeAll(userId: string): Promise<Removed> {
    const total = { enrolments: 0, views: 0, attempts: 0 }
    for (const key of this.#keysUnder((user) => user === userId)) {
      const removed = await this.remove(key)
      total.enrolments += removed.enrolments
      total.views += removed.views
      total.attempts += removed.attempts
    }
    return total
  }

  views(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, ViewRow>> {
    const all = new Map(this.#views.under(...idsOf(key)).map(({ ids, value }) => [ids[3] ?? '', value]))
    return Promise.resolve(chosen(all, contentIds))
  }

  attempts(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>> {
    return Promise.resolve(chosen(this.#raw(key).attempts, contentIds))
  }

  enrolment(key: EnrolmentKey): Promise<Enrolment | undefined> {
    return Promise.resolve(this.#enrolments.get(...idsOf(key)))
  }

  async enrolmentsOf(userId: string, page: PageRequest): Promise<Page<Enrolled>> {
    const all = this.#enrolments.under(userId)
    return Promise.resolve(pageOf(all, page, 2, ({ ids }) => ids.slice(1), enrolledOf))
  }

  async enrolmentsIn(collectionId: string, contextId: string, page: PageRequest): Promise<Page<Enrolled>> {
    const all = this.#enrolments.under().filter(({ ids }) => ids[1] === collectionId && ids[2] === contextId)
    return Promise.resolve(pageOf(all, page, 1, ({ ids }) => ids.slice(0, 1), enrolledOf))
  }

  summary(key: EnrolmentKey): Promise<Summary | undefined> {
    return Promise.resolve(this.#summarise(key))
  }

  enrolmentSummary(key: EnrolmentKey): Promise<EnrolmentSummary> {
    return Promise.resolve({ enrolment: this.#enrolments.get(...idsOf(key)), summary: this.#summarise(key) })
  }

  staleEnrolments(occurrences: readonly Occurrence[]): Promise<readonly EnrolmentKey[]> {
    return Promise.resolve(allStale(this.#mode, occurrences, this.#known))
  }

  async recompute(keys: readonly EnrolmentKey[], position?: ConsumerPosition): Promise<void> {
    for (const key of keys) this.#recompute(key)
    if (position !== undefined) await this.#log.commit(position.consumer, position.seq)
  }

  inOrder(keys: readonly EnrolmentKey[]): Promise<readonly EnrolmentKey[]> {
    return Promise.resolve([...keys].sort(compareKeys))
  }

  /** Logs what happened, and notes whose summary is behind because of it. */
  #append(occurrence: Occurrence): void {
    this.#log.append(occurrence)
    for (const key of allStale(this.#mode, [occurrence], this.#known)) this.#stale.set(idsOf(key), key)
  }

  #recompute(key: EnrolmentKey): void {
    this.#stale.delete(...idsOf(key))
    const after = this.#summarise(key)
    if (after === undefined) {
      this.#summaries.delete(...idsOf(key))
      return
    }
    const before = this.#summaries.get(...idsOf(key))
    this.#summaries.set(idsOf(key), after)
    const completedBefore = this.#completions.get(...idsOf(key))
    if (after.completedAt !== undefined) this.#completions.set(idsOf(key), after.completedAt)
    for (const occurrence of summaryOccurrences(key, before, after, completedBefore)) this.#append(occurrence)
  }

  async participants(collectionId: string, page: PageRequest): Promise<Page<EnrolmentKey>> {
    const ordered = this.#participants(collectionId).map((key) => ({ ids: [key.contextId, key.userId], value: key }))
    return Promise.resolve(
      pageOf(
        ordered,
        page,
        2,
        ({ ids }) => ids,
        ({ value }) => value,
      ),
    )
  }

  /** In the order of contexts, then of learners. */
  #participants(collectionId: string): readonly EnrolmentKey[] {
    const keys = this.#keysUnder((_, collection) => collection === collectionId)
    return keys.toSorted((a, b) => compareIds([a.contextId, a.userId], [b.contextId, b.userId]))
  }

  #summarise(key: EnrolmentKey): Summary | undefined {
    const published = this.#catalogue.publicationNow(key.collectionId)
    if (published === undefined) return undefined
    const raw = this.#counted(key, published.structure)
    const due = this.#enrolments.get(...idsOf(key)) !== undefined || (ownsRows(this.#mode, key) && hasProgress(raw))
    return due ? summarise(published.structure, published.publication, raw) : undefined
  }

  /** What counts in an enrolment, wherever its rows lie. */
  #counted(key: EnrolmentKey, structure: Structure): RawProgress {
    const rows = countedRows(this.#mode, key, structure, {
      rowsOf: (where) => this.#raw(where),
      viewTimes: (row) => this.#views.get(...idsOf(row), row.contentId),
      attemptsAt: (row) => this.#raw(row).attempts.get(row.contentId) ?? [],
    })
    return { ...rows, completedAt: this.#completions.get(...idsOf(key)) }
  }

  #raw(key: EnrolmentKey): RawProgress {
    const attempts = new Map<string, Attempt[]>()
    for (const { ids, value } of this.#attempts.under(...idsOf(key))) {
      const content = ids[3] ?? ''
      attempts.set(content, [...(attempts.get(content) ?? []), value])
    }
    const views = new Map(this.#views.under(...idsOf(key)).map(({ ids, value }) => [ids[3] ?? '', value]))
    return { views, attempts, completedAt: this.#completions.get(...idsOf(key)) }
  }

  /** Keys with an enrolment, a view or an attempt inside a collection. */
  #keysUnder(wanted: (userId: string, collectionId: string) => boolean): readonly EnrolmentKey[] {
    const keys = new TupleMap<EnrolmentKey>()
    const inside = [...this.#views.under(), ...this.#attempts.under()].filter(({ ids }) => ids[1] !== ids[3])
    for (const { ids } of [...this.#enrolments.under(), ...inside]) {
      const [userId = '', collectionId = '', contextId = ''] = ids
      if (wanted(userId, collectionId)) keys.set([userId, collectionId, contextId], { userId, collectionId, contextId })
    }
    return keys.under().map(({ value }) => value)
  }
}

function idsOf(key: EnrolmentKey): readonly string[] {
  return [key.userId, key.collectionId, key.contextId]
}

/** Rows of an enrolment: an organic view of the same name belongs to none. */
function insideOf(key: EnrolmentKey): (ids: readonly string[]) => boolean {
  return ([userId, collectionId, contextId, contentId]) =>
    userId === key.userId &&
    collectionId === key.collectionId &&
    contextId === key.contextId &&
    contentId !== collectionId
}

function enrolledOf({ ids, value }: { ids: readonly string[]; value: Enrolment }): Enrolled {
  const [userId = '', collectionId = '', contextId = ''] = ids
  return { userId, collectionId, contextId, enrolment: value }
}

function chosen<V>(all: ReadonlyMap<string, V>, ids: readonly string[] | undefined): ReadonlyMap<string, V> {
  if (ids === undefined) return all
  const some = new Map<string, V>()
  for (const id of ids) {
    const value = all.get(id)
    if (value !== undefined) some.set(id, value)
  }
  return some
}
