import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import { readCopied, readMoved } from '../../domain/progress/read-provenance.ts'
import type { Moved } from '../../domain/progress/provenance.ts'
import type { CopyRow, CopyTable, MoveTable } from '../carrying/tables.ts'
import type { Statements } from './database.ts'
import type { Contents, Learners, Participations } from './numbers.ts'

const ROWS_OF = `SELECT collection_id, context_id, copy.enrolled_at, copied
  FROM copy JOIN participation USING (participation) WHERE learner = ? AND content = ?`
const ROWS_UNDER = 'SELECT content, enrolled_at, copied FROM copy WHERE participation = ?'
const PUT = `INSERT INTO copy (participation, content, learner, enrolled_at, copied) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET enrolled_at = excluded.enrolled_at, copied = excluded.copied`
const UNCARRIED = `SELECT collection_id, context_id FROM participation
  WHERE carried IS NULL AND user_id = ? AND first_enrolled_at IS NOT NULL`

const UNNOTED = `FROM view JOIN participation USING (participation) WHERE NOT EXISTS
  (SELECT 1 FROM copy WHERE copy.participation = view.participation AND copy.content = view.content)`
const ADD_LEARNERS = `INSERT INTO learner (user_id) SELECT DISTINCT user_id ${UNNOTED} ON CONFLICT DO NOTHING`
const ADD_VIEWS = `INSERT INTO copy (participation, content, learner)
  SELECT view.participation, content, (SELECT learner FROM learner WHERE learner.user_id = participation.user_id)
  ${UNNOTED}`

/** Names to numbers, and back. */
export interface Numbers {
  readonly contents: Contents
  readonly participations: Participations
  readonly learners: Learners
}

/** Table `copy`, and how far enrolments were carried over. Writes run in the transaction of the caller. */
export class SqliteCopies implements CopyTable {
  readonly #statements: Statements
  readonly #numbers: Numbers

  constructor(statements: Statements, numbers: Numbers) {
    this.#statements = statements
    this.#numbers = numbers
  }

  rowsOf(userId: string, contentId: string): readonly CopyRow[] {
    const { learners, contents } = this.#numbers
    const [learner, content] = [learners.find(userId), contents.find(contentId)]
    if (learner === undefined || content === undefined) return []
    return this.#statements
      .rows(ROWS_OF)
      .all(learner, content)
      .map(([collection, context, enrolledAt, copied]) => {
        const key = { userId, collectionId: String(collection), contextId: String(context), contentId }
        return rowOf(key, enrolledAt, copied)
      })
  }

  rowsUnder(key: EnrolmentKey): readonly CopyRow[] {
    const { participations, contents } = this.#numbers
    const participation = participations.find(key)
    if (participation === undefined) return []
    const { userId, collectionId, contextId } = key
    return this.#statements
      .rows(ROWS_UNDER)
      .all(participation)
      .map(([content, enrolledAt, copied]) => {
        const contentId = contents.name(Number(content))
        return rowOf({ userId, collectionId, contextId, contentId }, enrolledAt, copied)
      })
  }

  at(key: ViewKey): CopyRow | undefined {
    const { participations, contents } = this.#numbers
    const [participation, content] = [participations.find(key), contents.find(key.contentId)]
    if (participation === undefined || content === undefined) return undefined
    const row = this.#statements
      .rows('SELECT enrolled_at, copied FROM copy WHERE participation = ? AND content = ?')
      .get(participation, content)
    return row === undefined ? undefined : rowOf(key, row[0], row[1])
  }

  put({ key, enrolledAt, copied }: CopyRow): void {
    const { participations, contents, learners } = this.#numbers
    const text = copied === null ? null : JSON.stringify(copied)
    this.#statements
      .of(PUT)
      .run(participations.take(key), contents.take(key.contentId), learners.take(key.userId), enrolledAt, text)
  }

  remove(key: EnrolmentKey, kept?: string): void {
    const { participations, contents } = this.#numbers
    const participation = participations.find(key)
    if (participation === undefined) return
    this.#statements
      .of('DELETE FROM copy WHERE participation = ? AND content IS NOT ?')
      .run(participation, (kept === undefined ? undefined : contents.find(kept)) ?? null)
    this.#numbers.learners.forget(key.userId)
  }

  revision(key: EnrolmentKey): number | undefined {
    const participation = this.#numbers.participations.find(key)
    if (participation === undefined) return undefined
    const row = this.#statements.rows('SELECT carried FROM participation WHERE participation = ?').get(participation)
    return row === undefined || row[0] === null ? undefined : Number(row[0])
  }

  setRevision(key: EnrolmentKey, revision: number | undefined): void {
    this.#statements
      .of('UPDATE participation SET carried = ? WHERE participation = ?')
      .run(revision ?? null, this.#numbers.participations.take(key))
  }

  uncarried(userId: string): readonly EnrolmentKey[] {
    return this.#statements
      .rows(UNCARRIED)
      .all(userId)
      .map(([collection, context]) => ({ userId, collectionId: String(collection), contextId: String(context) }))
  }

  /**
   * Notes every viewed row of table `view` that is not noted yet, so that it is found by its content; answers how many
   * there were. The facts must be folded.
   */
  noteViews(): number {
    this.#statements.of(ADD_LEARNERS).run()
    return Number(this.#statements.of(ADD_VIEWS).run().changes)
  }

  /** Enrolments that wait to be carried over. */
  get waiting(): number {
    return Number(this.#statements.rows('SELECT count(*) FROM participation WHERE carried IS NULL').get()?.[0])
  }
}

/** Table `moved`. */
export class SqliteMoves implements MoveTable {
  readonly #statements: Statements
  readonly #participations: Participations

  constructor(statements: Statements, { participations }: Pick<Numbers, 'participations'>) {
    this.#statements = statements
    this.#participations = participations
  }

  of(userId: string, collectionId: string): ReadonlyMap<string, Moved> {
    const rows = this.#statements
      .rows(
        `SELECT context_id, moved FROM participation JOIN moved USING (participation)
         WHERE user_id = ? AND collection_id = ? ORDER BY context_id`,
      )
      .all(userId, collectionId)
    return new Map(rows.map(([context, text]) => [String(context), checked(readMoved(String(text)), text)]))
  }

  set(key: EnrolmentKey, moved: Moved | undefined): void {
    const participation = this.#participations.take(key)
    if (moved === undefined) this.#statements.of('DELETE FROM moved WHERE participation = ?').run(participation)
    else {
      this.#statements
        .of('INSERT OR REPLACE INTO moved (participation, moved) VALUES (?, ?)')
        .run(participation, JSON.stringify(moved))
    }
  }
}

function rowOf(key: ViewKey, enrolledAt: unknown, copied: unknown): CopyRow {
  return {
    key,
    enrolledAt: enrolledAt === null ? null : Number(enrolledAt),
    copied: copied === null ? null : checked(readCopied(String(copied)), copied),
  }
}

/** An explanation built on a damaged row would be a guess. */
function checked<T>(read: T | undefined, text: unknown): T {
  if (read === undefined) throw new Error(`the store holds a provenance that cannot be read: ${String(text)}`)
  return read
}
