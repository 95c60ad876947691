import type { Attempt } from '../../domain/progress/attempt.ts'
import {
  enrolAt,
  enrolOutcome,
  isActive,
  joinEnrolments,
  unenrolAt,
  type Enrolment,
} from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { Merge } from '../../domain/progress/merged-learners.ts'
import type { Summary } from '../../domain/progress/summary.ts'
import type { ViewFact, ViewRow } from '../../domain/progress/view.ts'
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
import { plainAccount, type School } from '../carrying/account.ts'
import type { Carrying, CarryCursor } from '../carrying/carrying.ts'
import { mergeLearners, type MergeTables } from '../merging/merge.ts'
import type { EnrolmentPages } from './enrolment-pages.ts'
import type { Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import type { RawRows } from './raw-rows.ts'
import { sqliteMergeTables, type SqliteMerges } from './merging.ts'
import { Recording } from './recording.ts'
import { Removals } from './removals.ts'
import type { Summaries } from './summaries.ts'
import type { Writer } from './writer.ts'

/** What progress over SQLite is made of. */
export interface ProgressParts {
  readonly school: School
  readonly writer: Writer
  readonly raw: RawRows
  /** Undefined where nothing is carried over. */
  readonly carrying: Carrying | undefined
  readonly summaries: Summaries
  readonly log: SqliteLog
  readonly pages: EnrolmentPages
  readonly statements: Statements
  readonly merges: SqliteMerges
}

/** How far carrying over some enrolments is. */
interface CarryStretch {
  /** So many are carried over. */
  readonly done: number
  /** Where to go on with the next. */
  readonly from: CarryCursor | undefined
}

/** Progress over SQLite: each write is one job of the group commit. */
export class SqliteProgressStore implements ProgressStore {
  readonly #school: School
  readonly #writer: Writer
  readonly #raw: RawRows
  readonly #carrying: Carrying | undefined
  readonly #summaries: Summaries
  readonly #log: SqliteLog
  readonly #pages: EnrolmentPages
  readonly #removals: Removals
  readonly #recording: Recording
  readonly #merging: MergeTables

  constructor({ school, writer, raw, carrying, summaries, log, pages, statements, merges }: ProgressParts) {
    this.#school = school
    this.#writer = writer
    this.#raw = raw
    this.#carrying = carrying
    this.#summaries = summaries
    this.#log = log
    this.#pages = pages
    this.#recording = new Recording(
      { mode: school.mode, raw, carrying, summaries },
      {
        tell: (occurrence) => {
          log.append(occurrence)
        },
        stale: (key) => {
          summaries.markStale(key)
        },
      },
    )
    const append = (occurrence: Occurrence): void => {
      this.#recording.append(occurrence)
    }
    this.#removals = new Removals({ mode: school.mode, raw, carrying, summaries }, append)
    this.#merging = sqliteMergeTables({ statements, raw, summaries, merges, append })
  }

  recordView(key: ViewKey, fact: ViewFact): Promise<ViewRecorded> {
    return this.#writer.submit(() => this.#recording.view(key, fact))
  }

  recordViews(writes: readonly ViewWrite[]): Promise<readonly ViewRecorded[]> {
    if (writes.length === 0) return Promise.resolve([])
    return this.#writer.submit(
      () => writes.map(({ key, fact }) => this.#recording.view(key, fact)),
      'client',
      writes.length,
    )
  }

  submitAttempt(key: ViewKey, attempt: Attempt): Promise<AttemptRecorded> {
    return this.#writer.submit(() => this.#recording.attempt(key, attempt))
  }

  enrol(key: EnrolmentKey, at: number, timed = false): Promise<EnrolmentRecorded> {
    return this.#writer.submit(() => {
      const before = this.#raw.enrolment(key)
      const after = enrolAt(before, at, timed)
      const enrolment = before === undefined ? after : joinEnrolments(before, after)
      this.#recording.enrol(key, before, enrolment)
      return { outcome: enrolOutcome(before, enrolment), enrolment }
    })
  }

  unenrol(key: EnrolmentKey, at: number): Promise<EnrolmentRecorded | undefined> {
    return this.#writer.submit(() => {
      const before = this.#raw.enrolment(key)
      if (before === undefined) return undefined
      if (!isActive(before)) return { outcome: 'ALREADY_UNENROLLED', enrolment: before }
      const enrolment = unenrolAt(before, at)
      this.#recording.unenrol(key, enrolment)
      return { outcome: 'UNENROLLED', enrolment }
    })
  }

  remove(key: EnrolmentKey): Promise<Removed> {
    return this.#writer.submit(() => this.#removals.remove([key]))
  }

  removeAll(userId: string): Promise<Removed> {
    return this.#writer.submit(() => {
      this.#merging.merges.forget(userId)
      return this.#removals.remove(this.#raw.participationsOf(userId))
    })
  }

  merge(request: MergeRequest): Promise<MergeAnswer> {
    return this.#writer.submit(() => mergeLearners(this.#merging, this.#carrying, request))
  }

  mergesInto(userId: string): Promise<readonly Merge[]> {
    return Promise.resolve(this.#merging.merges.into(userId))
  }

  views(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, ViewRow>> {
    const rows = this.#carrying ?? this.#raw
    if (contentIds === undefined) return Promise.resolve(rows.views(key))
    const views = new Map<string, ViewRow>()
    for (const contentId of contentIds) {
      const row = rows.view({ ...key, contentId })
      if (row !== undefined) views.set(contentId, row)
    }
    return Promise.resolve(views)
  }

  attempts(key: EnrolmentKey, contentIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>> {
    const rows = this.#carrying ?? this.#raw
    if (contentIds === undefined) return Promise.resolve(rows.attempts(key))
    const attempts = new Map<string, readonly Attempt[]>()
    for (const contentId of contentIds) {
      const found = rows.attempts(key, contentId).get(contentId)
      if (found !== undefined) attempts.set(contentId, found)
    }
    return Promise.resolve(attempts)
  }

  contentAccount(userId: string, contentId: string): Promise<ContentAccount> {
    const account = this.#carrying?.account(userId, contentId) ?? plainAccount(this.#school, userId, contentId)
    return Promise.resolve(account)
  }

  async carry(keys: readonly EnrolmentKey[], leavesMax: number): Promise<void> {
    const carrying = this.#carrying
    if (carrying === undefined) return
    // One commit after the other: what clients write meanwhile waits for one of them, not for all.
    for (let stretch: CarryStretch = { done: 0, from: undefined }; stretch.done < keys.length;) {
      const { done, from } = stretch
      const work = (): CarryStretch => this.#carryStretch(carrying, keys, { done, from }, leavesMax)
      stretch = await this.#writer.submit(work, 'own', leavesMax)
    }
  }

  async carryOn(keys: readonly EnrolmentKey[]): Promise<void> {
    const carrying = this.#carrying
    if (carrying === undefined) return
    for (const key of keys) {
      await this.#writer.submit(() => {
        this.#recording.appendAll(carrying.carryOn(key))
      }, 'own')
    }
  }

  /** Carries over so many leaves more, of one enrolment or several. */
  #carryStretch(
    carrying: Carrying,
    keys: readonly EnrolmentKey[],
    { done, from }: CarryStretch,
    leavesMax: number,
  ): CarryStretch {
    let left = leavesMax
    for (const [index, key] of keys.entries()) {
      if (index < done) continue
      if (left <= 0) return { done: index, from: undefined }
      const { occurrences, wasBehind, leaves, next } = carrying.carry(key, index === done ? from : undefined, left)
      this.#recording.appendAll(occurrences)
      if (next !== undefined) return { done: index, from: next }
      if (wasBehind) this.#summaries.recheck(key)
      left -= leaves
    }
    return { done: keys.length, from: undefined }
  }

  /** Derives anew what was copied or moved to an enrolment, inside the caller's transaction; answers whether it was otherwise. */
  carryAgain(key: EnrolmentKey): boolean {
    if (this.#carrying === undefined) return false
    const moved = this.#carrying.enrolled(key)
    const { occurrences } = this.#carrying.carry(key, undefined, Number.MAX_SAFE_INTEGER)
    const all = [...moved, ...occurrences]
    this.#recording.appendAll(all)
    return all.length > 0
  }

  enrolment(key: EnrolmentKey): Promise<Enrolment | undefined> {
    return Promise.resolve(this.#raw.enrolment(key))
  }

  async enrolmentsOf(userId: string, page: PageRequest): Promise<Page<Enrolled>> {
    return Promise.resolve(this.#pages.ofLearner(userId, page))
  }

  async enrolmentsIn(collectionId: string, contextId: string, page: PageRequest): Promise<Page<Enrolled>> {
    return Promise.resolve(this.#pages.inContext(collectionId, contextId, page))
  }

  async allEnrolments(page: PageRequest): Promise<Page<EnrolmentKey>> {
    return Promise.resolve(this.#pages.all(page))
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

  requestSync(keys: readonly EnrolmentKey[]): Promise<void> {
    if (keys.length === 0) return Promise.resolve()
    const work = (): void => {
      for (const key of keys) this.#recording.append({ type: 'sync-requested', ...key })
    }
    return this.#writer.submit(work, 'client', keys.length)
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
    return Promise.resolve(this.#pages.participants(collectionId, page))
  }
}
