import { LRUCache } from 'lru-cache'
import { carriesDifferently, type Context } from '../../domain/progress/context.ts'
import { joinIds } from '../../domain/progress/key.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Row, Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import { nextRevision } from './revisions.ts'

/** Contexts kept decoded, or known to be missing; the least recently used one leaves. */
const CONTEXTS_MAX = 10_000

interface Kept {
  readonly found: Context | undefined
  /** Of the catalogue, when it last changed; 0: there is no such context. */
  readonly revision: number
}

/** Contexts in table `context`. Writes run in the transaction of the caller. */
export class ContextTable {
  readonly #statements: Statements
  readonly #log: SqliteLog
  readonly #kept = new LRUCache<string, Kept>({ max: CONTEXTS_MAX })

  constructor(statements: Statements, log: SqliteLog) {
    this.#statements = statements
    this.#log = log
  }

  now(collectionId: string, contextId: string): Kept {
    const key = joinIds(collectionId, contextId)
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const row = this.#statements
      .of('SELECT data, revision FROM context WHERE collection_id = ? AND context_id = ?')
      .get(collectionId, contextId)
    const kept =
      row === undefined ? { found: undefined, revision: 0 } : { found: decode(row), revision: Number(row['revision']) }
    this.#kept.set(key, kept)
    return kept
  }

  /** Its rules must be known. */
  put(context: Context): 'CREATED' | 'CHANGED' {
    const { collectionId, contextId } = context
    const { found: before, revision } = this.now(collectionId, contextId)
    const differs = before === undefined || carriesDifferently(before, context)
    this.#statements
      .of('INSERT OR REPLACE INTO context (collection_id, context_id, data, revision) VALUES (?, ?, ?, ?)')
      .run(collectionId, contextId, JSON.stringify(context), differs ? nextRevision(this.#statements) : revision)
    if (differs) this.#log.append({ type: 'context-changed', collectionId, contextId })
    const key = joinIds(collectionId, contextId)
    this.#kept.delete(key)
    this.#log.noteUndo(() => {
      this.#kept.delete(key)
    })
    return before === undefined ? 'CREATED' : 'CHANGED'
  }

  page(collectionId: string, page: PageRequest): Page<Context> {
    const [after = ''] = decodeCursor(page.after, 1)
    const rows = this.#statements
      .of('SELECT data FROM context WHERE collection_id = ? AND context_id > ? ORDER BY context_id LIMIT ?')
      .all(collectionId, after, page.limit + 1)
    const items = rows.slice(0, page.limit).map(decode)
    const last = items.at(-1)
    const next = rows.length > page.limit && last !== undefined ? encodeCursor([last.contextId]) : undefined
    return { items, next }
  }
}

/** Only put writes this column, from contexts. */
function decode(row: Row): Context {
  return JSON.parse(String(row['data'])) as Context
}
