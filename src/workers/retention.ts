import type { Clock, Every } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import { again, type Again } from './again.ts'

export interface RetentionOptions {
  /** How long public events are kept, and how long it is known who has handled them. */
  readonly keepMs: number
  readonly clock: Clock
  readonly every: Every
  readonly onError: (error: unknown) => void
}

const LOOK_MS = 60_000
/** Rows removed in one commit: requests have their turn in between. */
const PAGE = 500

/** Removes public events that are older than they need be kept, and the notes of who handled them. Returns what ends it. */
export function keepFor(
  { events, deliveries }: Store,
  { keepMs, clock, every, onError }: RetentionOptions,
): () => void {
  const turn: Again['turn'] = async (ended) => {
    const remove = async (some: (beforeMs: number, limit: number) => Promise<number>): Promise<void> => {
      while (!ended() && (await some(clock.nowMs() - keepMs, PAGE)) === PAGE);
    }
    await remove((beforeMs, limit) => events.prune(beforeMs, limit))
    await remove((beforeMs, limit) => deliveries.forget(beforeMs, limit))
  }
  return again({ everyMs: LOOK_MS, every, turn, onError })
}
