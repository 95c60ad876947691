/** Reading and merging raw rows: the SQL of tables `view`, `attempt`, `enrolment`, `completion`, `participant`. */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { RawProgress } from '../../domain/progress/summary.ts'
import type { ViewRow } from '../../domain/progress/view.ts'
import type { Row, Statements } from './database.ts'

const SELECT_VIEW = `SELECT started_at, completed_at, last_access_at, progress, timespent_s, details, details_at, content_id
  FROM view WHERE user_id = ? AND collection_id = ? AND context_id = ?`

/** The join of DESIGN decision 1 in SQL: maximum or minimum per column, whatever is there already. */
const MERGE_VIEW = `INSERT INTO view (user_id, collection_id, context_id, content_id,
    started_at, completed_at, last_access_at, progress, timespent_s, details, details_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    started_at     = min(coalesce(started_at, excluded.started_at), coalesce(excluded.started_at, started_at)),
    completed_at   = min(coalesce(completed_at, excluded.completed_at), coalesce(excluded.completed_at, completed_at)),
    last_access_at = max(last_access_at, excluded.last_access_at),
    progress       = max(progress, excluded.progress),
    timespent_s    = max(timespent_s, excluded.timespent_s),
    details        = iif(details_at IS NULL OR excluded.details_at > details_at
                         OR (excluded.details_at = details_at AND excluded.details > details),
                         coalesce(excluded.details, details), details),
    details_at     = max(coalesce(details_at, excluded.details_at), coalesce(excluded.details_at, details_at))`

const SELECT_ATTEMPT = `SELECT content_id, attempt_id, submitted_at, first_submitted_at, score, max_score, answers
  FROM attempt WHERE user_id = ? AND collection_id = ? AND context_id = ?`

/** The newer submission of an attempt stays; of two at one time the greater text (domain/progress/attempt.ts). */
const MERGE_ATTEMPT = `INSERT INTO attempt (user_id, collection_id, context_id, content_id, attempt_id,
    submitted_at, first_submitted_at, score, max_score, answers)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    score     = iif((excluded.submitted_at, excluded.answers) > (submitted_at, answers), excluded.score, score),
    max_score = iif((excluded.submitted_at, excluded.answers) > (submitted_at, answers), excluded.max_score, max_score),
    answers   = iif((excluded.submitted_at, excluded.answers) > (submitted_at, answers), excluded.answers, answers),
    submitted_at       = max(submitted_at, excluded.submitted_at),
    first_submitted_at = min(first_submitted_at, excluded.first_submitted_at)`

const MERGE_ENROLMENT = `INSERT INTO enrolment (user_id, collection_id, context_id, first_enrolled_at, enrolled_at, unenrolled_at)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    first_enrolled_at = min(first_enrolled_at, excluded.first_enrolled_at),
    enrolled_at       = max(enrolled_at, excluded.enrolled_at),
    unenrolled_at     = max(coalesce(unenrolled_at, excluded.unenrolled_at), coalesce(excluded.unenrolled_at, unenrolled_at))`

const MERGE_COMPLETION = `INSERT INTO completion (user_id, collection_id, context_id, completed_at)
  VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET completed_at = min(completed_at, excluded.completed_at)`

const ENROLMENT_KEY = 'user_id = ? AND collection_id = ? AND context_id = ?'

/** Raw rows over one connection. Writes are made inside the transaction of the caller. */
export class RawRows {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  view(key: ViewKey): ViewRow | undefined {
    const row = this.#statements
      .of(`${SELECT_VIEW} AND content_id = ?`)
      .get(key.userId, key.collectionId, key.contextId, key.contentId)
    return row === undefined ? undefined : viewOf(row)
  }

  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow> {
    const rows = this.#statements.of(SELECT_VIEW).all(key.userId, key.collectionId, key.contextId)
    return new Map(rows.map((row) => [String(row['content_id']), viewOf(row)]))
  }

  mergeView(key: ViewKey, row: ViewRow): void {
    this.#statements
      .of(MERGE_VIEW)
      .run(
        key.userId,
        key.collectionId,
        key.contextId,
        key.contentId,
        row.startedAt,
        row.completedAt,
        row.lastAccessAt,
        row.progress,
        row.timespentSeconds,
        row.details,
        row.detailsAt,
      )
  }

  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]> {
    const ids = [key.userId, key.collectionId, key.contextId]
    const rows =
      contentId === undefined
        ? this.#statements.of(SELECT_ATTEMPT).all(...ids)
        : this.#statements.of(`${SELECT_ATTEMPT} AND content_id = ?`).all(...ids, contentId)
    const attempts = new Map<string, Attempt[]>()
    for (const row of rows) {
      const content = String(row['content_id'])
      const known = attempts.get(content)
      if (known === undefined) attempts.set(content, [attemptOf(row)])
      else known.push(attemptOf(row))
    }
    return attempts
  }

  attempt(key: ViewKey, attemptId: string): Attempt | undefined {
    const row = this.#statements
      .of(`${SELECT_ATTEMPT} AND content_id = ? AND attempt_id = ?`)
      .get(key.userId, key.collectionId, key.contextId, key.contentId, attemptId)
    return row === undefined ? undefined : attemptOf(row)
  }

  mergeAttempt(key: ViewKey, attempt: Attempt): void {
    this.#statements
      .of(MERGE_ATTEMPT)
      .run(
        key.userId,
        key.collectionId,
        key.contextId,
        key.contentId,
        attempt.attemptId,
        attempt.submittedAt,
        attempt.firstSubmittedAt,
        attempt.score,
        attempt.maxScore,
        attempt.answers,
      )
  }

  enrolment(key: EnrolmentKey): Enrolment | undefined {
    const row = this.#statements
      .of(`SELECT first_enrolled_at, enrolled_at, unenrolled_at FROM enrolment WHERE ${ENROLMENT_KEY}`)
      .get(key.userId, key.collectionId, key.contextId)
    return row === undefined ? undefined : enrolmentOf(row)
  }

  mergeEnrolment(key: EnrolmentKey, enrolment: Enrolment): void {
    this.#statements
      .of(MERGE_ENROLMENT)
      .run(
        key.userId,
        key.collectionId,
        key.contextId,
        enrolment.firstEnrolledAt,
        enrolment.enrolledAt,
        enrolment.unenrolledAt,
      )
  }

  completedAt(key: EnrolmentKey): number | undefined {
    const row = this.#statements
      .of(`SELECT completed_at FROM completion WHERE ${ENROLMENT_KEY}`)
      .get(key.userId, key.collectionId, key.contextId)
    return row === undefined ? undefined : Number(row['completed_at'])
  }

  mergeCompletion(key: EnrolmentKey, completedAt: number): void {
    this.#statements.of(MERGE_COMPLETION).run(key.userId, key.collectionId, key.contextId, completedAt)
  }

  /** Everything that a summary is computed from. */
  raw(key: EnrolmentKey): RawProgress {
    return { views: this.views(key), attempts: this.attempts(key), completedAt: this.completedAt(key) }
  }

  /** Notes that a learner takes part in a collection. Organic views have no collection to take part in. */
  addParticipant(key: EnrolmentKey): void {
    this.#statements
      .of('INSERT INTO participant (collection_id, context_id, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(key.collectionId, key.contextId, key.userId)
  }

  /** Every (collection, context) in which a learner has an enrolment, a view or an attempt; organic ones left out. */
  enrolmentKeys(userId: string): readonly EnrolmentKey[] {
    const rows = this.#statements
      .of(
        `SELECT collection_id, context_id FROM enrolment WHERE user_id = ?1
         UNION SELECT collection_id, context_id FROM view WHERE user_id = ?1 AND collection_id <> content_id
         UNION SELECT collection_id, context_id FROM attempt WHERE user_id = ?1 AND collection_id <> content_id`,
      )
      .all(userId)
    return rows.map((row) => ({
      userId,
      collectionId: String(row['collection_id']),
      contextId: String(row['context_id']),
    }))
  }

  /** Deletes all rows of one enrolment, raw and derived. An organic view of the same name belongs to none. */
  remove(key: EnrolmentKey): { views: number; attempts: number; enrolments: number } {
    const removed = (table: string, inside = ''): number =>
      Number(
        this.#statements
          .of(`DELETE FROM ${table} WHERE ${ENROLMENT_KEY} ${inside}`)
          .run(key.userId, key.collectionId, key.contextId).changes,
      )
    const inside = 'AND content_id <> collection_id'
    const counts = {
      views: removed('view', inside),
      attempts: removed('attempt', inside),
      enrolments: removed('enrolment'),
    }
    removed('completion')
    removed('participant')
    removed('summary')
    return counts
  }
}

function millis(value: unknown): number | null {
  return value === null ? null : Number(value)
}

function viewOf(row: Row): ViewRow {
  return {
    startedAt: millis(row['started_at']),
    completedAt: millis(row['completed_at']),
    lastAccessAt: Number(row['last_access_at']),
    progress: Number(row['progress']),
    timespentSeconds: Number(row['timespent_s']),
    details: row['details'] === null ? null : String(row['details']),
    detailsAt: millis(row['details_at']),
  }
}

function attemptOf(row: Row): Attempt {
  return {
    attemptId: String(row['attempt_id']),
    submittedAt: Number(row['submitted_at']),
    firstSubmittedAt: Number(row['first_submitted_at']),
    score: Number(row['score']),
    maxScore: Number(row['max_score']),
    answers: String(row['answers']),
  }
}

export function enrolmentOf(row: Row): Enrolment {
  return {
    firstEnrolledAt: Number(row['first_enrolled_at']),
    enrolledAt: Number(row['enrolled_at']),
    unenrolledAt: millis(row['unenrolled_at']),
  }
}
