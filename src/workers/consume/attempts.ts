/** Tries to handle events: those of one key in order, several keys at a time. */
import { GroupMoved, type Deliveries, type Group } from '../../ports/deliveries.ts'
import type { LoggedEvent } from '../../ports/event-log.ts'
import type { Reach } from '../../ports/crash-points.ts'
import { isEntryToBlame } from '../retries.ts'
import type { Subscriber } from './subscriber.ts'

/** The first event of each key that could not be handled, with the reason. What follows it of that key was not tried. */
export type Failures = ReadonlyMap<string, { readonly seq: number; readonly error: unknown }>

export interface Attempt {
  readonly subscriber: Subscriber
  readonly deliveries: Deliveries
  readonly group: Group
  readonly signal: AbortSignal
  /** Whether somebody paused or moved the group since it was read: then nothing more is begun. */
  readonly isStale: () => boolean
  readonly reach: Reach
}

/**
 * Tries to handle events in their order.
 * @throws WaymarkError, GroupMoved: the store failed or the group was moved, and no event is to blame
 */
export function tryAll(attempt: Attempt, events: readonly LoggedEvent[]): Promise<Failures> {
  return attempt.subscriber.deliver === undefined ? tryTogether(attempt, events) : tryByKey(attempt, events)
}

/** Work that is all in the commit: the events of many keys share one, in their order. */
async function tryTogether(attempt: Attempt, events: readonly LoggedEvent[]): Promise<Failures> {
  const { subscriber, deliveries, group, signal, reach } = attempt
  const failures = new Map<string, { readonly seq: number; readonly error: unknown }>()
  await Promise.all(
    events.map((event) => {
      const { key, seq } = event
      const isBehind = (): boolean => (failures.get(key)?.seq ?? seq) < seq
      return deliveries
        .settle(group, event, (tx) => {
          if (isBehind()) throw new Behind()
          try {
            subscriber.apply(event, tx)
            failures.delete(key)
          } catch (error) {
            failures.set(key, { seq, error })
            throw error
          }
        })
        .catch((error: unknown) => {
          // Also where the commit failed and not this event: what follows must not overtake it.
          if (!isBehind()) failures.set(key, { seq, error })
        })
    }),
  )
  reach('consumer-settled')
  throwGeneral(failures, signal)
  return failures
}

/** Not tried, because an event before it with the same key failed. */
class Behind extends Error {
  constructor() {
    super('an event before it failed')
    this.name = 'Behind'
  }
}

/** Work outside the commit: a key after the other is taken up by as many as may work at the same time. */
async function tryByKey(attempt: Attempt, events: readonly LoggedEvent[]): Promise<Failures> {
  const failures = new Map<string, { readonly seq: number; readonly error: unknown }>()
  const chains = Map.groupBy(events, ({ key }) => key).entries()
  const work = async (): Promise<void> => {
    for (const [key, chain] of chains) {
      for (const event of chain) {
        try {
          if (attempt.isStale()) throw new GroupMoved(attempt.group.name)
          await tryOne(attempt, event)
        } catch (error) {
          failures.set(key, { seq: event.seq, error })
          break
        }
      }
    }
  }
  await Promise.all(Array.from({ length: attempt.subscriber.concurrency }, work))
  throwGeneral(failures, attempt.signal)
  return failures
}

/**
 * Handles one event, unless it was handled before.
 * @throws whatever the handler throws
 */
export async function tryOne(
  { subscriber, deliveries, group, signal, reach }: Attempt,
  event: LoggedEvent,
): Promise<void> {
  if (subscriber.deliver !== undefined) {
    const before = await deliveries.settled(group, [event.id])
    if (!before.has(event.id)) {
      signal.throwIfAborted()
      await subscriber.deliver(event, signal)
      reach('consumer-delivered')
    }
  }
  await deliveries.settle(group, event, (tx) => {
    subscriber.apply(event, tx)
  })
  reach('consumer-settled')
}

/** A failure that no event is to blame for ends the whole attempt: it is made again. */
function throwGeneral(failures: Failures, signal: AbortSignal): void {
  for (const { error } of failures.values()) if (isGeneral(error, signal)) throw error
}

/** Whether the store, a stop or an operator is the reason; a handler may also abort something of its own. */
export function isGeneral(error: unknown, signal: AbortSignal): boolean {
  if (error instanceof GroupMoved || !isEntryToBlame(error)) return true
  return signal.aborted && error instanceof DOMException && error.name === 'AbortError'
}
