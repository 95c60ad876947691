import type { Catalogue } from './catalogue.ts'
import type { Log } from './log.ts'
import type { ProgressStore } from './progress-store.ts'

/** What a profile provides: the stores that commit together, and their life. */
export interface Store {
  readonly progress: ProgressStore
  readonly catalogue: Catalogue
  readonly log: Log
  /** How durable an answered write really is, read back from the store. */
  readonly durability: string
  /** Throws where the store does not answer. */
  check(): Promise<void>
  /** Finishes what is queued, then closes. Later writes are refused with STOPPING. */
  close(): Promise<void>
}
