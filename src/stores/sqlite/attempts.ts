import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Row, Statements } from './database.ts'
import type { Contents } from './numbers.ts'

const SELECT = `SELECT content, attempt_id, submitted_at, first_submitted_at, score, max_score, answers
  FROM attempt WHERE participation = ?`

/** The newer submission of an attempt stays; of two at one time the greater text (domain/progress/attempt.ts). */
const MERGE = `INSERT INTO attempt (participation, content, attempt_id,
    submitted_at, first_submitted_at, score, max_score, answers)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    score     = iif((excluded.submitted_at, excluded.answers) > (submitted_at, answers), excluded.score, score),
    max_score = iif((excluded.submitted_at, excluded.answers) > (submitted_at, answers), excluded.max_score, max_score),
    answers   = iif((excluded.submitted_at, excluded.answers) > (submitted_at, answers), excluded.answers, answers),
    submitted_at       = max(submitted_at, excluded.submitted_at),
    first_submitted_at = min(first_submitted_at, excluded.first_submitted_at)`

const NONE: ReadonlyMap<string, readonly Attempt[]> = new Map()

/** Table `attempt`. */
export class Attempts {
  readonly #statements: Statements
  readonly #contents: Contents

  constructor(statements: Statements, contents: Contents) {
    this.#statements = statements
    this.#contents = contents
  }

  /** By content id: all of a participation, or those of one content. */
  all(participation: number, contentId?: string): ReadonlyMap<string, readonly Attempt[]> {
    const rows =
      contentId === undefined ? this.#statements.of(SELECT).all(participation) : this.#of(participation, contentId)
    if (rows.length === 0) return NONE
    const attempts = new Map<string, Attempt[]>()
    for (const row of rows) {
      const name = this.#contents.name(Number(row['content']))
      const known = attempts.get(name)
      if (known === undefined) attempts.set(name, [attemptOf(row)])
      else known.push(attemptOf(row))
    }
    return attempts
  }

  #of(participation: number, contentId: string): Row[] {
    const content = this.#contents.find(contentId)
    return content === undefined ? [] : this.#statements.of(`${SELECT} AND content = ?`).all(participation, content)
  }

  get(participation: number, contentId: string, attemptId: string): Attempt | undefined {
    const content = this.#contents.find(contentId)
    if (content === undefined) return undefined
    const row = this.#statements
      .of(`${SELECT} AND content = ? AND attempt_id = ?`)
      .get(participation, content, attemptId)
    return row === undefined ? undefined : attemptOf(row)
  }

  /** Merges an attempt inside the transaction of the caller. */
  merge(participation: number, contentId: string, attempt: Attempt): void {
    this.#statements
      .of(MERGE)
      .run(
        participation,
        this.#contents.take(contentId),
        attempt.attemptId,
        attempt.submittedAt,
        attempt.firstSubmittedAt,
        attempt.score,
        attempt.maxScore,
        attempt.answers,
      )
  }

  has(participation: number): boolean {
    return this.#statements.of('SELECT 1 FROM attempt WHERE participation = ? LIMIT 1').get(participation) !== undefined
  }

  /** Removes all attempts of a participation but those of one content; answers how many. */
  remove(participation: number, kept: number | undefined): number {
    return Number(
      this.#statements
        .of('DELETE FROM attempt WHERE participation = ? AND content IS NOT ?')
        .run(participation, kept ?? null).changes,
    )
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
