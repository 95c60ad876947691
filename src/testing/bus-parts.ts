/** An installation in memory, put together as `wire.ts` and `wire-events.ts` put the real one together. */
import { createHmac } from 'node:crypto'
import { readConfig } from '../config.ts'
import type { Clock } from '../ports/clock.ts'
import type { Held } from '../ports/deliveries.ts'
import type { LogEntry } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import { ALL_EVENTS } from '../public-events/catalogue/all.ts'
import { catalogueOf, type Catalogue } from '../public-events/kernel/catalogue.ts'
import type { PublicEvent } from '../public-events/kernel/public-event.ts'
import type { RecordType } from '../public-events/kernel/shape.ts'
import { openMemoryStore } from '../stores/memory/store.ts'
import type { ConsumerGroup } from '../workers/consume/consumer-group.ts'
import { groupSubscriber } from '../workers/consume/group-subscriber.ts'
import type { Plugin } from '../workers/consume/plugin.ts'
import { EventReader } from '../workers/consume/reader.ts'
import { takingPart, type Receiver } from '../workers/consume/receiver.ts'
import { Runners } from '../workers/consume/runners.ts'
import type { Subscriber } from '../workers/consume/subscriber.ts'
import { startLoop, type Loop } from '../workers/loop.ts'
import type { Sender } from '../workers/publish/made-event.ts'
import { relay } from '../workers/publish/relay.ts'
import { readRoutes, type Routes } from '../workers/publish/routes.ts'

export interface BusOptions {
  /** Events beside those of this version; of one type they take the place of ours. */
  readonly events?: readonly PublicEvent[]
  readonly groups?: readonly ConsumerGroup[]
  readonly receivers?: readonly Receiver[]
  /** The same of whole plugins. */
  readonly plugins?: readonly Plugin[]
  /** What WAYMARK_EVENT_ROUTES would hold. */
  readonly routes?: unknown
  /** What time it is. Default: it stands still at 2026-01-05T08:00:00Z. */
  readonly clock?: Clock
  /** Whether `settled` rejects where a handler gave up an event. Default: true. */
  readonly strict?: boolean
}

/** What went wrong where no test called. */
export interface Failures {
  /** An event was given up, or could not be published. */
  readonly onGivenUp: (error: unknown) => void
  /** No event is to blame, so it would be tried for ever. */
  readonly onStuck: (error: unknown) => void
}

export interface BusParts {
  readonly clock: Clock
  readonly catalogue: Catalogue
  readonly routes: Routes
  readonly reader: EventReader
  readonly sender: Sender
  readonly store: Store
  readonly relay: Loop
  readonly runners: Runners
  /** Takes note of the schema that events are written by, which may be an older minor. */
  readonly know: (event: PublicEvent) => void
}

const STANDS_STILL: Clock = { nowMs: () => Date.parse('2026-01-05T08:00:00Z') }
const SENDER: Sender = { source: '/waymark/test', sourceHost: 'test', sourceLib: '0.0.0' }
/** How an installation is set where nobody says anything. */
const DEFAULTS = readConfig({})

/**
 * @throws DefinitionError where two events have one type
 * @throws RouteError
 * @throws TypeError where two groups have one name
 */
export function openBusParts(options: BusOptions, failures: Failures): BusParts {
  const { clock = STANDS_STILL, plugins = [] } = options
  const catalogue = catalogueWith([...plugins.flatMap(({ events = [] }) => events), ...(options.events ?? [])])
  const routes = readRoutes(catalogue, options.routes)
  const writers = new Map<string, RecordType>()
  const writerOf = (type: string, minor: number): RecordType | undefined => writers.get(`${type} ${String(minor)}`)
  const reader = new EventReader(writerOf)
  const receivers = [...plugins.flatMap(({ receivers = [] }) => receivers), ...(options.receivers ?? [])]
  const takesPart = takingPart(receivers, { catalogue, reader, sender: SENDER, clock })
  const store = openMemoryStore(clock, 'strict', 'UTC', takesPart)
  const runners = startRunners(store, clock, failures)
  for (const group of [...plugins.flatMap(({ groups = [] }) => groups), ...(options.groups ?? [])]) {
    const subscriber = groupSubscriber(group, { reader, routes, sender: SENDER, clock, retry: retryRule() })
    // Before anything is emitted: nothing passes by a group that begins with what comes from now on.
    void store.deliveries.open(group.name, 0)
    runners.start(withoutWaits(subscriber))
  }
  const commitMax = DEFAULTS.RELAY_BATCH_MAX
  const consumer = relay(store.events, { catalogue, routes, writerOf, pseudonym, commitMax, lingerMs: 0 })
  const know = ({ type, minor, root }: PublicEvent): void => {
    writers.set(`${type} ${String(minor)}`, root)
  }
  const onError = (_: string, error: unknown, parked: LogEntry | undefined): void => {
    if (parked !== undefined) failures.onGivenUp(error)
  }
  // One at a time: an event that cannot be published takes no other with it.
  const loop = startLoop(store.log, consumer, { readMax: 1, batchMax: 1, retries: 1, backoffMs: 1, onError })
  return { clock, catalogue, routes, reader, sender: SENDER, store, relay: loop, runners, know }
}

function startRunners(store: Store, clock: Clock, { onGivenUp, onStuck }: Failures): Runners {
  const onError = (_: string, error: unknown, held: Held | undefined): void => {
    if (held === undefined) onStuck(error)
    else if (held.state === 'dead') onGivenUp(error)
  }
  const { events, deliveries } = store
  return new Runners({ events, deliveries, clock, heldMax: DEFAULTS.HELD_EVENTS_MAX, onError })
}

/** One definition that is given twice is one. */
function catalogueWith(given: readonly PublicEvent[]): Catalogue {
  const own = catalogueOf([...new Set(given)])
  return new Map([...ALL_EVENTS, ...own])
}

function retryRule(): Subscriber['retry'] {
  return { max: DEFAULTS.CONSUMER_RETRIES, firstMs: 0, mostMs: 0 }
}

/** As many tries as ever, but no test waits between them. */
function withoutWaits(subscriber: Subscriber): Subscriber {
  return { ...subscriber, retry: { ...subscriber.retry, firstMs: 0, mostMs: 0 } }
}

function pseudonym(text: string): string {
  return createHmac('sha256', 'test bus').update(text).digest('base64url')
}
