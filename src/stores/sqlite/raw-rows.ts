/** Reading and merging raw rows by the names of the domain: participations with enrolment and completion, attempts, views. */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Migrated } from '../../domain/progress/provenance.ts'
import type { CountedRows, RowReader } from '../../domain/progress/shared-rows.ts'
import type { ViewRow, ViewTimes } from '../../domain/progress/view.ts'
import { Attempts } from './attempts.ts'
import type { FactTables } from '../carrying/tables.ts'
import type { Row, Statements } from './database.ts'
import type { Journal } from './journal.ts'
import { Contents, Learners, Participations } from './numbers.ts'
import type { Numbers } from './copies.ts'
import { Views } from './views.ts'

const SET_ENROLMENT = `UPDATE participation SET
    first_enrolled_at = min(coalesce(first_enrolled_at, ?1), ?1),
    enrolled_at       = max(coalesce(enrolled_at, ?2), ?2),
    unenrolled_at     = max(coalesce(unenrolled_at, ?3), coalesce(?3, unenrolled_at))
  WHERE participation = ?4`

const SET_COMPLETION = `UPDATE participation SET completed_at = min(coalesce(completed_at, ?1), ?1) WHERE participation = ?2`

const ENROLMENT = 'SELECT first_enrolled_at, enrolled_at, unenrolled_at FROM participation WHERE participation = ?'

const ENROLMENTS =
  'SELECT collection_id, context_id FROM participation WHERE user_id = ? AND first_enrolled_at IS NOT NULL'

const PARTICIPATIONS = 'SELECT collection_id, context_id FROM participation WHERE user_id = ?'

const MIGRATED = `SELECT from_collection, from_context, from_mode, at FROM migrated
  WHERE participation = ? AND content = ? ORDER BY from_collection, from_context`

const END_ENROLMENT = `UPDATE participation SET first_enrolled_at = NULL, enrolled_at = NULL, unenrolled_at = NULL,
    carried = 0
  WHERE participation = ? AND first_enrolled_at IS NOT NULL`

/** What a removal leaves of a participation that still has an organic view. */
const EMPTY = `UPDATE participation SET member = 0, first_enrolled_at = NULL, enrolled_at = NULL, unenrolled_at = NULL,
    completed_at = NULL, carried = 0 WHERE participation = ?`

const NO_VIEWS: ReadonlyMap<string, ViewRow> = new Map()
const NO_ATTEMPTS: ReadonlyMap<string, readonly Attempt[]> = new Map()

const NO_ROWS: CountedRows = { views: NO_VIEWS, attempts: NO_ATTEMPTS }

/** Where a view is kept, as far as it is. */
export interface Place {
  readonly participation: number | undefined
  readonly content: number | undefined
}

/** Raw rows over one connection. Writes are made inside the transaction of the caller. */
export class RawRows implements RowReader, FactTables {
  readonly #statements: Statements
  readonly #contents: Contents
  readonly #participations: Participations
  readonly #attempts: Attempts
  readonly viewRows: Views
  readonly numbers: Numbers

  constructor(statements: Statements, journal: Journal, viewRowsAtOnce: number) {
    this.#statements = statements
    this.#contents = new Contents(statements, journal)
    this.#participations = new Participations(statements, journal)
    this.numbers = {
      contents: this.#contents,
      participations: this.#participations,
      learners: new Learners(statements, journal),
    }
    this.#attempts = new Attempts(statements, this.#contents)
    this.viewRows = new Views(statements, journal, viewRowsAtOnce)
  }

  /** The number of a participation, where there is one. */
  participation(key: EnrolmentKey): number | undefined {
    return this.#participations.find(key)
  }

  /** The numbers of a view's participation and content, where they have any. */
  locate(key: ViewKey): Place {
    return { participation: this.#participations.find(key), content: this.#contents.find(key.contentId) }
  }

  view(key: ViewKey, { participation, content } = this.locate(key)): ViewRow | undefined {
    if (participation === undefined || content === undefined) return undefined
    return this.viewRows.get(participation, content)
  }

  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow> {
    const participation = this.#participations.find(key)
    if (participation === undefined) return NO_VIEWS
    const views = new Map<string, ViewRow>()
    for (const [content, row] of this.viewRows.all(participation)) views.set(this.#contents.name(content), row)
    return views
  }

  /**
   * Records a fact.
   * @param place as `locate` found it.
   * @param merged the row after it.
   */
  recordView(key: ViewKey, place: Place, fact: ViewRow, merged: ViewRow): void {
    const participation = place.participation ?? this.#participations.take(key)
    const content = place.content ?? this.#contents.take(key.contentId)
    this.viewRows.record(participation, content, fact, merged)
  }

  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]> {
    const participation = this.#participations.find(key)
    return participation === undefined ? NO_ATTEMPTS : this.#attempts.all(participation, contentId)
  }

  attempt(key: ViewKey, attemptId: string): Attempt | undefined {
    const participation = this.#participations.find(key)
    return participation === undefined ? undefined : this.#attempts.get(participation, key.contentId, attemptId)
  }

  mergeAttempt(key: ViewKey, attempt: Attempt): void {
    this.#attempts.merge(this.#participations.take(key), key.contentId, attempt)
  }

  enrolment(key: EnrolmentKey): Enrolment | undefined {
    const participation = this.#participations.find(key)
    const row = participation === undefined ? undefined : this.#statements.rows(ENROLMENT).get(participation)
    return row === undefined || row[0] === null ? undefined : enrolmentFrom(row[0], row[1], row[2])
  }

  mergeEnrolment(key: EnrolmentKey, enrolment: Enrolment): void {
    this.#statements
      .of(SET_ENROLMENT)
      .run(enrolment.firstEnrolledAt, enrolment.enrolledAt, enrolment.unenrolledAt, this.#participations.take(key))
  }

  mergeCompletion(participation: number, completedAt: number): void {
    this.#statements.of(SET_COMPLETION).run(completedAt, participation)
  }

  /**
   * Everything that a summary is computed from, beside the completion on record.
   * @param attempted whether there is any attempt.
   */
  progress(participation: number, attempted: boolean): CountedRows {
    const views = new Map<string, ViewTimes>()
    this.viewRows.times(participation, (content, times) => {
      views.set(this.#contents.name(content), times)
    })
    return { views, attempts: attempted ? this.#attempts.all(participation) : NO_ATTEMPTS }
  }

  /** The same by the names, where there may be nothing. */
  rowsOf(key: EnrolmentKey): CountedRows {
    const participation = this.#participations.find(key)
    return participation === undefined ? NO_ROWS : this.progress(participation, true)
  }

  viewTimes(key: ViewKey): ViewTimes | undefined {
    return this.view(key)
  }

  attemptsAt(key: ViewKey): readonly Attempt[] {
    return this.attempts(key, key.contentId).get(key.contentId) ?? []
  }

  /** Enrolments of a learner, ended ones included: all of them, or those in one collection. */
  enrolmentsOf(userId: string, collectionId?: string): readonly EnrolmentKey[] {
    const rows =
      collectionId === undefined
        ? this.#statements.rows(ENROLMENTS).all(userId)
        : this.#statements.rows(`${ENROLMENTS} AND collection_id = ?`).all(userId, collectionId)
    return keysOf(userId, rows)
  }

  /** Notes that a new publication of the collection concerns this learner. */
  makeMember(key: EnrolmentKey): void {
    this.#participations.makeMember(key)
  }

  participationsOf(userId: string, collectionId?: string): readonly EnrolmentKey[] {
    const rows =
      collectionId === undefined
        ? this.#statements.rows(`${PARTICIPATIONS} ORDER BY collection_id, context_id`).all(userId)
        : this.#statements.rows(`${PARTICIPATIONS} AND collection_id = ? ORDER BY context_id`).all(userId, collectionId)
    return keysOf(userId, rows)
  }

  completion(key: EnrolmentKey): number | undefined {
    const participation = this.#participations.find(key)
    if (participation === undefined) return undefined
    const row = this.#statements
      .rows('SELECT completed_at FROM participation WHERE participation = ?')
      .get(participation)
    return row === undefined || row[0] === null ? undefined : Number(row[0])
  }

  migrated(key: ViewKey): readonly Migrated[] {
    const { participation, content } = this.locate(key)
    if (participation === undefined || content === undefined) return []
    return this.#statements
      .rows(MIGRATED)
      .all(participation, content)
      .map(([collection, context, mode, at]) => ({
        from: { ...key, collectionId: String(collection), contextId: String(context) },
        // Only a migration writes this column, from modes.
        fromMode: String(mode) as Mode,
        at: Number(at),
      }))
  }

  /** Deletes all rows of one enrolment, raw and derived. An organic view of the same name belongs to none. */
  remove(key: EnrolmentKey): { views: number; attempts: number; enrolments: number } {
    const participation = this.#participations.find(key)
    if (participation === undefined) return { views: 0, attempts: 0, enrolments: 0 }
    const organic = this.#contents.find(key.collectionId)
    const enrolments = this.enrolment(key) === undefined ? 0 : 1
    const views = this.viewRows.remove(participation, organic)
    const attempts = this.#attempts.remove(participation, organic)
    this.#statements.of('DELETE FROM summary WHERE participation = ?').run(participation)
    this.#statements
      .of('DELETE FROM migrated WHERE participation = ? AND content IS NOT ?')
      .run(participation, organic ?? null)
    this.#participations.forget(key, participation)
    const emptied = this.viewRows.has(participation) || this.#attempts.has(participation) ? EMPTY : DELETE_PARTICIPATION
    this.#statements.of(emptied).run(participation)
    return { views, attempts, enrolments }
  }

  /** Deletes everything under a key, raw and derived, a content viewed on its own too. */
  clear(key: EnrolmentKey): void {
    const participation = this.#participations.find(key)
    if (participation === undefined) return
    this.viewRows.remove(participation, undefined)
    this.#attempts.remove(participation, undefined)
    this.#participations.forget(key, participation)
    for (const table of ['summary', 'migrated', 'participation']) {
      this.#statements.of(`DELETE FROM ${table} WHERE participation = ?`).run(participation)
    }
  }

  /** Deletes the rows of an enrolment, raw and derived, and leaves the enrolment itself. */
  removeRows(key: EnrolmentKey): { views: number; attempts: number } {
    const participation = this.#participations.find(key)
    if (participation === undefined) return { views: 0, attempts: 0 }
    if (this.enrolment(key) === undefined) return this.remove(key)
    const organic = this.#contents.find(key.collectionId)
    const views = this.viewRows.remove(participation, organic)
    const attempts = this.#attempts.remove(participation, organic)
    this.#statements
      .of('DELETE FROM migrated WHERE participation = ? AND content IS NOT ?')
      .run(participation, organic ?? null)
    this.#statements.of('UPDATE participation SET completed_at = NULL WHERE participation = ?').run(participation)
    return { views, attempts }
  }

  /** Deletes an enrolment alone, where the rows under its key count in others too; answers how many there were. */
  removeEnrolment(key: EnrolmentKey): number {
    const participation = this.#participations.find(key)
    return participation === undefined ? 0 : Number(this.#statements.of(END_ENROLMENT).run(participation).changes)
  }
}

const DELETE_PARTICIPATION = 'DELETE FROM participation WHERE participation = ?'

function keysOf(userId: string, rows: readonly (readonly unknown[])[]): readonly EnrolmentKey[] {
  return rows.map(([collection, context]) => ({
    userId,
    collectionId: String(collection),
    contextId: String(context),
  }))
}

/** @param row with the columns of an enrolment, none of the first two NULL. */
export function enrolmentOf(row: Row): Enrolment {
  return enrolmentFrom(row['first_enrolled_at'], row['enrolled_at'], row['unenrolled_at'])
}

/** The same from the columns themselves. */
export function enrolmentFrom(firstEnrolledAt: unknown, enrolledAt: unknown, unenrolledAt: unknown): Enrolment {
  return {
    firstEnrolledAt: Number(firstEnrolledAt),
    enrolledAt: Number(enrolledAt),
    unenrolledAt: unenrolledAt === null ? null : Number(unenrolledAt),
  }
}
