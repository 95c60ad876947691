import type { Context } from '../domain/progress/context.ts'
import type { Structure } from '../domain/progress/hierarchy.ts'
import type { StoredRule } from '../domain/progress/stored-rule.ts'
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

/** What putting a context did; nothing, where it names a rule that is not known. */
export type ContextPut = 'CREATED' | 'CHANGED' | { readonly unknownRule: string }

/** What adding a rule did: made it, found the same one, or found another one under its id and left that as it was. */
export type RuleAdded = 'CREATED' | 'SAME' | 'OTHER'

/** What removing a rule did; IN_USE: a context names it, so that it stays. */
export type RuleRemoved = 'REMOVED' | 'UNKNOWN' | 'IN_USE'

/**
 * Collections, contexts, and rules of carrying over. Writes are durable, and logged, when their promise resolves. Each
 * write and what it depends on are in one commit: no context ever names a rule that is not there.
 */
export interface Catalogue {
  /** @param content the hierarchy as it was sent, JSON text: given back as it came. */
  publish(structure: Structure, content: string): Promise<Published>
  publication(collectionId: string): Promise<Publication | undefined>
  /** The hierarchy as it was sent, JSON text. */
  content(collectionId: string): Promise<string | undefined>
  /** Makes a context, or replaces what was said of it. */
  putContext(context: Context): Promise<ContextPut>
  context(collectionId: string, contextId: string): Promise<Context | undefined>
  contexts(collectionId: string, page: PageRequest): Promise<Page<Context>>
  /**
   * Makes a rule where there is none under its id.
   * @throws WaymarkError RULES_FULL
   */
  addRule(stored: StoredRule): Promise<RuleAdded>
  /**
   * Makes or replaces a rule; answers whether it is new.
   * @throws WaymarkError RULES_FULL
   */
  putRule(stored: StoredRule): Promise<boolean>
  rule(ruleId: string): Promise<StoredRule | undefined>
  /** All of them, by id: RULES_MAX at most. */
  rules(): Promise<readonly StoredRule[]>
  removeRule(ruleId: string): Promise<RuleRemoved>
}
