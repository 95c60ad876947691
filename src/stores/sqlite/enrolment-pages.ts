import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { Enrolled } from '../../ports/progress-store.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Row, Statements } from './database.ts'
import { enrolmentOf } from './raw-rows.ts'

const SELECT_ENROLLED =
  'SELECT user_id, collection_id, context_id, first_enrolled_at, enrolled_at, unenrolled_at FROM participation'

/** Lists of enrolments, a page at a time. */
export class EnrolmentPages {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  ofLearner(userId: string, page: PageRequest): Page<Enrolled> {
    const [collectionId = '', contextId = ''] = decodeCursor(page.after, 2)
    const rows = this.#statements
      .of(
        `${SELECT_ENROLLED} WHERE user_id = ? AND (collection_id, context_id) > (?, ?) AND first_enrolled_at IS NOT NULL
         ORDER BY collection_id, context_id LIMIT ?`,
      )
      .all(userId, collectionId, contextId, page.limit + 1)
    return pageOf(rows.map(enrolledOf), page.limit, (last) => [last.collectionId, last.contextId])
  }

  inContext(collectionId: string, contextId: string, page: PageRequest): Page<Enrolled> {
    const [userId = ''] = decodeCursor(page.after, 1)
    const rows = this.#statements
      .of(
        `${SELECT_ENROLLED} WHERE collection_id = ? AND context_id = ? AND user_id > ?
           AND member = 1 AND first_enrolled_at IS NOT NULL
         ORDER BY user_id LIMIT ?`,
      )
      .all(collectionId, contextId, userId, page.limit + 1)
    return pageOf(rows.map(enrolledOf), page.limit, (last) => [last.userId])
  }

  /** By learner, collection and context. */
  all(page: PageRequest): Page<EnrolmentKey> {
    const [userId = '', collectionId = '', contextId = ''] = decodeCursor(page.after, 3)
    const rows = this.#statements
      .of(
        `SELECT user_id, collection_id, context_id FROM participation
         WHERE (user_id, collection_id, context_id) > (?, ?, ?) AND first_enrolled_at IS NOT NULL
         ORDER BY user_id, collection_id, context_id LIMIT ?`,
      )
      .all(userId, collectionId, contextId, page.limit + 1)
    return pageOf(rows.map(keyOf), page.limit, (last) => [last.userId, last.collectionId, last.contextId])
  }

  participants(collectionId: string, page: PageRequest): Page<EnrolmentKey> {
    const [contextId = '', userId = ''] = decodeCursor(page.after, 2)
    const rows = this.#statements
      .of(
        `SELECT user_id, collection_id, context_id FROM participation
         WHERE collection_id = ? AND (context_id, user_id) > (?, ?) AND member = 1
         ORDER BY context_id, user_id LIMIT ?`,
      )
      .all(collectionId, contextId, userId, page.limit + 1)
    return pageOf(rows.map(keyOf), page.limit, (last) => [last.contextId, last.userId])
  }

  participantsIn(collectionId: string, contextId: string, page: PageRequest): Page<EnrolmentKey> {
    const [userId = ''] = decodeCursor(page.after, 1)
    const rows = this.#statements
      .of(
        `SELECT user_id, collection_id, context_id FROM participation
         WHERE ${IN_CONTEXT} AND user_id > ? ORDER BY user_id LIMIT ?`,
      )
      .all(collectionId, contextId, userId, page.limit + 1)
    return pageOf(rows.map(keyOf), page.limit, (last) => [last.userId])
  }

  countParticipantsIn(collectionId: string, contextId: string): number {
    const row = this.#statements.of(`SELECT count(*) AS n FROM participation WHERE ${IN_CONTEXT}`)
    return Number(row.get(collectionId, contextId)?.['n'])
  }

  /** Every enrolment that has, or should have, a summary, by learner, collection and context. */
  summarised(page: PageRequest): Page<EnrolmentKey> {
    return this.#where(SUMMARISED, page)
  }

  /** Everyone who takes part and has no stored summary, by learner, collection and context. */
  unsummarised(page: PageRequest): Page<EnrolmentKey> {
    return this.#where(UNSUMMARISED, page)
  }

  #where(condition: string, page: PageRequest): Page<EnrolmentKey> {
    const [userId = '', collectionId = '', contextId = ''] = decodeCursor(page.after, 3)
    const rows = this.#statements
      .of(
        `SELECT user_id, collection_id, context_id FROM participation
         WHERE ${condition} AND (user_id, collection_id, context_id) > (?, ?, ?)
         ORDER BY user_id, collection_id, context_id LIMIT ?`,
      )
      .all(userId, collectionId, contextId, page.limit + 1)
    return pageOf(rows.map(keyOf), page.limit, (last) => [last.userId, last.collectionId, last.contextId])
  }

  countUnsummarised(): number {
    return Number(this.#statements.of(`SELECT count(*) AS n FROM participation WHERE ${UNSUMMARISED}`).get()?.['n'])
  }

  countSummarised(): number {
    return Number(this.#statements.of(`SELECT count(*) AS n FROM participation WHERE ${SUMMARISED}`).get()?.['n'])
  }
}

const IN_CONTEXT = 'collection_id = ? AND context_id = ? AND member = 1'
const SUMMARISED = '(member = 1 OR participation IN (SELECT participation FROM summary))'
const UNSUMMARISED =
  'member = 1 AND NOT EXISTS (SELECT 1 FROM summary WHERE summary.participation = participation.participation)'

function keyOf(row: Row): EnrolmentKey {
  return {
    userId: String(row['user_id']),
    collectionId: String(row['collection_id']),
    contextId: String(row['context_id']),
  }
}

function enrolledOf(row: Row): Enrolled {
  return { ...keyOf(row), enrolment: enrolmentOf(row) }
}

/** Rows were read one beyond the page, which tells whether there is a next one. */
function pageOf<T>(rows: readonly T[], limit: number, keyOf: (last: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : undefined }
}
