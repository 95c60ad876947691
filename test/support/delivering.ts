/** A group over a store that tests fill: what it did, and how to drive it. */
import type { Transaction } from '../../src/ports/deliveries.ts'
import type { LoggedEvent, PublishedEvent } from '../../src/ports/event-log.ts'
import type { Store } from '../../src/ports/store.ts'
import type { RunnerParts } from '../../src/workers/consume/group-delivery.ts'
import { startRunner, type Runner } from '../../src/workers/consume/runner.ts'
import type { Subscriber } from '../../src/workers/consume/subscriber.ts'

export const TYPE = 'org.example.a.b.c.v1'

/** An event whose id says what it is. */
export function eventOf(id: string, key: string, topic = 't', type = TYPE): PublishedEvent {
  return { topic, key, type, minor: 0, id, timeUs: 0, extensions: undefined, body: new Uint8Array([1]) }
}

/** What fails: called with each event, and how often it was tried before. */
export type Fault = (event: LoggedEvent, tries: number) => void

/** A group that writes down what it handles, in the commit or outside of it. */
export class Recorder {
  /** How often each was tried. */
  readonly tries = new Map<string, number>()
  fault: Fault = () => undefined

  subscriber(more: Partial<Subscriber> = {}, where: 'commit' | 'outside' = 'commit'): Subscriber {
    const attempt = (event: LoggedEvent): void => {
      const tries = this.tries.get(event.id) ?? 0
      this.tries.set(event.id, tries + 1)
      this.fault(event, tries)
    }
    return {
      name: 'group',
      topics: ['t'],
      from: 'earliest',
      retry: { max: 3, firstMs: 5, mostMs: 20 },
      concurrency: 4,
      afterDead: 'park',
      accepts: ({ type }) => (type === TYPE ? 'deliver' : 'skip'),
      deliver:
        where === 'commit'
          ? undefined
          : async (event) => {
              await new Promise(setImmediate)
              attempt(event)
            },
      apply: (event, tx) => {
        if (where === 'commit') attempt(event)
        keepHandled(tx, event.id)
      },
      ...more,
    }
  }
}

/** What took effect, in its order, is kept in the store: only what was committed is in it. */
function keepHandled(tx: Transaction, id: string): void {
  tx.keep('handled', [...handledOf(tx), id])
}

function handledOf(tx: Transaction): readonly string[] {
  // As keepHandled wrote it.
  return (tx.kept('handled') ?? []) as readonly string[]
}

/** Ids in the order in which they took effect. */
export function handledIn(store: Store): Promise<readonly string[]> {
  return store.transact(handledOf)
}

/** Starts a group; errors are kept instead of told. */
export function run(
  store: Store,
  subscriber: Subscriber,
  more: Partial<RunnerParts> = {},
): Runner & { errors: unknown[] } {
  const errors: unknown[] = []
  const runner = startRunner(subscriber, {
    events: store.events,
    deliveries: store.deliveries,
    clock: { nowMs: () => Date.now() },
    heldMax: 1_000,
    onError: (_group, error) => errors.push(error),
    ...more,
  })
  return { idle: () => runner.idle(), stop: () => runner.stop(), errors }
}
