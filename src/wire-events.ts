/** Puts together what publishes events and delivers them: catalogue, routes, relay, groups and receivers. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import manifest from '../package.json' with { type: 'json' }
import { ConfigError, type Config } from './config.ts'
import { openPlugins, storedWriters } from './plugins.ts'
import type { Clock } from './ports/clock.ts'
import type { EventLog } from './ports/event-log.ts'
import type { TakesPartIn } from './ports/store.ts'
import type { Catalogue } from './public-events/kernel/catalogue.ts'
import type { Pseudonym } from './public-events/kernel/redact.ts'
import type { Consumer } from './workers/consumer.ts'
import { OWN_WORKERS } from './workers/own-workers.ts'
import type { ConsumerGroup } from './workers/consume/consumer-group.ts'
import { groupSubscriber, type GroupParts } from './workers/consume/group-subscriber.ts'
import { EventReader } from './workers/consume/reader.ts'
import { takingPart } from './workers/consume/receiver.ts'
import type { RetryRule, Subscriber } from './workers/consume/subscriber.ts'
import type { Sender } from './workers/publish/made-event.ts'
import { relay } from './workers/publish/relay.ts'
import { readRoutes, RouteError, type Routes } from './workers/publish/routes.ts'

/** What an installation knows of public events. */
export interface Events {
  /** All that it can read: ours, those of plugins, and those of others. */
  readonly catalogue: Catalogue
  readonly routes: Routes
  readonly reader: EventReader
  readonly sender: Sender
  /** What persons are named by where something is redacted. */
  readonly pseudonym: Pseudonym
  readonly retry: RetryRule
  readonly groups: readonly ConsumerGroup[]
  /** What takes part in the commits of the store; undefined where nothing does. */
  readonly takesPart: TakesPartIn | undefined
  /** The consumer of the outbox that appends the events of it to their log. */
  relay(log: EventLog): Consumer
  /** The groups of plugins, as they are delivered to. */
  subscribers(): readonly Subscriber[]
}

/**
 * Reads plugins and routes.
 * @param pseudonymKey what persons are named by where a topic is redacted
 * @throws ConfigError where a plugin or a route cannot be used: events that silently go nowhere are the worst of all
 */
export async function openEvents(config: Config, clock: Clock, pseudonymKey: Uint8Array): Promise<Events> {
  const installed = await openPlugins(config.PLUGINS)
  const { plugins, catalogue, published } = installed
  const routes = openRoutes(config.EVENT_ROUTES, published)
  const writerOf = storedWriters(installed)
  const reader = new EventReader(writerOf)
  const sender: Sender = { source: '/waymark/learning/server', sourceHost: hostname(), sourceLib: manifest.version }
  const retry = {
    max: config.CONSUMER_RETRIES,
    firstMs: config.CONSUMER_BACKOFF,
    mostMs: config.CONSUMER_BACKOFF_MAX,
  }
  const groups = plugins.flatMap(({ groups = [] }) => groups)
  for (const { name } of groups) {
    if (OWN_WORKERS.has(name))
      throw new ConfigError(`WAYMARK_PLUGINS: ${name} is the name of one of Waymark's own workers`)
  }
  const parts: GroupParts = { reader, routes, sender, clock, retry }
  const pseudonym: Pseudonym = (text) => createHmac('sha256', pseudonymKey).update(text).digest('base64url')
  return {
    catalogue,
    routes,
    reader,
    sender,
    pseudonym,
    retry,
    groups,
    takesPart: takingPart(
      plugins.flatMap(({ receivers = [] }) => receivers),
      { catalogue, reader, sender, clock },
    ),
    relay: (log) =>
      relay(log, {
        catalogue,
        routes,
        pseudonym,
        writerOf,
        commitMax: config.RELAY_BATCH_MAX,
        lingerMs: config.RELAY_LINGER,
      }),
    subscribers: () => groups.map((group) => groupSubscriber(group, parts)),
  }
}

function openRoutes(path: string, published: Catalogue): Routes {
  try {
    return readRoutes(published, path === '' ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as unknown))
  } catch (error) {
    const why = error instanceof RouteError ? error.problems.join('; ') : String(error)
    throw new ConfigError(`WAYMARK_EVENT_ROUTES: ${why}`)
  }
}
