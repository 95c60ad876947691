import type { Clock } from '../../ports/clock.ts'
import {
  GroupMoved,
  type DeadQuery,
  type Deliveries,
  type Group,
  type GroupReport,
  type Held,
  type Transaction,
} from '../../ports/deliveries.ts'
import type { Row, Statements } from './database.ts'
import type { Writer } from './writer.ts'

type Known = Pick<Group, 'name' | 'generation'>

const GROUPS = `
  SELECT name, position, generation, paused,
    (SELECT count(*) FROM held WHERE held.grp = consumer_group.grp AND state = 'waiting') AS waiting,
    (SELECT count(*) FROM held WHERE held.grp = consumer_group.grp AND state = 'dead') AS dead
  FROM consumer_group`

/** What groups have handled, in tables `consumer_group`, `inbox` and `held`. */
export class SqliteDeliveries implements Deliveries {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #transaction: Transaction
  readonly #clock: Clock
  readonly #listeners = new Set<(name: string) => void>()

  constructor(statements: Statements, writer: Writer, transaction: Transaction, clock: Clock) {
    this.#statements = statements
    this.#writer = writer
    this.#transaction = transaction
    this.#clock = clock
  }

  async open(name: string, position: number): Promise<Group> {
    const known = await this.find(name)
    if (known !== undefined) return known
    await this.#writer.submit(() => {
      this.#insert(name, position)
    }, 'own')
    return { name, position, generation: 0, paused: undefined }
  }

  #insert(name: string, position: number): void {
    this.#statements
      .of('INSERT INTO consumer_group (name, position, generation) VALUES (?, ?, 0) ON CONFLICT DO NOTHING')
      .run(name, position)
  }

  find(name: string): Promise<GroupReport | undefined> {
    const row = this.#statements.of(`${GROUPS} WHERE name = ?`).get(name)
    return Promise.resolve(row === undefined ? undefined : groupOf(row))
  }

  groups(): Promise<readonly GroupReport[]> {
    return Promise.resolve(this.#statements.of(`${GROUPS} ORDER BY name`).all().map(groupOf))
  }

  held(name: string, limit: number, afterSeq = 0): Promise<readonly Held[]> {
    const rows = this.#statements
      .of(
        `SELECT seq, key, state, tries, retry_at, failed_at, reason FROM held
         WHERE grp = (SELECT grp FROM consumer_group WHERE name = ?) AND seq > ? ORDER BY seq LIMIT ?`,
      )
      .all(name, afterSeq, limit)
    return Promise.resolve(rows.map(heldOf))
  }

  dead({ group, after, limit }: DeadQuery): Promise<readonly (Held & { readonly group: string })[]> {
    const rows = this.#statements
      .of(
        `SELECT name, seq, key, state, tries, retry_at, failed_at, reason FROM held JOIN consumer_group USING (grp)
         WHERE state = 'dead' AND (name, seq) > (?, ?) AND (?3 IS NULL OR name = ?3) ORDER BY name, seq LIMIT ?4`,
      )
      .all(after?.group ?? '', after?.seq ?? 0, group ?? null, limit)
    return Promise.resolve(rows.map((row) => ({ ...heldOf(row), group: String(row['name']) })))
  }

  settle(group: Known, event: { seq: number; id: string }, work: (tx: Transaction) => void): Promise<boolean> {
    return this.#writer.submit(() => {
      const grp = this.#number(group.name)
      const { changes } = this.#statements
        .of('INSERT INTO inbox (at, grp, generation, id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
        .run(this.#clock.nowMs(), grp, group.generation, event.id)
      const fresh = Number(changes) > 0
      if (fresh) work(this.#transaction)
      this.#statements.of('DELETE FROM held WHERE grp = ? AND seq = ?').run(grp, event.seq)
      return fresh
    }, 'own')
  }

  settled({ name, generation }: Known, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = this.#statements
      .of('SELECT id FROM inbox WHERE grp = ? AND generation = ? AND id IN (SELECT value FROM json_each(?))')
      .all(this.#number(name), generation, JSON.stringify(ids))
    return Promise.resolve(new Set(rows.map((row) => String(row['id']))))
  }

  advance({ name, generation }: Known, position: number, held: readonly Held[]): Promise<void> {
    return this.#writer.submit(() => {
      const { changes } = this.#statements
        .of('UPDATE consumer_group SET position = max(position, ?) WHERE name = ? AND generation = ?')
        .run(position, name, generation)
      if (Number(changes) === 0) throw new GroupMoved(name)
      for (const one of held) this.#hold(this.#number(name), one)
    }, 'own')
  }

  #hold(grp: number, { seq, key, state, tries, retryAtMs, failedAtMs, reason }: Held): void {
    this.#statements
      .of(
        'INSERT OR REPLACE INTO held (grp, seq, key, state, tries, retry_at, failed_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(grp, seq, key, state, tries, retryAtMs, failedAtMs ?? null, reason ?? null)
  }

  pause(name: string, why: string | undefined): Promise<boolean> {
    return this.#change(name, () =>
      this.#changes('UPDATE consumer_group SET paused = ? WHERE name = ?', why ?? null, name),
    ).then(any)
  }

  async replay(name: string, position: number): Promise<void> {
    await this.#change(name, () => {
      this.#insert(name, position)
      this.#changes('DELETE FROM held WHERE grp = ? AND seq > ?', this.#number(name), position)
      return this.#changes(
        'UPDATE consumer_group SET position = ?, generation = generation + 1 WHERE name = ?',
        position,
        name,
      )
    })
  }

  redrive(name: string, seq: number | undefined, nowMs: number): Promise<number> {
    return this.#change(name, () =>
      this.#changes(
        `UPDATE held SET state = 'waiting', tries = 0, retry_at = ?1
         WHERE grp = (SELECT grp FROM consumer_group WHERE name = ?2) AND state = 'dead' AND (?3 IS NULL OR seq = ?3)`,
        nowMs,
        name,
        seq ?? null,
      ),
    )
  }

  drop(name: string, seq: number): Promise<boolean> {
    return this.#change(name, () =>
      this.#changes(
        `DELETE FROM held WHERE grp = (SELECT grp FROM consumer_group WHERE name = ?) AND state = 'dead' AND seq = ?`,
        name,
        seq,
      ),
    ).then(any)
  }

  remove(name: string): Promise<boolean> {
    return this.#change(name, () => {
      const grp = this.#statements.of('SELECT grp FROM consumer_group WHERE name = ?').get(name)?.['grp']
      if (grp === undefined) return 0
      this.#changes('DELETE FROM held WHERE grp = ?', Number(grp))
      this.#changes('DELETE FROM inbox WHERE grp = ?', Number(grp))
      return this.#changes('DELETE FROM consumer_group WHERE grp = ?', Number(grp))
    }).then(any)
  }

  forget(beforeMs: number, limit: number): Promise<number> {
    return this.#writer.submit(
      () =>
        this.#changes(
          'DELETE FROM inbox WHERE entry IN (SELECT entry FROM inbox ORDER BY entry LIMIT ?) AND at < ?',
          limit,
          beforeMs,
        ),
      'own',
    )
  }

  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async #change(name: string, work: () => number): Promise<number> {
    const changed = await this.#writer.submit(work, 'own')
    if (changed > 0) for (const listener of this.#listeners) listener(name)
    return changed
  }

  #changes(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.#statements.of(sql).run(...values).changes)
  }

  /** @throws GroupMoved where there is no such group */
  #number(name: string): number {
    const found = this.#statements.of('SELECT grp FROM consumer_group WHERE name = ?').get(name)?.['grp']
    if (found === undefined) throw new GroupMoved(name)
    return Number(found)
  }
}

function any(changed: number): boolean {
  return changed > 0
}

function groupOf(row: Row): GroupReport {
  return {
    name: String(row['name']),
    position: Number(row['position']),
    generation: Number(row['generation']),
    paused: row['paused'] === null ? undefined : String(row['paused']),
    waiting: Number(row['waiting']),
    dead: Number(row['dead']),
  }
}

function heldOf(row: Row): Held {
  return {
    seq: Number(row['seq']),
    key: String(row['key']),
    state: row['state'] === 'dead' ? 'dead' : 'waiting',
    tries: Number(row['tries']),
    retryAtMs: Number(row['retry_at']),
    failedAtMs: row['failed_at'] === null ? undefined : Number(row['failed_at']),
    reason: row['reason'] === null ? undefined : String(row['reason']),
  }
}
