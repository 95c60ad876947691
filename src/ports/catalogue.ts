import type { Context } from '../domain/progress/context.ts'
import type { Structure } from '../domain/progress/hierarchy.ts'
import type { Page, PageRequest } from './page.ts'

/** A collection as published last. */
export interface Publication {
  readonly structure: Structure
  /** Counts publications of this collection that differ, from 1. */
  readonly publication: number
  readonly publishedAt: number
}

export interface Published {
  readonly publication: number
  /** False where the same content was published before: nothing was written. */
  readonly changed: boolean
}

/** Collections and contexts. Writes are durable, and logged, when their promise resolves. */
export interface Catalogue {
  /** @param content the hierarchy as it was sent, JSON text: given back as it came. */
  publish(structure: Structure, content: string): Promise<Published>
  publication(collectionId: string): Promise<Publication | undefined>
  /** The hierarchy as it was sent, JSON text. */
  content(collectionId: string): Promise<string | undefined>
  /** Answers whether the context is new. */
  putContext(context: Context): Promise<boolean>
  context(collectionId: string, contextId: string): Promise<Context | undefined>
  contexts(collectionId: string, page: PageRequest): Promise<Page<Context>>
}
