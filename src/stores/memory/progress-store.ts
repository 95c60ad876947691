import { decideAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import {
  enrolAt,
  enrolOutcome,
  isActive,
  joinEnrolments,
  sameEnrolment,
  unenrolAt,
  type Enrolment,
} from '../../domain/progress/enrolment.ts'
import { holdsLeaf } from '../../domain/progress/hierarchy.ts'
import { compareKeys, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { enrolmentOccurrences, summaryOccurrences, viewOccurrences } from '../../domain/progress/tell.ts'
import { allStale, type KnownEnrolments } from '../../domain/progress/shared-rows.ts'
import type { Merge } from '../../domain/progress/merged-learners.ts'
import type { Summary } from '../../domain/progress/summary.ts'
import { decideView, factRow, joinViews, type ViewFact, type ViewRow } from '../../domain/progress/view.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type {
  AttemptRecorded,
  ConsumerPosition,
  ContentAccount,
  Enrolled,
  EnrolmentRecorded,
  EnrolmentSummary,
  MergeAnswer,
  MergeRequest,
  ProgressStore,
  Removed,
  ViewRecorded,
  ViewWrite,
} from '../../ports/progress-store.ts'
import type { MemoryCatalogue } from './catalogue.ts'
import type { Carrying } from '../carrying/carrying.ts'
import { carryingIn } from '../carrying/modes.ts'
import { recordShown, redirected } from '../carrying/record.ts'
import { mergeLearners } from '../merging/merge.ts'
import { idsOf, MemoryCopies, MemoryFacts, MemoryMoves } from './facts.ts'
import type { MemoryLog } from './log.ts'
import { MemoryLists } from './lists.ts'
import { removeEnrolment } from './removal.ts'
import { MemoryMerges, memoryMergeTables, type MergeFollowing } from './merging.ts'
import { TupleMap } from './ordered-map.ts'
import { ShownProgress } from './shown.ts'

/** How progress counts. */
export interface MemoryOptions {
  readonly mode: Mode
  /** IANA name. */
  readonly timeZone: string
}

/** Progress as maps; merges with the domain's own joins and computes every summary when it is read. */
export class MemoryProgressStore implements ProgressStore {
  readonly #mode: Mode
  readonly #log: MemoryLog
  readonly facts = new MemoryFacts()
  readonly #lists = new MemoryLists(this.facts)
  readonly #shown: ShownProgress
  readonly #carrying: Carrying | undefined
  readonly #summaries = new TupleMap<Summary>()
  readonly #stale = new TupleMap<EnrolmentKey>()
  readonly #merges = new MemoryMerges()
  readonly #known: KnownEnrolments
  /** Whether the log is told of what happens. */
  #telling = true

  constructor({ mode, timeZone }: MemoryOptions, log: MemoryLog, catalogue: MemoryCatalogue) {
    this.#mode = mode
    this.#log = log
    const school = { mode, timeZone, facts: this.facts, catalogue }
    const carrying = carryingIn(school, new MemoryCopies(), new MemoryMoves())
    this.#carrying = carrying
    this.#shown = new ShownProgress(school, carrying)
    this.#known = {
      enrolmentsOf: (userId, collectionId) => this.facts.enrolmentsOf(userId, collectionId),
      holds: (collectionId, contentId) => {
        const published = catalogue.publicationNow(collectionId)
        return published !== undefined && holdsLeaf(published.structure, contentId)
      },
      carriedTo: carrying && ((occurrence) => carrying.alsoStale(occurrence)),
    }
    catalogue.afterChange = (change) => {
      this.#carryAgain(change)
    }
    catalogue.beforePublish = (collectionId, everyone) => {
      const behind = this.#stale.under().filter(({ value }) => value.collectionId === collectionId)
      for (const { value } of behind) this.#recompute(value)
      if (!everyone) return
      const published = catalogue.publicationNow(collectionId)?.publication
      for (const key of this.#lists.takingPart(collectionId)) {
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
    const before = this.facts.view(key)
    if (this.#carrying !== undefined) {
      const { recorded, occurrences } = recordShown(this.#carrying, key, fact, before, (_, merged) => {
        this.facts.viewRows.set(ids, merged)
      })
      this.#appendAll(occurrences)
      return recorded
    }
    const decision = decideView(before, fact)
    const { outcome, row } = decision
    if (row === undefined) return { outcome, row: before }
    this.facts.viewRows.set(ids, before === undefined ? factRow(fact) : joinViews(before, factRow(fact)))
    for (const occurrence of viewOccurrences(key, decision)) this.#append(occurrence)
    return { outcome, row }
  }

  submitAttempt(key: ViewKey, attempt: Attempt): Promise<AttemptRecorded> {
    const before = this.facts.attemptRows.get(...idsOf(key), key.contentId, attempt.attemptId)
    const { outcome, attempt: after, changed } = decideAttempt(before, attempt)
    this.facts.mergeAttempt(key, attempt)
    const place = this.#carrying?.place(key).key ?? key
    if (changed) {
      const { attemptId, score, maxScore } = after
      this.#append({ type: 'attempt-submitted', ...place, attemptId, score, maxScore })
    }
    return Promise.resolve({ outcome, attempt: after, ...redirected(key, place) })
  }

  enrol(key: EnrolmentKey, at: number, timed = false): Promise<EnrolmentRecorded> {
    const before = this.facts.enrolment(key)
    const after = enrolAt(before, at, timed)
    const enrolment = before === undefined ? after : joinEnrolments(before, after)
    this.enrolNow(key, before, enrolment)
    return Promise.resolve({ outcome: enrolOutcome(before, enrolment), enrolment })
  }

  /** The learner enrols: `after` is what was known before and what is known now, merged. */
  enrolNow(key: EnrolmentKey, before: Enrolment | undefined, after: Enrolment): void {
    this.facts.enrolments.set(idsOf(key), after)
    this.#appendAll(enrolmentOccurrences(key, before, after, this.#carrying !== undefined))
    if (this.#carrying !== undefined && !sameEnrolment(before, after)) {
      this.#appendAll(this.#carrying.enrolled(key))
      this.#carry(key)
    }
  }

  unenrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded | undefined> {
    const before = this.facts.enrolment(key)
    if (before === undefined) return Promise.resolve(undefined)
    if (!isActive(before)) return Promise.resolve({ outcome: 'ALREADY_UNENROLLED', enrolment: before })
    this.#appendAll(this.#carrying?.enrolling(key) ?? [])
    const enrolment = unenrolAt(before, at)
    this.facts.enrolments.set(idsOf(key), enrolment)
    this.#append({ type: 'enrolment-changed', ...key, active: false })
    return Promise.resolve({ outcome: 'UNENROLLED', enrolment })
  }

  remove(key: EnrolmentKey): Promise<Removed> {
    const removed = removeEnrolment(key, {
      mode: this.#mode,
      facts: this.facts,
      carrying: this.#carrying,
      forget: () => {
        this.#summaries.delete(...idsOf(key))
      },
      recompute: (other) => {
        this.#recompute(other)
      },
      append: (occurrence) => {
        this.#append(occurrence)
      },
    })
    if (removed.enrolments + removed.views + removed.attempts > 0) {
      this.#append({ type: 'progress-removed', ...key, views: removed.views, attempts: removed.attempts })
    }
    return Promise.resolve(removed)
  }

  async removeAll(userId: string): Promise<Removed> {
    this.#merges.forget(userId)
    const total = { enrolments: 0, views: 0, attempts: 0 }
    for (const key of this.#lists.keysUnder((user) => user === userId)) {
      const removed = await this.remove(key)
      total.enrolments += removed.enrolments
      total.views += removed.views
      total.attempts += removed.attempts
    }
    return total
  }

  merge(request: MergeRequest): Promise<MergeAnswer> {
    const following: MergeFollowing = {
      forget: (key) => {
        this.#summaries.delete(...idsOf(key))
        this.#stale.delete(...idsOf(key))
      },
      recompute: (key) => {
        this.#recompute(key)
      },
      append: (occurrence) => {
        this.#append(occurrence)
      },
    }
    const tables = memoryMergeTables(this.facts, this.#merges, following)
    return Promise.resolve(mergeLearners(tables, this.#carrying, request))
  }

  mergesInto(userId: string): Promise<readonly Merge[]> {
    return Promise.resolve(this.#merges.into(userId))
  }

  views(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, ViewRow>> {
    return Promise.resolve(chosen(this.#shown.rows(key).views, contentIds))
  }

  attempts(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>> {
    return Promise.resolve(chosen(this.#shown.rows(key).attempts, contentIds))
  }

  enrolment(key: EnrolmentKey): Promise<Enrolment | undefined> {
    return Promise.resolve(this.facts.enrolment(key))
  }

  async enrolmentsOf(userId: string, page: PageRequest): Promise<Page<Enrolled>> {
    return Promise.resolve(this.#lists.ofLearner(userId, page))
  }

  async enrolmentsIn(collectionId: string, contextId: string, page: PageRequest): Promise<Page<Enrolled>> {
    return Promise.resolve(this.#lists.inContext(collectionId, contextId, page))
  }

  async allEnrolments(page: PageRequest): Promise<Page<EnrolmentKey>> {
    return Promise.resolve(this.#lists.all(page))
  }

  async participants(collectionId: string, page: PageRequest): Promise<Page<EnrolmentKey>> {
    return Promise.resolve(this.#lists.participants(collectionId, page))
  }

  summary(key: EnrolmentKey): Promise<Summary | undefined> {
    return Promise.resolve(this.#shown.summary(key))
  }

  enrolmentSummary(key: EnrolmentKey): Promise<EnrolmentSummary> {
    return Promise.resolve({ enrolment: this.facts.enrolment(key), summary: this.#shown.summary(key) })
  }

  contentAccount(userId: string, contentId: string): Promise<ContentAccount> {
    return Promise.resolve(this.#shown.account(userId, contentId))
  }

  carry(keys: readonly EnrolmentKey[]): Promise<void> {
    for (const key of keys) this.#carry(key)
    return Promise.resolve()
  }

  carryOn(keys: readonly EnrolmentKey[]): Promise<void> {
    for (const key of keys) this.#appendAll(this.#carrying?.carryOn(key) ?? [])
    return Promise.resolve()
  }

  /** At once: here nothing waits for a worker. */
  #carry(key: EnrolmentKey): void {
    const carried = this.#carrying?.carry(key, undefined, Number.MAX_SAFE_INTEGER)
    this.#appendAll(carried?.occurrences ?? [])
  }

  /** The catalogue changed: what is carried into its enrolments is decided anew. */
  #carryAgain({ collectionId, contextId }: { collectionId?: string; contextId?: string }): void {
    for (const key of this.#lists.keysUnder((_, collection) => collection === (collectionId ?? collection))) {
      if (contextId === undefined || key.contextId === contextId) this.#carry(key)
      if (key.contextId === contextId) this.#appendAll(this.#carrying?.carryOn(key) ?? [])
    }
  }

  staleEnrolments(occurrences: readonly Occurrence[]): Promise<readonly EnrolmentKey[]> {
    return Promise.resolve(allStale(this.#mode, occurrences, this.#known))
  }

  requestSync(keys: readonly EnrolmentKey[]): Promise<void> {
    for (const key of keys) this.#append({ type: 'sync-requested', ...key })
    return Promise.resolve()
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
    if (this.#telling) this.#log.append(occurrence)
    for (const key of allStale(this.#mode, [occurrence], this.#known)) {
      if (this.#telling) this.#stale.set(idsOf(key), key)
      else this.#summaries.delete(...idsOf(key))
    }
  }

  /** Does something of which the log is not told. The summaries that it makes stale are taken away. */
  quietly<T>(work: () => T): T {
    this.#telling = false
    try {
      return work()
    } finally {
      this.#telling = true
    }
  }

  /** That a learner was complete: every enrolment in the collection may show it, where progress moves. */
  completeNow(key: EnrolmentKey, completedAt: number): void {
    this.facts.completions.set(idsOf(key), completedAt)
    for (const other of this.facts.enrolmentsOf(key.userId, key.collectionId)) this.#summaries.delete(...idsOf(other))
  }

  /** Everyone who takes part and has no stored summary. */
  unsummarised(): readonly EnrolmentKey[] {
    return this.#lists.keysUnder(() => true).filter((key) => this.#summaries.get(...idsOf(key)) === undefined)
  }

  #appendAll(occurrences: readonly Occurrence[]): void {
    for (const occurrence of occurrences) this.#append(occurrence)
  }

  #recompute(key: EnrolmentKey): void {
    this.#stale.delete(...idsOf(key))
    const after = this.#shown.summary(key)
    if (after === undefined) {
      this.#summaries.delete(...idsOf(key))
      return
    }
    const before = this.#summaries.get(...idsOf(key))
    this.#summaries.set(idsOf(key), after)
    const completedBefore = this.#shown.completion(key)
    if (after.completedAt !== undefined && after.completedAt !== completedBefore) {
      this.facts.completions.set(idsOf(key), after.completedAt)
    }
    for (const occurrence of summaryOccurrences(key, before, after, completedBefore)) this.#append(occurrence)
  }
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
