import type { ViewRow } from '../../domain/progress/view.ts'
import type { Statements } from './database.ts'
import { StoreRefused } from './store-refused.ts'

/** Table `intake`: what was acknowledged and not yet folded, in the order of the commits. One row holds one commit. */
export class Intake {
  readonly #statements: Statements
  /** Facts of the transaction under way, as JSON. */
  #texts: string[] = []
  /** The last row written in the transaction under way, or before. */
  #last = 0

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** The last row. */
  get last(): number {
    return this.#last
  }

  /** Facts of the transaction under way. */
  get unsealed(): number {
    return this.#texts.length
  }

  /** Notes a fact; it is written when the transaction is sealed. */
  view(participation: number, content: number, fact: ViewRow): void {
    const { startedAt, completedAt, lastAccessAt, progress, timespentSeconds, details, detailsAt } = fact
    const numbers = `${text(participation)},${text(content)},${text(startedAt)},${text(completedAt)},${text(lastAccessAt)},${text(progress)},${text(timespentSeconds)}`
    this.#texts.push(details === null ? `[${numbers}]` : `[${numbers},${text(detailsAt)},${JSON.stringify(details)}]`)
  }

  /** Notes that all views of a participation were removed, but for one content. */
  removal(participation: number, kept: number | undefined): void {
    this.#texts.push(kept === undefined ? `[${text(participation)}]` : `[${text(participation)},${text(kept)}]`)
  }

  /** Takes back the facts noted last, down to so many. */
  undo(unsealed: number): void {
    this.#texts.length = unsealed
  }

  /** Writes the facts of the transaction under way. */
  seal(): void {
    if (this.#texts.length === 0) return
    const { lastInsertRowid } = this.#statements
      .of('INSERT INTO intake (facts) VALUES (?)')
      .run(`[${this.#texts.join(',')}]`)
    this.#last = Number(lastInsertRowid)
  }

  /** The transaction holds; answers how many facts were in it. */
  committed(): number {
    const count = this.#texts.length
    if (count > 0) this.#texts = []
    return count
  }

  /** Everything up to a row is folded. Inside the transaction of the caller. */
  clear(upTo: number): void {
    this.#statements.of('DELETE FROM intake WHERE seq <= ?').run(upTo)
  }

  /**
   * Reads back what the last process left, oldest first; answers how many facts.
   * @throws StoreRefused where a row is not what was written: to go on would lose what was acknowledged.
   */
  replay(
    onView: (participation: number, content: number, fact: ViewRow) => void,
    onRemoval: (participation: number, kept: number | undefined) => void,
  ): number {
    let facts = 0
    for (const row of this.#statements.of('SELECT seq, facts FROM intake ORDER BY seq').iterate()) {
      this.#last = Number(row['seq'])
      for (const [participation, content, ...fields] of readFacts(this.#last, String(row['facts']))) {
        facts += 1
        if (fields.length === 0 || content === undefined) onRemoval(participation, content)
        else onView(participation, content, factOf(fields))
      }
    }
    return facts
  }
}

type StoredFact = readonly [number, number | undefined, ...fields: unknown[]]

function readFacts(seq: number, written: string): readonly StoredFact[] {
  try {
    const facts: unknown = JSON.parse(written)
    // Written by `view` and `removal` alone, unless the disk changed it.
    if (Array.isArray(facts) && facts.every(isStoredFact)) return facts
  } catch {
    // Said below.
  }
  throw new StoreRefused(
    `row ${String(seq)} of the intake cannot be read: the disk has changed it since it was written. Restore a backup of the data folder`,
  )
}

function isStoredFact(fact: unknown): fact is StoredFact {
  if (!Array.isArray(fact) || fact.length === 0) return false
  const fields: readonly unknown[] = fact
  const [participation, content = 0] = fields
  return [participation, content, ...fields.slice(4, 7)].every((value) => typeof value === 'number')
}

function factOf([startedAt, completedAt, lastAccessAt, progress, timespent, detailsAt, details]: unknown[]): ViewRow {
  return {
    startedAt: startedAt === null ? null : Number(startedAt),
    completedAt: completedAt === null ? null : Number(completedAt),
    lastAccessAt: Number(lastAccessAt),
    progress: Number(progress),
    timespentSeconds: Number(timespent),
    details: details === undefined ? null : String(details),
    detailsAt: detailsAt === undefined || detailsAt === null ? null : Number(detailsAt),
  }
}

function text(value: number | null): string {
  return value === null ? 'null' : String(value)
}
