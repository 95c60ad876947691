/** Puts together what publishes events and delivers them: catalogue, routes, relay, groups and receivers. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import manifest from '../package.json' with { type: 'json' }
import { readHistory, SCHEMA_FOLDER } from './commands/events/schema-folder.ts'
import { ConfigError, type Config } from './config.ts'
import type { Clock } from './ports/clock.ts'
import type { EventLog } from './ports/event-log.ts'
import type { TakesPartIn } from './ports/store.ts'
import { ALL_EVENTS, WAYMARK_EVENTS } from './public-events/catalogue/all.ts'
import { catalogueOf, type Catalogue } from './public-events/kernel/catalogue.ts'
import { readAvsc } from './public-events/kernel/read-avsc.ts'
import type { Pseudonym } from './public-events/kernel/redact.ts'
import type { Consumer } from './workers/consumer.ts'
import { OWN_WORKERS } from './workers/own-workers.ts'
import type { ConsumerGroup } from './workers/consume/consumer-group.ts'
import { groupSubscriber, type GroupParts } from './workers/consume/group-subscriber.ts'
import type { Plugin } from './workers/consume/plugin.ts'
import { EventReader, type WriterOf } from './workers/consume/reader.ts'
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
  const plugins = await loadPlugins(config.PLUGINS)
  const own = plugins.flatMap(({ events = [] }) => events)
  const catalogue = asSetting('PLUGINS', () => catalogueOf([...ALL_EVENTS.values(), ...own]))
  const published = catalogueOf([...WAYMARK_EVENTS.values(), ...own])
  const routes = openRoutes(config.EVENT_ROUTES, published)
  const writerOf = storedWriters()
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
    relay: (log) => relay(log, { catalogue, routes, pseudonym, writerOf, commitMax: config.RELAY_BATCH_MAX }),
    subscribers: () => groups.map((group) => groupSubscriber(group, parts)),
  }
}

async function loadPlugins(paths: readonly string[]): Promise<readonly Plugin[]> {
  const plugins: Plugin[] = []
  for (const path of paths) {
    try {
      const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly plugin?: unknown }
      if (!isPlugin(module.plugin)) throw new Error('it exports no plugin with a name')
      plugins.push(module.plugin)
    } catch (error) {
      throw new ConfigError(`WAYMARK_PLUGINS: ${path} cannot be used (${String(error)})`)
    }
  }
  return plugins
}

/** What stands in it was written against the types of this version. */
function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}

function openRoutes(path: string, published: Catalogue): Routes {
  return asSetting('EVENT_ROUTES', () =>
    readRoutes(published, path === '' ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as unknown)),
  )
}

/** What a setting leads to, or says why it cannot be used. */
function asSetting<T>(name: 'PLUGINS' | 'EVENT_ROUTES', work: () => T): T {
  try {
    return work()
  } catch (error) {
    const why = error instanceof RouteError ? error.problems.join('; ') : String(error)
    throw new ConfigError(`WAYMARK_${name}: ${why}`)
  }
}

/** The schemas of older minors of ours, read when the first of them is met. */
function storedWriters(): WriterOf {
  let stored: ReturnType<typeof readHistory>['snapshots'] | undefined
  return (type, minor) => {
    stored ??= readHistory(SCHEMA_FOLDER).snapshots
    const found = stored.find((snapshot) => snapshot.type === type && snapshot.minor === minor)
    return found === undefined ? undefined : readAvsc(JSON.parse(found.text)).root
  }
}
