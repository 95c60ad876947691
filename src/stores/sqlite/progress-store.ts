import { decideAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import { enrolAt, enrolOutcome, isActive, unenrolAt, type Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { staleEnrolment, viewOccurrences, type Occurrence } from '../../domain/progress/occurrence.ts'
import { goingWith, sharesRows } from '../../domain/progress/shared-rows.ts'
import type { Summary } from '../../domain/progress/summary.ts'
import { decideView, factRow, type ViewFact, type ViewRow } from '../../domain/progress/view.ts'
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
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Row, Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import { enrolmentOf, type RawRows } from './raw-rows.ts'
import type { Summaries } from './summaries.ts'
import type { Writer } from './writer.ts'

const SELECT_ENROLLED =
  'SELECT user_id, collection_id, context_id, first_enrolled_at, enrolled_at, unenrolled_at FROM participation'

/** Progress over SQLite: each write is one job of the group commit. */
export class SqliteProgressStore implements ProgressStore {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #raw: RawRows
  readonly #summaries: Summaries
  readonly #log: SqliteLog
  readonly #mode: Mode
  readonly #sharesRows: boolean

  constructor(mode: Mode, statements: Statements, writer: Writer, raw: RawRows, summaries: Summaries, log: SqliteLog) {
    this.#mode = mode
    this.#sharesRows = sharesRows(mode)
    this.#statements = statements
    this.#writer = writer
    this.#raw = raw
    this.#summaries = summaries
    this.#log = log
  }

  recordView(key: ViewKey, fact: ViewFact): Promise<ViewRecorded> {
    return this.#writer.submit(() => this.#recordView(key, fact))
  }

  recordViews(writes: readonly ViewWrite[]): Promise<readonly ViewRecorded[]> {
    if (writes.length === 0) return Promise.resolve([])
    return this.#writer.submit(
      () => writes.map(({ key, fact }) => this.#recordView(key, fact)),
      'client',
      writes.length,
    )
  }

  #recordView(key: ViewKey, fact: ViewFact): ViewRecorded {
    const place = this.#raw.locate(key)
    const before = this.#raw.view(key, place)
    const decision = decideView(before, fact)
    const { row, outcome } = decision
    if (row === undefined) return { outcome, row: before }
    this.#raw.recordView(key, place, factRow(fact), row)
    for (const occurrence of viewOccurrences(key, decision)) this.#append(occurrence)
    return { outcome, row }
  }

  submitAttempt(key: ViewKey, attempt: Attempt): Promise<AttemptRecorded> {
    return this.#writer.submit(() => this.#submitAttempt(key, attempt))
  }

  #submitAttempt(key: ViewKey, attempt: Attempt): AttemptRecorded {
    const before = this.#raw.attempt(key, attempt.attemptId)
    this.#raw.mergeAttempt(key, attempt)
    const { outcome, attempt: after, changed } = decideAttempt(before, attempt)
    if (changed) {
      const { attemptId, score, maxScore } = after
      this.#append({ type: 'attempt-submitted', ...key, attemptId, score, maxScore })
    }
    return { outcome, attempt: after }
  }

  enrol(key: EnrolmentKey, at: number, timed = false): Promise<EnrolmentRecorded> {
    return this.#writer.submit(() => {
      const before = this.#raw.enrolment(key)
      const enrolment = enrolAt(before, at, timed)
      this.#raw.mergeEnrolment(key, enrolment)
      if (before === undefined) this.#append({ type: 'enrolment-created', ...key })
      else if (!isActive(before) && isActive(enrolment))
        this.#append({ type: 'enrolment-changed', ...key, active: true })
      return { outcome: enrolOutcome(before, enrolment), enrolment }
    })
  }

  unenrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded | undefined> {
    return this.#writer.submit(() => {
      const before = this.#raw.enrolment(key)
      if (before === undefined) return undefined
      if (!isActive(before)) return { outcome: 'ALREADY_UNENROLLED', enrolment: before }
      const enrolment = unenrolAt(before, at)
      this.#raw.mergeEnrolment(key, enrolment)
      this.#append({ type: 'enrolment-changed', ...key, active: false })
      return { outcome: 'UNENROLLED', enrolment }
    })
  }

  remove(key: EnrolmentKey): Promise<Removed> {
    return this.#writer.submit(() => this.#remove([key]))
  }

  removeAll(userId: string): Promise<Removed> {
    return this.#writer.submit(() => this.#remove(this.#raw.enrolmentKeys(userId)))
  }

  #remove(keys: readonly EnrolmentKey[]): Removed {
    const total = { enrolments: 0, views: 0, attempts: 0 }
    for (const key of keys) {
      const removed = this.#sharesRows ? this.#removeSharing(key) : this.#raw.remove(key)
      total.enrolments += removed.enrolments
      total.views += removed.views
      total.attempts += removed.attempts
      if (removed.enrolments + removed.views + removed.attempts === 0) continue
      this.#append({ type: 'progress-removed', ...key, views: removed.views, attempts: removed.attempts })
    }
    return total
  }

  /** Where rows count in several enrolments, they go with the last of them. */
  #removeSharing(key: EnrolmentKey): Removed {
    const enrolled = this.#raw.enrolmentsOf(key.userId, key.collectionId).map(({ contextId }) => contextId)
    const elsewhere = enrolled.some((contextId) => contextId !== key.contextId)
    const going = goingWith(this.#mode, key, enrolled.includes(key.contextId), elsewhere)
    if (going === 'enrolment') {
      const enrolments = this.#raw.removeEnrolment(key)
      // It stays where rows alone make one, and goes otherwise.
      if (enrolments > 0) this.#summaries.recompute(key)
      return { enrolments, views: 0, attempts: 0 }
    }
    const own = this.#raw.remove(key)
    if (going === 'own') return own
    const { views, attempts } = this.#raw.remove({ ...key, contextId: key.collectionId })
    return { enrolments: own.enrolments, views: own.views + views, attempts: own.attempts + attempts }
  }

  /** Appends to the log in the transaction under way, and marks the summary that this makes stale. */
  #append(occurrence: Occurrence): void {
    this.#log.append(occurrence)
    const key = staleEnrolment(occurrence)
    if (key === undefined) return
    this.#summaries.markStale(key)
    if (this.#sharesRows) this.#summaries.markSharing(occurrence)
    if (isOrganic(occurrence)) return
    if (occurrence.type !== 'view-ended') this.#raw.makeMember(key)
  }

  views(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, ViewRow>> {
    if (contentIds === undefined) return Promise.resolve(this.#raw.views(key))
    const views = new Map<string, ViewRow>()
    for (const contentId of contentIds) {
      const row = this.#raw.view({ ...key, contentId })
      if (row !== undefined) views.set(contentId, row)
    }
    return Promise.resolve(views)
  }

  attempts(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>> {
    if (contentIds === undefined) return Promise.resolve(this.#raw.attempts(key))
    const attempts = new Map<string, readonly Attempt[]>()
    for (const contentId of contentIds) {
      const found = this.#raw.attempts(key, contentId).get(contentId)
      if (found !== undefined) attempts.set(contentId, found)
    }
    return Promise.resolve(attempts)
  }

  enrolment(key: EnrolmentKey): Promise<Enrolment | undefined> {
    return Promise.resolve(this.#raw.enrolment(key))
  }

  async enrolmentsOf(userId: string, page: PageRequest): Promise<Page<Enrolled>> {
    const [collectionId = '', contextId = ''] = decodeCursor(page.after, 2)
    const rows = this.#statements
      .of(
        `${SELECT_ENROLLED} WHERE user_id = ? AND (collection_id, context_id) > (?, ?) AND first_enrolled_at IS NOT NULL
         ORDER BY collection_id, context_id LIMIT ?`,
      )
      .all(userId, collectionId, contextId, page.limit + 1)
    return Promise.resolve(pageOf(rows.map(enrolledOf), page.limit, (last) => [last.collectionId, last.contextId]))
  }

  async enrolmentsIn(collectionId: string, contextId: string, page: PageRequest): Promise<Page<Enrolled>> {
    const [userId = ''] = decodeCursor(page.after, 1)
    const rows = this.#statements
      .of(
        `${SELECT_ENROLLED} WHERE collection_id = ? AND context_id = ? AND user_id > ?
           AND member = 1 AND first_enrolled_at IS NOT NULL
         ORDER BY user_id LIMIT ?`,
      )
      .all(collectionId, contextId, userId, page.limit + 1)
    return Promise.resolve(pageOf(rows.map(enrolledOf), page.limit, (last) => [last.userId]))
  }

  summary(key: EnrolmentKey): Promise<Summary | undefined> {
    return Promise.resolve(this.#summaries.read(key).summary)
  }

  enrolmentSummary(key: EnrolmentKey): Promise<EnrolmentSummary> {
    return Promise.resolve(this.#summaries.read(key))
  }

  staleEnrolments(occurrences: readonly Occurrence[]): Promise<readonly EnrolmentKey[]> {
    return Promise.resolve(this.#summaries.staleEnrolments(occurrences))
  }

  recompute(keys: readonly EnrolmentKey[], position?: ConsumerPosition): Promise<void> {
    return this.#writer.submit(() => {
      for (const key of keys) this.#summaries.recompute(key)
      if (position !== undefined) this.#log.commitNow(position.consumer, position.seq)
    }, 'own')
  }

  inOrder(keys: readonly EnrolmentKey[]): Promise<readonly EnrolmentKey[]> {
    const numbered = keys.map((key) => ({ key, number: this.#raw.participation(key) ?? 0 }))
    return Promise.resolve(numbered.sort((a, b) => a.number - b.number).map(({ key }) => key))
  }

  async participants(collectionId: string, page: PageRequest): Promise<Page<EnrolmentKey>> {
    const [contextId = '', userId = ''] = decodeCursor(page.after, 2)
    const rows = this.#statements
      .of(
        `SELECT context_id, user_id FROM participation
         WHERE collection_id = ? AND (context_id, user_id) > (?, ?) AND member = 1
         ORDER BY context_id, user_id LIMIT ?`,
      )
      .all(collectionId, contextId, userId, page.limit + 1)
    const keys = rows.map((row) => ({
      userId: String(row['user_id']),
      collectionId,
      contextId: String(row['context_id']),
    }))
    return Promise.resolve(pageOf(keys, page.limit, (last) => [last.contextId, last.userId]))
  }
}

/** An organic view or attempt stands for itself: there is no collection whose publication would concern it. */
function isOrganic(occurrence: Occurrence): boolean {
  return 'contentId' in occurrence && occurrence.contentId === occurrence.collectionId
}

function enrolledOf(row: Row): Enrolled {
  return {
    userId: String(row['user_id']),
    collectionId: String(row['collection_id']),
    contextId: String(row['context_id']),
    enrolment: enrolmentOf(row),
  }
}

/** Rows were read one beyond the page, which tells whether there is a next one. */
function pageOf<T>(rows: readonly T[], limit: number, keyOf: (last: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : undefined }
}
