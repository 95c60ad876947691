import { joinViews, type ViewRow, type ViewTimes } from '../../domain/progress/view.ts'
import type { Statements } from './database.ts'
import { Intake } from './intake.ts'
import type { Journal } from './journal.ts'
import { PendingViews } from './pending-views.ts'

const COLUMNS = 'started_at, completed_at, last_access_at, progress, timespent_s, details, details_at'
const SELECT_ONE = `SELECT ${COLUMNS} FROM view WHERE participation = ? AND content = ?`
const SELECT_ALL = `SELECT ${COLUMNS}, content FROM view WHERE participation = ?`
const CONTENT = 7

/** The join of DESIGN decision 1 in SQL: maximum or minimum per column, whatever is there already. */
const MERGE_VIEW = `INSERT INTO view (participation, content,
    started_at, completed_at, last_access_at, progress, timespent_s, details, details_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
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

/** What a step of a fold did. */
export interface Folded {
  readonly rows: number
  /** Whether it was the last one. */
  readonly over: boolean
}

/** Rows of one fold that have yet to reach the table. */
interface Folding {
  readonly rows: PendingViews
  readonly order: Int32Array
  /** How many of them are in the table. */
  done: number
  /** The last row of the intake that they came with. */
  readonly upTo: number
}

/**
 * View rows: table `view`, and what waits in memory and in the intake to be folded into it. A fact is durable with one
 * short row at the end of the intake; the table, whose pages lie all over the file, is written later, once for all facts
 * of a row and in its own order (decision 0010). Readers see both as one.
 */
export class Views {
  readonly #statements: Statements
  readonly #journal: Journal
  readonly #intake: Intake
  readonly #rowsAtOnce: number
  #pending: PendingViews
  #folding: Folding | undefined
  /** Emptied by the last fold. */
  #spare: PendingViews | undefined
  /** Facts that are in the intake and in no fold. */
  #facts = 0

  /** @param rowsAtOnce that will wait for a fold, about. */
  constructor(statements: Statements, journal: Journal, rowsAtOnce: number) {
    this.#rowsAtOnce = rowsAtOnce
    this.#pending = new PendingViews(rowsAtOnce)
    this.#statements = statements
    this.#journal = journal
    this.#intake = new Intake(statements)
    this.#facts = this.#intake.replay(
      (participation, content, fact) => {
        const index = this.#pending.find(participation, content)
        const row = index < 0 ? fact : joinViews(this.#pending.row(index), fact)
        this.#pending.put(participation, content, row, false)
      },
      (participation, kept) => {
        for (const index of this.#pending.of(participation)) {
          if (this.#pending.content(index) !== kept) this.#pending.drop(index)
        }
      },
    )
  }

  /** Facts that wait for a fold to begin. */
  get facts(): number {
    return this.#facts
  }

  get folding(): boolean {
    return this.#folding !== undefined
  }

  get(participation: number, content: number): ViewRow | undefined {
    for (const rows of this.#layers()) {
      const index = rows.find(participation, content)
      if (index < 0) continue
      if (rows.isWhole(index)) return rows.row(index)
      // Read back after a restart: the table may know more of it.
      return joined(this.#stored(participation, content), rows.row(index))
    }
    return this.#stored(participation, content)
  }

  /** All rows of a participation, by content. */
  all(participation: number): ReadonlyMap<number, ViewRow> {
    const found = new Map<number, ViewRow>()
    const stored = this.#statements.rows(SELECT_ALL)
    for (const row of stored.all(participation)) found.set(Number(row[CONTENT]), viewOf(row))
    for (const rows of this.#layers().toReversed()) {
      for (const index of rows.of(participation)) {
        const content = rows.content(index)
        found.set(content, joined(found.get(content), rows.row(index)))
      }
    }
    return found
  }

  /** Start and end of all rows of a participation: all that a summary asks of them. */
  times(participation: number, onView: (content: number, times: ViewTimes) => void): void {
    const layers = this.#layers().map((rows) => ({ rows, indexes: rows.of(participation) }))
    if (layers.some(({ indexes }) => indexes.length > 0)) {
      for (const [content, row] of this.all(participation)) onView(content, row)
      return
    }
    const stored = this.#statements.rows('SELECT content, started_at, completed_at FROM view WHERE participation = ?')
    for (const [content, startedAt, completedAt] of stored.all(participation)) {
      onView(Number(content), { startedAt: millis(startedAt), completedAt: millis(completedAt) })
    }
  }

  /**
   * Records a fact inside the transaction of the caller.
   * @param merged the row after it, as readers are to see it until the fact is in the table.
   */
  record(participation: number, content: number, fact: ViewRow, merged: ViewRow): void {
    this.#noteIntake()
    this.#intake.view(participation, content, fact)
    this.#journal.note(this.#pending.put(participation, content, merged, true))
  }

  /** Removes all rows of a participation but those of one content; answers how many. Inside the transaction of the caller. */
  remove(participation: number, kept: number | undefined): number {
    for (const rows of this.#layers().toReversed()) {
      for (const index of rows.of(participation)) {
        if (rows.content(index) === kept) continue
        this.#merge(rows, index)
        this.#journal.note(rows.drop(index))
      }
    }
    this.#noteIntake()
    this.#intake.removal(participation, kept)
    return Number(
      this.#statements
        .of('DELETE FROM view WHERE participation = ? AND content IS NOT ?')
        .run(participation, kept ?? null).changes,
    )
  }

  /** Whether a participation has any row. */
  has(participation: number): boolean {
    if (this.#layers().some((rows) => rows.of(participation).length > 0)) return true
    return this.#statements.of('SELECT 1 FROM view WHERE participation = ? LIMIT 1').get(participation) !== undefined
  }

  /** Writes the facts of the transaction under way to the intake. */
  seal(): void {
    this.#intake.seal()
  }

  /** The transaction holds; answers how many facts were in it. */
  committed(): number {
    const facts = this.#intake.committed()
    this.#facts += facts
    return facts
  }

  /** Begins a fold of everything that is acknowledged, between two transactions. */
  beginFold(): void {
    if (this.#folding !== undefined || this.#facts === 0) return
    this.#folding = { rows: this.#pending, order: this.#pending.inOrder(), done: 0, upTo: this.#intake.last }
    this.#pending = this.#spare ?? new PendingViews(this.#rowsAtOnce)
    this.#spare = undefined
    this.#facts = 0
  }

  /**
   * Folds so many rows more, inside the transaction of the caller; with the last ones, what they came from leaves the
   * intake. Answers what to call when the transaction holds.
   */
  fold(rowsMax: number): () => Folded {
    const folding = this.#folding
    if (folding === undefined) return () => ({ rows: 0, over: true })
    const end = Math.min(folding.order.length, folding.done + rowsMax)
    for (let position = folding.done; position < end; position += 1) {
      const index = folding.order[position] ?? 0
      if (!folding.rows.isDropped(index)) this.#merge(folding.rows, index)
    }
    const over = end === folding.order.length
    if (over) this.#intake.clear(folding.upTo)
    return () => {
      const rows = end - folding.done
      folding.done = end
      if (over && this.#folding === folding) {
        this.#folding = undefined
        folding.rows.clear()
        this.#spare = folding.rows
      }
      return { rows, over }
    }
  }

  #noteIntake(): void {
    const { unsealed } = this.#intake
    this.#journal.note(() => {
      this.#intake.undo(unsealed)
    })
  }

  /** Newest first: a row that is in two layers is whole in the newer one, or was read back after a restart. */
  #layers(): PendingViews[] {
    return this.#folding === undefined ? [this.#pending] : [this.#pending, this.#folding.rows]
  }

  #stored(participation: number, content: number): ViewRow | undefined {
    const row = this.#statements.rows(SELECT_ONE).get(participation, content)
    return row === undefined ? undefined : viewOf(row)
  }

  #merge(rows: PendingViews, index: number): void {
    const row = rows.row(index)
    this.#statements
      .of(MERGE_VIEW)
      .run(
        rows.participation(index),
        rows.content(index),
        row.startedAt,
        row.completedAt,
        row.lastAccessAt,
        row.progress,
        row.timespentSeconds,
        row.details,
        row.detailsAt,
      )
  }
}

function joined(before: ViewRow | undefined, row: ViewRow): ViewRow {
  return before === undefined ? row : joinViews(before, row)
}

function millis(value: unknown): number | null {
  return value === null ? null : Number(value)
}

function viewOf(row: readonly unknown[]): ViewRow {
  const [startedAt, completedAt, lastAccessAt, progress, timespent, details, detailsAt] = row
  return {
    startedAt: millis(startedAt),
    completedAt: millis(completedAt),
    lastAccessAt: Number(lastAccessAt),
    progress: Number(progress),
    timespentSeconds: Number(timespent),
    details: typeof details === 'string' ? details : null,
    detailsAt: millis(detailsAt),
  }
}
