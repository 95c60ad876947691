import { nextTurn, type Clock, type Defer } from '../../ports/clock.ts'
import type { EventLog, LoggedEvent, PublishedEvent } from '../../ports/event-log.ts'
import type { Row, Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import type { Writer } from './writer.ts'

const COLUMNS = 'seq, at, topic, key, type, minor, id, time_us, extensions, body'

/** The log of public events in table `event`. */
export class SqliteEventLog implements EventLog {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #log: Pick<SqliteLog, 'commitNow'>
  readonly #clock: Clock
  readonly #defer: Defer
  readonly #listeners = new Set<() => void>()
  /** When the latest was appended: no later one has an earlier time, so that times can be looked up by halving. */
  #latestAt: number | undefined

  constructor(
    statements: Statements,
    writer: Writer,
    log: Pick<SqliteLog, 'commitNow'>,
    clock: Clock,
    defer: Defer = nextTurn,
  ) {
    this.#statements = statements
    this.#writer = writer
    this.#log = log
    this.#clock = clock
    this.#defer = defer
  }

  async append(
    events: readonly PublishedEvent[],
    read?: { readonly consumer: string; readonly seq: number },
  ): Promise<void> {
    await this.#writer.submit(
      () => {
        this.#appendNow(events)
        if (read !== undefined) this.#log.commitNow(read.consumer, read.seq)
      },
      'own',
      Math.max(1, events.length),
    )
    if (events.length === 0) return
    this.#defer(() => {
      for (const listener of this.#listeners) listener()
    })
  }

  #appendNow(events: readonly PublishedEvent[]): void {
    const insert = this.#statements.of(
      'INSERT INTO event (at, topic, key, type, minor, id, time_us, extensions, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const at = Math.max(this.#clock.nowMs(), this.#latest())
    this.#latestAt = at
    for (const { topic, key, type, minor, id, timeUs, extensions, body } of events) {
      const others = extensions === undefined ? null : JSON.stringify(extensions)
      insert.run(at, topic, key, type, minor, id, timeUs, others, body)
    }
  }

  #latest(): number {
    return (this.#latestAt ??= Number(
      this.#statements.of('SELECT at FROM event ORDER BY seq DESC LIMIT 1').get()?.['at'] ?? 0,
    ))
  }

  read(afterSeq: number, limit: number, topics?: readonly string[]): Promise<readonly LoggedEvent[]> {
    const rows = this.#statements
      .of(`SELECT ${COLUMNS} FROM event ${whereOf(topics)} ORDER BY seq LIMIT ?3`)
      .all(afterSeq, JSON.stringify(topics ?? []), limit)
    return Promise.resolve(rows.map(eventOf))
  }

  count(afterSeq: number, limit: number, topics?: readonly string[]): Promise<number> {
    const row = this.#statements
      .of(`SELECT count(*) AS n FROM (SELECT 1 FROM event ${whereOf(topics)} LIMIT ?3)`)
      .get(afterSeq, JSON.stringify(topics ?? []), limit)
    return Promise.resolve(Number(row?.['n']))
  }

  get(seq: number): Promise<LoggedEvent | undefined> {
    const row = this.#statements.of(`SELECT ${COLUMNS} FROM event WHERE seq = ?`).get(seq)
    return Promise.resolve(row === undefined ? undefined : eventOf(row))
  }

  last(): Promise<number> {
    // Also of what was removed since: a position stays where it is.
    const row = this.#statements.of("SELECT seq FROM sqlite_sequence WHERE name = 'event'").get()
    return Promise.resolve(Number(row?.['seq'] ?? 0))
  }

  positionBefore(atMs: number): Promise<number> {
    return Promise.resolve(this.#positionBefore(atMs))
  }

  #positionBefore(atMs: number): number {
    const edge = this.#statements.of('SELECT min(seq) AS low, max(seq) AS high FROM event').get()
    if (edge?.['low'] == null) return 0
    const next = this.#statements.of('SELECT seq, at FROM event WHERE seq >= ? ORDER BY seq LIMIT 1')
    let [from, to] = [Number(edge['low']), Number(edge['high']) + 1]
    while (from < to) {
      const middle = Math.floor((from + to) / 2)
      const row = next.get(middle)
      if (row === undefined || Number(row['at']) >= atMs) to = middle
      else from = Number(row['seq']) + 1
    }
    return from - 1
  }

  prune(beforeMs: number, limit: number): Promise<number> {
    return this.#writer.submit(() => {
      const { changes } = this.#statements
        .of(
          `DELETE FROM event WHERE seq IN (
             SELECT seq FROM event
             WHERE seq <= min(?, ifnull((SELECT min(position) FROM consumer_group), 9e18))
               AND NOT EXISTS (SELECT 1 FROM held WHERE held.seq = event.seq)
             ORDER BY seq LIMIT ?)`,
        )
        .run(this.#positionBefore(beforeMs), limit)
      return Number(changes)
    }, 'own')
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}

/** Events after ?1, of the topics in ?2 or of all. */
function whereOf(topics: readonly string[] | undefined): string {
  return topics === undefined
    ? 'WHERE seq > ?1 AND ?2 IS NOT NULL'
    : 'WHERE seq > ?1 AND topic IN (SELECT value FROM json_each(?2))'
}

function eventOf(row: Row): LoggedEvent {
  return {
    seq: Number(row['seq']),
    at: Number(row['at']),
    topic: String(row['topic']),
    key: String(row['key']),
    type: String(row['type']),
    minor: Number(row['minor']),
    id: String(row['id']),
    timeUs: Number(row['time_us']),
    // As append wrote it.
    extensions:
      row['extensions'] === null ? undefined : (JSON.parse(String(row['extensions'])) as Record<string, string>),
    body: row['body'] as Uint8Array,
  }
}
