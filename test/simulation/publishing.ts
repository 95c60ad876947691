/** What publishes the events of a simulated server, and a group that counts what it is told of. */
import type { Config } from '../../src/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Reach } from '../../src/ports/crash-points.ts'
import type { Store } from '../../src/ports/store.ts'
import { CollectionCompleted } from '../../src/public-events/catalogue/waymark/collection.ts'
import { EnrolmentCreated } from '../../src/public-events/catalogue/waymark/enrolment.ts'
import { ContentViewEnded } from '../../src/public-events/catalogue/waymark/view.ts'
import { openEvents, type Events } from '../../src/wire-events.ts'
import { consumerGroup, type Commit, type Delivered } from '../../src/workers/consume/consumer-group.ts'
import { groupSubscriber } from '../../src/workers/consume/group-subscriber.ts'
import { startRunner, type Runner } from '../../src/workers/consume/runner.ts'

export interface Publishing {
  readonly events: Events
  consume(store: Store, reach: Reach, failed: (group: string, error: unknown) => void): Runner
}

/** The group, and what it handles. */
export const GROUP = 'count'
export const COUNTED: readonly string[] = [CollectionCompleted, EnrolmentCreated, ContentViewEnded].map(
  ({ type }) => type,
)

export async function openPublishing(config: Config, clock: Clock): Promise<Publishing> {
  const events = await openEvents(config, clock, new Uint8Array(32))
  return {
    events,
    consume: ({ events: log, deliveries }, reach, onError) => {
      const count = (commit: Commit, _payload: unknown, { metadata: { id } }: Delivered): void => {
        commit.keep(id, Number(commit.kept(id) ?? 0) + 1)
      }
      const group = consumerGroup({ name: GROUP })
        .apply(CollectionCompleted, count)
        .apply(EnrolmentCreated, count)
        .apply(ContentViewEnded, count)
      const { reader, routes, sender, retry } = events
      const subscriber = groupSubscriber(group, { reader, routes, sender, clock, retry })
      return startRunner(subscriber, { events: log, deliveries, clock, reach, heldMax: 1_000, onError })
    },
  }
}
