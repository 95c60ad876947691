import { LRUCache } from 'lru-cache'
import type { Catalogue, Publication, Published } from '../../ports/catalogue.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { Context } from '../../domain/progress/context.ts'
import { endsWithoutTime, succeed, type Structure } from '../../domain/progress/hierarchy.ts'
import type { Clock } from '../../ports/clock.ts'
import { decodeStructure, encodeStructure } from '../codec.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import type { Writer } from './writer.ts'

/** Structures kept decoded, or known to be missing; the least recently used one leaves. */
const STRUCTURES_MAX = 1000

/** Collections and contexts in tables `collection` and `context`. */
export class SqliteCatalogue implements Catalogue {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #log: SqliteLog
  readonly #clock: Clock
  readonly #publications = new LRUCache<string, { readonly found: Publication | undefined }>({ max: STRUCTURES_MAX })

  /**
   * Runs in the transaction of a publication, before it changes anything.
   * @param everyone whether the clock went back, so that nothing but what is recorded now tells who was complete.
   */
  beforePublish: (collectionId: string, everyone: boolean) => void = () => undefined

  constructor(statements: Statements, writer: Writer, log: SqliteLog, clock: Clock) {
    this.#statements = statements
    this.#writer = writer
    this.#log = log
    this.#clock = clock
  }

  async publish(structure: Structure, content: string): Promise<Published> {
    try {
      return await this.#writer.submit(() => this.#publish(structure, content))
    } finally {
      // Whether the commit held or not, the next reader decodes what is really there.
      this.#publications.delete(structure.collectionId)
    }
  }

  #publish(structure: Structure, content: string): Published {
    const id = structure.collectionId
    const before = this.#read(id)
    const at = this.#clock.nowMs()
    const next = encodeStructure(succeed(structure, before?.structure, at))
    if (before !== undefined && encodeStructure(before.structure) === next && this.#content(id) === content) {
      return { publication: before.publication, changed: false }
    }
    this.beforePublish(id, before !== undefined && endsWithoutTime(before.structure, at))
    const publication = (before?.publication ?? 0) + 1
    this.#statements
      .of(
        'INSERT OR REPLACE INTO collection (collection_id, publication, published_at, structure, content) VALUES (?, ?, ?, ?, ?)',
      )
      .run(id, publication, at, next, content)
    this.#log.append({ type: 'collection-published', collectionId: id, publication })
    this.#publications.delete(id)
    return { publication, changed: true }
  }

  publication(collectionId: string): Promise<Publication | undefined> {
    return Promise.resolve(this.publicationNow(collectionId))
  }

  publicationNow(collectionId: string): Publication | undefined {
    const known = this.#publications.get(collectionId)
    if (known !== undefined) return known.found
    const found = this.#read(collectionId)
    this.#publications.set(collectionId, { found })
    return found
  }

  #read(collectionId: string): Publication | undefined {
    const row = this.#statements
      .of('SELECT publication, published_at, structure FROM collection WHERE collection_id = ?')
      .get(collectionId)
    if (row === undefined) return undefined
    return {
      structure: decodeStructure(String(row['structure'])),
      publication: Number(row['publication']),
      publishedAt: Number(row['published_at']),
    }
  }

  #content(collectionId: string): string | undefined {
    const row = this.#statements.of('SELECT content FROM collection WHERE collection_id = ?').get(collectionId)
    return row === undefined ? undefined : String(row['content'])
  }

  content(collectionId: string): Promise<string | undefined> {
    return Promise.resolve(this.#content(collectionId))
  }

  putContext(context: Context): Promise<boolean> {
    return this.#writer.submit(() => {
      const known = this.#context(context.collectionId, context.contextId) !== undefined
      this.#statements
        .of('INSERT OR REPLACE INTO context (collection_id, context_id, data) VALUES (?, ?, ?)')
        .run(context.collectionId, context.contextId, JSON.stringify(context))
      return !known
    })
  }

  context(collectionId: string, contextId: string): Promise<Context | undefined> {
    return Promise.resolve(this.#context(collectionId, contextId))
  }

  #context(collectionId: string, contextId: string): Context | undefined {
    const row = this.#statements
      .of('SELECT data FROM context WHERE collection_id = ? AND context_id = ?')
      .get(collectionId, contextId)
    // Only putContext writes this column, from contexts.
    return row === undefined ? undefined : (JSON.parse(String(row['data'])) as Context)
  }

  async contexts(collectionId: string, page: PageRequest): Promise<Page<Context>> {
    const [after = ''] = decodeCursor(page.after, 1)
    const rows = this.#statements
      .of('SELECT data FROM context WHERE collection_id = ? AND context_id > ? ORDER BY context_id LIMIT ?')
      .all(collectionId, after, page.limit + 1)
    const items = rows.slice(0, page.limit).map((row) => JSON.parse(String(row['data'])) as Context)
    const last = items.at(-1)
    const next = rows.length > page.limit && last !== undefined ? encodeCursor([last.contextId]) : undefined
    return Promise.resolve({ items, next })
  }
}
