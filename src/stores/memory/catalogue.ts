import { WaymarkError } from '../../domain/errors.ts'
import { carriesDifferently, type Context } from '../../domain/progress/context.ts'
import { endsWithoutTime, succeed, type Structure } from '../../domain/progress/hierarchy.ts'
import { byId, instanceRules, placeOf, type InstanceRules, type StoredRule } from '../../domain/progress/stored-rule.ts'
import type { Catalogue, ContextPut, Publication, Published, RuleAdded, RuleRemoved } from '../../ports/catalogue.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import { encodeStructure } from '../codec.ts'
import type { MemoryLog } from './log.ts'
import { TupleMap } from './ordered-map.ts'
import { pageOf } from './page.ts'

/** What changed in the catalogue; what is left out, all of it. */
export interface CatalogueChange {
  readonly collectionId?: string
  readonly contextId?: string
}

/** Collections, contexts and rules as maps. */
export class MemoryCatalogue implements Catalogue {
  readonly #log: MemoryLog
  readonly #clock: Clock
  readonly #collections = new Map<string, Publication & { readonly content: string }>()
  readonly #contexts = new TupleMap<Context>()
  readonly #rules = new Map<string, StoredRule>()
  /** The number of the last change: of a context, under one id of a collection, under none of any rule. */
  readonly #revisions = new TupleMap<number>()
  #revision = 0

  /**
   * Runs before a publication changes anything.
   * @param everyone whether the clock went back, so that nothing but what is recorded now tells who was complete.
   */
  beforePublish: (collectionId: string, everyone: boolean) => void = () => undefined

  /** Runs after a change of what decides what is carried into a context: a publication, a context, a rule (all of them). */
  afterChange: (change: CatalogueChange) => void = () => undefined

  constructor(log: MemoryLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  publish(structure: Structure, content: string): Promise<Published> {
    const id = structure.collectionId
    const before = this.#collections.get(id)
    const at = this.#clock.nowMs()
    const next = succeed(structure, before?.structure, at)
    if (before?.content === content && encodeStructure(before.structure) === encodeStructure(next)) {
      return Promise.resolve({ publication: before.publication, changed: false })
    }
    this.beforePublish(id, before !== undefined && endsWithoutTime(before.structure, at))
    const publication = (before?.publication ?? 0) + 1
    this.#collections.set(id, { structure: next, publication, publishedAt: at, content })
    this.#log.append({ type: 'collection-published', collectionId: id, publication })
    this.#changed({ collectionId: id })
    return Promise.resolve({ publication, changed: true })
  }

  publicationNow(collectionId: string): Publication | undefined {
    const found = this.#collections.get(collectionId)
    if (found === undefined) return undefined
    return { structure: found.structure, publication: found.publication, publishedAt: found.publishedAt }
  }

  publication(collectionId: string): Promise<Publication | undefined> {
    return Promise.resolve(this.publicationNow(collectionId))
  }

  content(collectionId: string): Promise<string | undefined> {
    return Promise.resolve(this.#collections.get(collectionId)?.content)
  }

  putContext(context: Context): Promise<ContextPut> {
    const { collectionId, contextId } = context
    const unknownRule = context.rules?.find((id) => !this.#rules.has(id))
    if (unknownRule !== undefined) return Promise.resolve({ unknownRule })
    const before = this.contextNow(collectionId, contextId)
    this.#contexts.set([collectionId, contextId], context)
    if (before === undefined || carriesDifferently(before, context)) {
      this.#log.append({ type: 'context-changed', collectionId, contextId })
      this.#changed({ collectionId, contextId })
    }
    return Promise.resolve(before === undefined ? 'CREATED' : 'CHANGED')
  }

  contextNow(collectionId: string, contextId: string): Context | undefined {
    return this.#contexts.get(collectionId, contextId)
  }

  context(collectionId: string, contextId: string): Promise<Context | undefined> {
    return Promise.resolve(this.contextNow(collectionId, contextId))
  }

  async contexts(collectionId: string, page: PageRequest): Promise<Page<Context>> {
    const all = this.#contexts.under(collectionId)
    return Promise.resolve(
      pageOf(
        all,
        page,
        1,
        ({ ids }) => ids.slice(1),
        ({ value }) => value,
      ),
    )
  }

  async addRule(stored: StoredRule): Promise<RuleAdded> {
    const place = placeOf(stored, this.#rules)
    if (place === 'SAME' || place === 'OTHER') return place
    await this.putRule(stored)
    return 'CREATED'
  }

  async putRule(stored: StoredRule): Promise<boolean> {
    const place = placeOf(stored, this.#rules)
    if (place === 'TOO_MANY') throw new WaymarkError('RULES_FULL')
    if (place === 'SAME') return Promise.resolve(false)
    this.#rules.set(stored.rule.id, stored)
    this.#ruleChanged(stored.rule.id)
    return Promise.resolve(place === 'NEW')
  }

  rule(ruleId: string): Promise<StoredRule | undefined> {
    return Promise.resolve(this.#rules.get(ruleId))
  }

  rules(): Promise<readonly StoredRule[]> {
    return Promise.resolve(byId(this.#rules.values()))
  }

  /** The rules of the instance. */
  rulesNow(): InstanceRules {
    return instanceRules(this.#rules.values())
  }

  removeRule(ruleId: string): Promise<RuleRemoved> {
    if (!this.#rules.has(ruleId)) return Promise.resolve('UNKNOWN')
    const named = this.#contexts.under().some(({ value }) => value.rules?.includes(ruleId) === true)
    if (named) return Promise.resolve('IN_USE')
    this.#rules.delete(ruleId)
    this.#ruleChanged(ruleId)
    return Promise.resolve('REMOVED')
  }

  /**
   * Grows whenever anything changes that decides what is carried into a context: the publication of its collection, its
   * dates, status or rules, any rule of the instance. What is not known counts 0.
   */
  revisionNow(collectionId: string, contextId: string): number {
    const changes = [
      this.#revisions.get(),
      this.#revisions.get(collectionId),
      this.#revisions.get(collectionId, contextId),
    ]
    return Math.max(...changes.map((revision = 0) => revision))
  }

  #ruleChanged(ruleId: string): void {
    this.#log.append({ type: 'rules-changed', ruleId })
    this.#changed({})
  }

  #changed(change: CatalogueChange): void {
    this.#revision += 1
    const ids = [change.collectionId, change.contextId].filter((id) => id !== undefined)
    this.#revisions.set(ids, this.#revision)
    this.afterChange(change)
  }
}
