import type { Context } from '../../domain/progress/context.ts'
import { endsWithoutTime, succeed, type Structure } from '../../domain/progress/hierarchy.ts'
import type { Catalogue, Publication, Published } from '../../ports/catalogue.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import { encodeStructure } from '../codec.ts'
import type { MemoryLog } from './log.ts'
import { TupleMap } from './ordered-map.ts'
import { pageOf } from './page.ts'

/** Collections and contexts as maps. */
export class MemoryCatalogue implements Catalogue {
  readonly #log: MemoryLog
  readonly #clock: Clock
  readonly #collections = new Map<string, Publication & { readonly content: string }>()
  readonly #contexts = new TupleMap<Context>()

  /**
   * Runs before a publication changes anything.
   * @param everyone whether the clock went back, so that nothing but what is recorded now tells who was complete.
   */
  beforePublish: (collectionId: string, everyone: boolean) => void = () => undefined

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

  putContext(context: Context): Promise<boolean> {
    const known = this.#contexts.get(context.collectionId, context.contextId) !== undefined
    this.#contexts.set([context.collectionId, context.contextId], context)
    return Promise.resolve(!known)
  }

  context(collectionId: string, contextId: string): Promise<Context | undefined> {
    return Promise.resolve(this.#contexts.get(collectionId, contextId))
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
}
