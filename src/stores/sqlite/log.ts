import { nextTurn, type Clock, type Defer } from '../../ports/clock.ts'
import type { AppendListener, DeadLetter, DeadLetterQuery, Log, LogEntry } from '../../ports/log.ts'
import { logKey, type Occurrence } from '../../domain/outbox.ts'
import { readOccurrence } from '../../domain/read-outbox.ts'
import type { Row, Statements } from './database.ts'
import type { Journal } from './journal.ts'
import { LogTail } from './log-tail.ts'
import type { Writer } from './writer.ts'

/** The log in table `log`, positions in table `position`. */
export class SqliteLog implements Log {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #clock: Clock
  readonly #defer: Defer
  readonly #journal: Journal
  readonly #tail: LogTail
  readonly #listeners = new Set<AppendListener>()
  /** Called in the transaction, with each entry: what it throws rolls the transaction's work back. */
  takingPart: ((entry: LogEntry) => void) | undefined
  /** Types of what was appended since the listeners were last told. */
  #appended: Occurrence['type'][] = []

  constructor(statements: Statements, writer: Writer, journal: Journal, clock: Clock, defer: Defer = nextTurn) {
    this.#statements = statements
    this.#journal = journal
    this.#tail = new LogTail(journal)
    this.#writer = writer
    this.#clock = clock
    this.#defer = defer
  }

  /**
   * Appends inside the transaction of the caller.
   * @throws whatever who takes part in the transaction throws
   */
  append(occurrence: Occurrence): void {
    const at = this.#clock.nowMs()
    const { lastInsertRowid } = this.#statements
      .of('INSERT INTO log (at, type, key, data) VALUES (?, ?, ?, ?)')
      .run(at, occurrence.type, logKey(occurrence), JSON.stringify(occurrence))
    const entry = { seq: Number(lastInsertRowid), at, occurrence }
    this.#tail.append(entry)
    this.takingPart?.(entry)
    this.#notify(occurrence.type)
  }

  /** Notes how to take back what the caller changed in memory, should its transaction not hold. */
  noteUndo(undo: () => void): void {
    this.#journal.note(undo)
  }

  /** The transaction holds: what it appended can be read. */
  committed(): void {
    this.#tail.committed()
  }

  read(afterSeq: number, limit: number, types?: readonly Occurrence['type'][]): Promise<readonly LogEntry[]> {
    return Promise.resolve(this.readNow(afterSeq, limit, types))
  }

  readNow(afterSeq: number, limit: number, types?: readonly Occurrence['type'][]): readonly LogEntry[] {
    const kept = this.#tail.after(afterSeq, limit, types)
    if (kept !== undefined) return kept
    return this.#statements
      .of(`SELECT seq, at, data FROM log WHERE seq > ?${conditionOf(types)} ORDER BY seq LIMIT ?`)
      .all(afterSeq, limit)
      .map(entryOf)
  }

  last(): Promise<number> {
    return Promise.resolve(Number(this.#statements.of('SELECT max(seq) AS seq FROM log').get()?.['seq'] ?? 0))
  }

  position(consumer: string): Promise<number> {
    return Promise.resolve(this.positionNow(consumer))
  }

  positionNow(consumer: string): number {
    return Number(this.#statements.of('SELECT seq FROM position WHERE consumer = ?').get(consumer)?.['seq'] ?? 0)
  }

  commit(consumer: string, seq: number): Promise<void> {
    return this.#writer.submit(() => {
      this.commitNow(consumer, seq)
    }, 'own')
  }

  count(afterSeq: number, limit: number, types: readonly Occurrence['type'][]): Promise<number> {
    const row = this.#statements
      .of(`SELECT count(*) AS n FROM (SELECT 1 FROM log WHERE seq > ?${conditionOf(types)} LIMIT ?)`)
      .get(afterSeq, limit)
    return Promise.resolve(Number(row?.['n']))
  }

  /** Moves a position inside the transaction of the caller; the entry there is handled, if it had been put aside too. */
  commitNow(consumer: string, seq: number): void {
    this.#move(consumer, seq)
    this.#remove(consumer, seq)
  }

  #move(consumer: string, seq: number): void {
    this.#statements
      .of('INSERT INTO position (consumer, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)')
      .run(consumer, seq)
  }

  park(consumer: string, entry: LogEntry, reason: string): Promise<void> {
    return this.#writer.submit(() => {
      this.#statements
        .of(
          `INSERT INTO dead_letter (consumer, seq, at, data, reason) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET reason = excluded.reason`,
        )
        .run(consumer, entry.seq, entry.at, textOf(entry.occurrence), reason)
      this.#move(consumer, entry.seq)
    }, 'own')
  }

  deadLetters({ consumer, after, limit }: DeadLetterQuery): Promise<readonly DeadLetter[]> {
    const rows = this.#statements
      .of(
        `SELECT consumer, seq, at, data, reason FROM dead_letter
         WHERE (consumer, seq) > (?, ?) AND (?3 IS NULL OR consumer = ?3) ORDER BY consumer, seq LIMIT ?4`,
      )
      .all(after?.consumer ?? '', after?.seq ?? 0, consumer ?? null, limit)
    return Promise.resolve(rows.map(letterOf))
  }

  deadLetter(consumer: string, seq: number): Promise<DeadLetter | undefined> {
    const row = this.#statements
      .of('SELECT consumer, seq, at, data, reason FROM dead_letter WHERE consumer = ? AND seq = ?')
      .get(consumer, seq)
    return Promise.resolve(row === undefined ? undefined : letterOf(row))
  }

  deadLetterCounts(): Promise<ReadonlyMap<string, number>> {
    const rows = this.#statements.of('SELECT consumer, count(*) AS n FROM dead_letter GROUP BY consumer').all()
    return Promise.resolve(new Map(rows.map((row) => [String(row['consumer']), Number(row['n'])])))
  }

  resolve(consumer: string, seq: number): Promise<boolean> {
    return this.#writer.submit(() => this.#remove(consumer, seq), 'own')
  }

  #remove(consumer: string, seq: number): boolean {
    const { changes } = this.#statements.of('DELETE FROM dead_letter WHERE consumer = ? AND seq = ?').run(consumer, seq)
    return Number(changes) > 0
  }

  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells listeners once per turn, after the commit that is under way. */
  #notify(type: Occurrence['type']): void {
    this.#appended.push(type)
    if (this.#appended.length > 1) return
    this.#defer(() => {
      const types = this.#appended
      this.#appended = []
      for (const listener of this.#listeners) listener(types)
    })
  }
}

/** Written out, not bound: SQLite uses a partial index only where the statement names the type, and names it alone. */
function conditionOf(types: readonly Occurrence['type'][] | undefined): string {
  if (types === undefined) return ''
  const names = types.map((type) => `'${type}'`).join()
  return types.length === 1 ? ` AND type = ${names}` : ` AND type IN (${names})`
}

function entryOf(row: Row): LogEntry {
  return { seq: Number(row['seq']), at: Number(row['at']), occurrence: readOccurrence(String(row['data'])) }
}

function letterOf(row: Row): DeadLetter {
  return { consumer: String(row['consumer']), entry: entryOf(row), reason: String(row['reason']) }
}

/** What an entry's occurrence was read from. */
function textOf(occurrence: Occurrence): string {
  return occurrence.type === 'unreadable' ? occurrence.text : JSON.stringify(occurrence)
}
