import type { Catalogue } from './catalogue.ts'
import type { Deliveries, Transaction } from './deliveries.ts'
import type { EventLog } from './event-log.ts'
import type { HistoryImport } from './history.ts'
import type { Log, LogEntry } from './log.ts'
import type { ProgressStore } from './progress-store.ts'
import type { Webhooks } from './webhooks.ts'

/**
 * Takes part in the commit of what is told: whatever it throws, the work under way is rolled back, and its caller is told.
 * It may run twice for one
 * occurrence, where the first transaction did not hold; then its position may be another one.
 */
export type TakesPartIn = (entry: LogEntry, tx: Transaction) => void

/** What a profile provides: the stores that commit together, and their life. */
export interface Store {
  readonly progress: ProgressStore
  readonly history: HistoryImport
  readonly catalogue: Catalogue
  /** The outbox: what happened, in the commit of the rows that it tells of. */
  readonly log: Log
  /** The public events that were made of it. */
  readonly events: EventLog
  readonly deliveries: Deliveries
  readonly webhooks: Webhooks
  /** How durable an answered write really is, read back from the store. */
  readonly durability: string
  /** Does several things in one commit. `work` may run twice, if its first transaction did not hold. */
  transact<T>(work: (tx: Transaction) => T): Promise<T>
  /** Throws where the store does not answer. */
  check(): Promise<void>
  /** Finishes what is queued, then closes. Later writes are refused with STOPPING. */
  close(): Promise<void>
}
