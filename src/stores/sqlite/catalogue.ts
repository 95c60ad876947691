import { LRUCache } from 'lru-cache'
import { WaymarkError } from '../../domain/errors.ts'
import type { Catalogue, ContextPut, Publication, Published, RuleAdded, RuleRemoved } from '../../ports/catalogue.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { Context } from '../../domain/progress/context.ts'
import { endsWithoutTime, succeed, type Structure } from '../../domain/progress/hierarchy.ts'
import type { InstanceRules, StoredRule } from '../../domain/progress/stored-rule.ts'
import type { Clock } from '../../ports/clock.ts'
import { decodeStructure, encodeStructure } from '../codec.ts'
import { ContextTable } from './context-table.ts'
import type { Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import { nextRevision } from './revisions.ts'
import { RuleTable } from './rule-table.ts'
import type { Writer } from './writer.ts'

/** Structures kept decoded, or known to be missing; the least recently used one leaves. */
const STRUCTURES_MAX = 1000

/** A collection as it is kept in memory. */
interface Kept {
  readonly found: Publication | undefined
  /** Of the catalogue, at its last publication; 0: it was never published. */
  readonly revision: number
}

/** Collections, contexts and rules in tables of the same names. */
export class SqliteCatalogue implements Catalogue {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #log: SqliteLog
  readonly #clock: Clock
  readonly #publications = new LRUCache<string, Kept>({ max: STRUCTURES_MAX })
  readonly #contexts: ContextTable
  readonly #rules: RuleTable

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
    this.#contexts = new ContextTable(statements, log)
    this.#rules = new RuleTable(statements, log)
  }

  publish(structure: Structure, content: string): Promise<Published> {
    return this.#writer.submit(() => this.#publish(structure, content))
  }

  #publish(structure: Structure, content: string): Published {
    const id = structure.collectionId
    const before = this.#read(id).found
    const at = this.#clock.nowMs()
    const next = encodeStructure(succeed(structure, before?.structure, at))
    if (before !== undefined && encodeStructure(before.structure) === next && this.#content(id) === content) {
      return { publication: before.publication, changed: false }
    }
    this.beforePublish(id, before !== undefined && endsWithoutTime(before.structure, at))
    const publication = (before?.publication ?? 0) + 1
    this.#statements
      .of(
        'INSERT OR REPLACE INTO collection (collection_id, publication, published_at, structure, content, revision) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(id, publication, at, next, content, nextRevision(this.#statements))
    this.#log.append({ type: 'collection-published', collectionId: id, publication })
    this.#publications.delete(id)
    this.#log.noteUndo(() => {
      this.#publications.delete(id)
    })
    return { publication, changed: true }
  }

  publication(collectionId: string): Promise<Publication | undefined> {
    return Promise.resolve(this.publicationNow(collectionId))
  }

  publicationNow(collectionId: string): Publication | undefined {
    return this.#keptPublication(collectionId).found
  }

  #keptPublication(collectionId: string): Kept {
    const known = this.#publications.get(collectionId)
    if (known !== undefined) return known
    const kept = this.#read(collectionId)
    this.#publications.set(collectionId, kept)
    return kept
  }

  #read(collectionId: string): Kept {
    const row = this.#statements
      .of('SELECT publication, published_at, structure, revision FROM collection WHERE collection_id = ?')
      .get(collectionId)
    if (row === undefined) return { found: undefined, revision: 0 }
    const found = {
      structure: decodeStructure(String(row['structure'])),
      publication: Number(row['publication']),
      publishedAt: Number(row['published_at']),
    }
    return { found, revision: Number(row['revision']) }
  }

  #content(collectionId: string): string | undefined {
    const row = this.#statements.of('SELECT content FROM collection WHERE collection_id = ?').get(collectionId)
    return row === undefined ? undefined : String(row['content'])
  }

  content(collectionId: string): Promise<string | undefined> {
    return Promise.resolve(this.#content(collectionId))
  }

  putContext(context: Context): Promise<ContextPut> {
    return this.#writer.submit(() => {
      const { known } = this.rulesNow()
      const unknownRule = context.rules?.find((id) => !known.has(id))
      return unknownRule === undefined ? this.#contexts.put(context) : { unknownRule }
    })
  }

  context(collectionId: string, contextId: string): Promise<Context | undefined> {
    return Promise.resolve(this.contextNow(collectionId, contextId))
  }

  contextNow(collectionId: string, contextId: string): Context | undefined {
    return this.#contexts.now(collectionId, contextId).found
  }

  async contexts(collectionId: string, page: PageRequest): Promise<Page<Context>> {
    return Promise.resolve(this.#contexts.page(collectionId, page))
  }

  async addRule(stored: StoredRule): Promise<RuleAdded> {
    const place = await this.#writer.submit(() => this.#rules.put(stored, false))
    if (place === 'TOO_MANY') throw new WaymarkError('RULES_FULL')
    return place === 'NEW' ? 'CREATED' : place
  }

  async putRule(stored: StoredRule): Promise<boolean> {
    const place = await this.#writer.submit(() => this.#rules.put(stored, true))
    if (place === 'TOO_MANY') throw new WaymarkError('RULES_FULL')
    return place === 'NEW'
  }

  rule(ruleId: string): Promise<StoredRule | undefined> {
    return Promise.resolve(this.#rules.now().stored.get(ruleId))
  }

  rules(): Promise<readonly StoredRule[]> {
    return Promise.resolve([...this.#rules.now().stored.values()])
  }

  /** The rules of the instance. */
  rulesNow(): InstanceRules {
    return this.#rules.now().instance
  }

  removeRule(ruleId: string): Promise<RuleRemoved> {
    return this.#writer.submit(() => this.#rules.remove(ruleId))
  }

  /**
   * Grows whenever anything changes that decides what is carried into a context: the publication of its collection, its
   * dates, status or rules, any rule of the instance. What is not known counts 0.
   */
  revisionNow(collectionId: string, contextId: string): number {
    return Math.max(
      this.#keptPublication(collectionId).revision,
      this.#contexts.now(collectionId, contextId).revision,
      this.#rules.now().revision,
    )
  }
}
