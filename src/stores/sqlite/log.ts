import { nextTurn, type Clock, type Defer } from '../../ports/clock.ts'
import type { DeadLetter, Log, LogEntry } from '../../ports/log.ts'
import { logKey, readOccurrence, type Occurrence } from '../../domain/progress/occurrence.ts'
import type { Row, Statements } from './database.ts'
import type { Writer } from './writer.ts'

/** The log in table `log`, positions in table `position`. */
export class SqliteLog implements Log {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #clock: Clock
  readonly #defer: Defer
  readonly #listeners = new Set<() => void>()
  #notifying = false

  constructor(statements: Statements, writer: Writer, clock: Clock, defer: Defer = nextTurn) {
    this.#statements = statements
    this.#writer = writer
    this.#clock = clock
    this.#defer = defer
  }

  /** Appends inside the transaction of the caller. */
  append(occurrence: Occurrence): void {
    this.#statements
      .of('INSERT INTO log (at, key, data) VALUES (?, ?, ?)')
      .run(this.#clock.nowMs(), logKey(occurrence), JSON.stringify(occurrence))
    this.#notify()
  }

  read(afterSeq: number, limit: number): Promise<readonly LogEntry[]> {
    const rows = this.#statements
      .of('SELECT seq, at, data FROM log WHERE seq > ? ORDER BY seq LIMIT ?')
      .all(afterSeq, limit)
    return Promise.resolve(rows.map(entryOf))
  }

  last(): Promise<number> {
    return Promise.resolve(this.lastNow())
  }

  lastNow(): number {
    return Number(this.#statements.of('SELECT max(seq) AS seq FROM log').get()?.['seq'] ?? 0)
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

  /** Moves a position inside the transaction of the caller. */
  commitNow(consumer: string, seq: number): void {
    this.#statements
      .of('INSERT INTO position (consumer, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)')
      .run(consumer, seq)
  }

  park(consumer: string, entry: LogEntry, reason: string): Promise<void> {
    return this.#writer.submit(() => {
      this.#statements
        .of('INSERT INTO dead_letter (consumer, seq, at, data, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
        .run(consumer, entry.seq, entry.at, textOf(entry.occurrence), reason)
      this.commitNow(consumer, entry.seq)
    }, 'own')
  }

  deadLetters(consumer: string): Promise<readonly DeadLetter[]> {
    const rows = this.#statements
      .of('SELECT seq, at, data, reason FROM dead_letter WHERE consumer = ? ORDER BY seq')
      .all(consumer)
    return Promise.resolve(rows.map((row) => ({ consumer, entry: entryOf(row), reason: String(row['reason']) })))
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells listeners once per turn, after the commit that is under way. */
  #notify(): void {
    if (this.#notifying) return
    this.#notifying = true
    this.#defer(() => {
      this.#notifying = false
      for (const listener of this.#listeners) listener()
    })
  }
}

function entryOf(row: Row): LogEntry {
  return { seq: Number(row['seq']), at: Number(row['at']), occurrence: readOccurrence(String(row['data'])) }
}

/** What an entry's occurrence was read from. */
function textOf(occurrence: Occurrence): string {
  return occurrence.type === 'unreadable' ? occurrence.text : JSON.stringify(occurrence)
}
