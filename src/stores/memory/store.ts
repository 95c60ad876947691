/**
 * The reference store: the shortest code that is right. It merges with the domain's own joins where SQLite merges in
 * SQL, and computes every summary when it is read. For tests and for the kit, which holds the two to the same answers.
 */
import { attemptReplaces, joinAttempts, type Attempt } from '../../domain/progress/attempt.ts'
import type { Context } from '../../domain/progress/context.ts'
import { enrolAt, isActive, joinEnrolments, unenrolAt, type Enrolment } from '../../domain/progress/enrolment.ts'
import { succeed, type Structure } from '../../domain/progress/hierarchy.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/progress/occurrence.ts'
import { summarise, type Completion, type RawProgress, type Summary } from '../../domain/progress/summary.ts'
import {
  COMPLETE,
  decideView,
  factRow,
  joinViews,
  viewCompletedAt,
  type ViewFact,
  type ViewRow,
} from '../../domain/progress/view.ts'
import type { Catalogue, Publication, Published } from '../../ports/catalogue.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DeadLetter, Log, LogEntry } from '../../ports/log.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type {
  AttemptRecorded,
  ConsumerPosition,
  Enrolled,
  EnrolmentRecorded,
  ProgressStore,
  Removed,
  ViewRecorded,
} from '../../ports/progress-store.ts'
import type { Store } from '../../ports/store.ts'
import { encodeStructure } from '../codec.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { compareIds, TupleMap } from './ordered-map.ts'

export function openMemoryStore(clock: Clock): Store {
  const log = new MemoryLog(clock)
  const catalogue = new MemoryCatalogue(log, clock)
  return {
    progress: new MemoryProgressStore(log, catalogue),
    catalogue,
    log,
    durability: 'none (memory)',
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

class MemoryLog implements Log {
  readonly #clock: Clock
  readonly #entries: LogEntry[] = []
  readonly #positions = new Map<string, number>()
  readonly #dead: DeadLetter[] = []
  readonly #listeners = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  append(occurrence: Occurrence): void {
    this.#entries.push({ seq: this.#entries.length + 1, at: this.#clock.nowMs(), occurrence })
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener()
    })
  }

  read(afterSeq: number, limit: number): Promise<readonly LogEntry[]> {
    return Promise.resolve(this.#entries.slice(afterSeq, afterSeq + limit))
  }

  last(): Promise<number> {
    return Promise.resolve(this.#entries.length)
  }

  position(consumer: string): Promise<number> {
    return Promise.resolve(this.#positions.get(consumer) ?? 0)
  }

  commit(consumer: string, seq: number): Promise<void> {
    this.#positions.set(consumer, Math.max(seq, this.#positions.get(consumer) ?? 0))
    return Promise.resolve()
  }

  park(consumer: string, entry: LogEntry, reason: string): Promise<void> {
    this.#dead.push({ consumer, entry, reason })
    return this.commit(consumer, entry.seq)
  }

  deadLetters(consumer: string): Promise<readonly DeadLetter[]> {
    return Promise.resolve(this.#dead.filter((letter) => letter.consumer === consumer))
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

class MemoryCatalogue implements Catalogue {
  readonly #log: MemoryLog
  readonly #clock: Clock
  readonly #collections = new Map<string, Publication & { readonly content: string }>()
  readonly #contexts = new TupleMap<Context>()

  constructor(log: MemoryLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  publish(structure: Structure, content: string): Promise<Published> {
    const id = structure.collectionId
    const before = this.#collections.get(id)
    const next = succeed(structure, before?.structure)
    if (before?.content === content && encodeStructure(before.structure) === encodeStructure(next)) {
      return Promise.resolve({ publication: before.publication, changed: false })
    }
    const publication = (before?.publication ?? 0) + 1
    this.#collections.set(id, { structure: next, publication, publishedAt: this.#clock.nowMs(), content })
    this.#log.append({ type: 'collection-published', collectionId: id, publication })
    return Promise.resolve({ publication, changed: true })
  }

  publicationNow(collectionId: string): Publication | undefined {
    const found = this.#collections.get(collectionId)
    if (found === undefined) return undefined
    return { structure: found.structure, publication: found.publication, publishedAt: found.publishedAt }
  }

  publication(collectionId: string): Promise<Publication | undefined> {
    return Promise.resolve(this.publicationNow(collectionId))
  }

  content(collectionId: string): Promise<string | undefined> {
    return Promise.resolve(this.#collections.get(collectionId)?.content)
  }

  putContext(context: Context): Promise<boolean> {
    const known = this.#contexts.get(context.collectionId, context.contextId) !== undefined
    this.#contexts.set([context.collectionId, context.contextId], context)
    return Promise.resolve(!known)
  }

  context(collectionId: string, contextId: string): Promise<Context | undefined> {
    return Promise.resolve(this.#contexts.get(collectionId, contextId))
  }

  async contexts(collectionId: string, page: PageRequest): Promise<Page<Context>> {
    const all = this.#contexts.under(collectionId)
    return Promise.resolve(
      pageOf(
        all,
        page,
        1,
        ({ ids }) => ids.slice(1),
        ({ value }) => value,
      ),
    )
  }
}

class MemoryProgressStore implements ProgressStore {
  readonly #log: MemoryLog
  readonly #catalogue: MemoryCatalogue
  readonly #views = new TupleMap<ViewRow>()
  readonly #attempts = new TupleMap<Attempt>()
  readonly #enrolments = new TupleMap<Enrolment>()
  readonly #completions = new TupleMap<Completion>()
  readonly #summaries = new TupleMap<Summary>()

  constructor(log: MemoryLog, catalogue: MemoryCatalogue) {
    this.#log = log
    this.#catalogue = catalogue
  }

  recordView(key: ViewKey, fact: ViewFact): Promise<ViewRecorded> {
    const ids = [...idsOf(key), key.contentId]
    const before = this.#views.get(...ids)
    const { outcome, row, statusBefore, statusAfter, corrected } = decideView(before, fact)
    if (row === undefined) return Promise.resolve({ outcome, row: before })
    this.#views.set(ids, before === undefined ? factRow(fact) : joinViews(before, factRow(fact)))
    const completedAt = viewCompletedAt(row)
    if (statusBefore === 0 && statusAfter > 0) this.#log.append({ type: 'view-started', ...key })
    if (completedAt !== null && statusBefore !== COMPLETE) this.#log.append({ type: 'view-ended', ...key, completedAt })
    if (completedAt !== null && corrected) this.#log.append({ type: 'view-corrected', ...key, completedAt })
    return Promise.resolve({ outcome, row })
  }

  submitAttempt(key: ViewKey, attempt: Attempt): Promise<AttemptRecorded> {
    const ids = [...idsOf(key), key.contentId, attempt.attemptId]
    const before = this.#attempts.get(...ids)
    const after = before === undefined ? attempt : joinAttempts(before, attempt)
    this.#attempts.set(ids, after)
    const replaced = before !== undefined && attemptReplaces(before, attempt)
    if (before === undefined || replaced || after.firstSubmittedAt !== before.firstSubmittedAt) {
      const { attemptId, score, maxScore } = after
      this.#log.append({ type: 'attempt-submitted', ...key, attemptId, score, maxScore })
    }
    return Promise.resolve({
      outcome: before === undefined ? 'RECORDED' : replaced ? 'REPLACED' : 'STALE',
      attempt: after,
    })
  }

  enrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded> {
    const before = this.#enrolments.get(...idsOf(key))
    const after = enrolAt(before, at)
    const enrolment = before === undefined ? after : joinEnrolments(before, after)
    this.#enrolments.set(idsOf(key), enrolment)
    if (before === undefined) this.#log.append({ type: 'enrolment-created', ...key })
    else if (!isActive(before)) this.#log.append({ type: 'enrolment-changed', ...key, active: true })
    const known = before !== undefined && isActive(before)
    return Promise.resolve({ outcome: known ? 'ALREADY_ENROLLED' : 'ENROLLED', enrolment })
  }

  unenrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded | undefined> {
    const before = this.#enrolments.get(...idsOf(key))
    if (before === undefined) return Promise.resolve(undefined)
    if (!isActive(before)) return Promise.resolve({ outcome: 'ALREADY_UNENROLLED', enrolment: before })
    const enrolment = unenrolAt(before, at)
    this.#enrolments.set(idsOf(key), enrolment)
    this.#log.append({ type: 'enrolment-changed', ...key, active: false })
    return Promise.resolve({ outcome: 'UNENROLLED', enrolment })
  }

  remove(key: EnrolmentKey): Promise<Removed> {
    const ids = idsOf(key)
    const removed = {
      enrolments: this.#enrolments.deleteUnder(...ids),
      views: this.#views.deleteUnder(...ids),
      attempts: this.#attempts.deleteUnder(...ids),
    }
    this.#completions.deleteUnder(...ids)
    this.#summaries.deleteUnder(...ids)
    if (removed.enrolments + removed.views + removed.attempts > 0) {
      this.#log.append({ type: 'progress-removed', ...key, views: removed.views, attempts: removed.attempts })
    }
    return Promise.resolve(removed)
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

  async recompute(keys: readonly EnrolmentKey[], position?: ConsumerPosition): Promise<void> {
    for (const key of keys) this.#recompute(key)
    if (position !== undefined) await this.#log.commit(position.consumer, position.seq)
  }

  #recompute(key: EnrolmentKey): void {
    const after = this.#summarise(key)
    if (after === undefined) return
    const before = this.#summaries.get(...idsOf(key))
    this.#summaries.set(idsOf(key), after)
    const { progress, required, status, completion } = after
    if (before?.progress !== progress || before.required !== required || before.status !== status) {
      this.#log.append({ type: 'collection-progress-changed', ...key, progress, required, status })
    }
    if (completion === undefined) return
    const known = this.#completions.get(...idsOf(key))
    this.#completions.set(idsOf(key), completion)
    if (known !== undefined) return
    this.#log.append({ type: 'collection-completed', ...key, completedAt: completion.completedAt })
  }

  async participants(collectionId: string, page: PageRequest): Promise<Page<EnrolmentKey>> {
    const keys = this.#keysUnder((_, collection) => collection === collectionId)
    const all = keys.map((key) => ({ ids: [key.contextId, key.userId], value: key }))
    const ordered = all.sort((a, b) => compareIds(a.ids, b.ids))
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

  #summarise(key: EnrolmentKey): Summary | undefined {
    const published = this.#catalogue.publicationNow(key.collectionId)
    const raw = this.#raw(key)
    const known = raw.views.size > 0 || raw.attempts.size > 0 || this.#enrolments.get(...idsOf(key)) !== undefined
    if (published === undefined || !known) return undefined
    return summarise(published.structure, published.publication, raw)
  }

  #raw(key: EnrolmentKey): RawProgress {
    const attempts = new Map<string, Attempt[]>()
    for (const { ids, value } of this.#attempts.under(...idsOf(key))) {
      const content = ids[3] ?? ''
      attempts.set(content, [...(attempts.get(content) ?? []), value])
    }
    const views = new Map(this.#views.under(...idsOf(key)).map(({ ids, value }) => [ids[3] ?? '', value]))
    return { views, attempts, completion: this.#completions.get(...idsOf(key)) }
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

function pageOf<E, T>(
  all: readonly E[],
  page: PageRequest,
  parts: number,
  keyOf: (entry: E) => readonly string[],
  itemOf: (entry: E) => T,
): Page<T> {
  const after = decodeCursor(page.after, parts)
  const rest = page.after === undefined ? all : all.filter((entry) => compareIds(keyOf(entry), after) > 0)
  const items = rest.slice(0, page.limit)
  const last = items.at(-1)
  const more = rest.length > page.limit && last !== undefined
  return { items: items.map(itemOf), next: more ? encodeCursor(keyOf(last)) : undefined }
}
