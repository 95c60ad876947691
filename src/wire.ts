/** The only place that chooses implementations and puts them together (DESIGN, "Profiles"). */
import type { FastifyInstance } from 'fastify'
import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from './config.ts'
import { WaymarkError } from './domain/errors.ts'
import { carriesOver, MODE_TABLE } from './domain/progress/mode.ts'
import { authenticator } from './http/authenticate.ts'
import { closer } from './http/closing.ts'
import { linkSigner } from './http/links.ts'
import type { Services } from './http/route.ts'
import { createServer } from './http/server.ts'
import { deriveKey, openIssuers, ownKey } from './http/token-keys.ts'
import { tokenChecker } from './http/tokens.ts'
import { openMetrics, type Metrics } from './observe.ts'
import { everyInterval, type Clock } from './ports/clock.ts'
import { reachNothing, type Reach } from './ports/crash-points.ts'
import type { ProgressStore } from './ports/progress-store.ts'
import type { Store } from './ports/store.ts'
import { openSqliteStore, type SqliteOptions, type SqliteStore } from './stores/sqlite/store.ts'
import { openEvents, type Events } from './wire-events.ts'
import { openWebhooks, webhookKey } from './wire-webhooks.ts'
import { aggregator } from './workers/aggregate.ts'
import { carryFirst, type Recomputing } from './workers/carry-first.ts'
import { carrier, type CarryLimits } from './workers/carry-over.ts'
import { Runners } from './workers/consume/runners.ts'
import { GroupOperations } from './workers/operate/group-operations.ts'
import { startLoop, type Loop, type LoopOptions } from './workers/loop.ts'
import { repairEvery, summaryRepair } from './workers/repair.ts'
import { republisher } from './workers/republish.ts'
import { keepFor } from './workers/retention.ts'

export const systemClock: Clock = { nowMs: () => Date.now() }

/** A whole installation in one process. */
export interface Waymark {
  readonly app: FastifyInstance
  readonly store: SqliteStore
  /** Resolves with the reason when answers of success can no longer be promised: then the process must stop. */
  readonly broken: Promise<Error>
  /** Resolves when every worker has handled everything logged so far. */
  idle(): Promise<void>
  /**
   * Takes no new work, finishes the requests under way, lets the workers hand over, closes the store. What is still
   * under way after STOP_TIMEOUT is cut off: it was not answered, so nothing acknowledged is lost.
   */
  stop(): Promise<void>
}

/**
 * Opens the embedded profile: one process, one file.
 * @param delivers which groups of consumers are delivered to: a command that only looks delivers nothing
 * @throws FolderInUse, StoreRefused, ConfigError
 */
export async function openWaymark(
  config: Config,
  clock: Clock = systemClock,
  reach: Reach = reachNothing,
  weaker: Pick<SqliteOptions, 'synchronous'> = {},
  delivers: (group: string) => boolean = () => true,
): Promise<Waymark> {
  const metrics = openMetrics()
  // The server, which has the log of the process, comes after its store.
  let reportFold: (error: unknown) => void = () => undefined
  const { promise: broken, resolve: onBroken } = Promise.withResolvers<Error>()
  mkdirSync(config.DATA, { recursive: true, mode: 0o700 })
  const events = await openEvents(config, clock, deriveKey(ownKey(config.DATA), 'pseudonyms'))
  const store = await openSqliteStore({
    ...storeOptions(config, clock),
    ...weaker,
    takesPart: events.takesPart,
    onCommit: metrics.commit,
    reach,
    onBroken,
    onFoldError: (error) => {
      metrics.workerFailed('fold', false)
      reportFold(error)
    },
  })
  metrics.observe({
    queuedWrites: store.queued,
    summariesBehind: store.behind,
    enrolmentsUncarried: store.uncarried,
    folded: store.folded,
  })
  try {
    const served = await serveStore(config, clock, store, metrics, reach, events, delivers)
    reportFold = (error) => {
      served.app.log.error({ err: error }, 'views could not be folded into their table; it is tried again')
    }
    return { ...served, broken }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** How the configuration opens the embedded store. */
export function storeOptions(config: Config, clock: Clock): SqliteOptions {
  return {
    folder: config.DATA,
    mode: config.MODE,
    timeZone: config.TIME_ZONE,
    clock,
    limits: {
      queueMax: config.QUEUE_WRITES_MAX,
      commitMax: config.COMMIT_WRITES_MAX,
      retryAfterSeconds: config.RETRY_AFTER,
    },
    fold: { factsMax: config.FOLD_FACTS_MAX, afterMs: config.FOLD_AFTER, rowsMin: config.FOLD_ROWS_MIN },
  }
}

async function serveStore(
  config: Config,
  clock: Clock,
  store: SqliteStore,
  metrics: Metrics,
  reach: Reach,
  events: Events,
  delivers: (group: string) => boolean,
): Promise<Omit<Waymark, 'broken'>> {
  const own = ownKey(config.DATA)
  const tokens = tokenChecker({
    issuers: await openIssuers(config.TOKEN_KEYS, own),
    audience: config.TOKEN_AUDIENCE,
    clockSkewMs: config.CLOCK_SKEW,
    cacheMax: config.TOKEN_CACHE_MAX,
    clock,
  })
  let stopping = false
  const runners = new Runners(
    {
      events: store.events,
      deliveries: store.deliveries,
      clock,
      reach,
      heldMax: config.HELD_EVENTS_MAX,
      onError: (group, error, held) => {
        metrics.workerFailed(group, held?.state === 'dead')
        app.log.error({ err: error, group, position: held?.seq, dead: held?.state === 'dead' }, 'a consumer failed')
      },
    },
    delivers,
  )
  const key = webhookKey(own)
  const webhooks = openWebhooks(config, { store, events, runners, clock, key })
  const repair = summaryRepair(store.comparison, recomputingOf(config, store.progress), config.WORKER_BATCH_MAX)
  const services: Services = {
    config,
    clock,
    mode: config.MODE,
    store,
    metrics,
    links: linkSigner(deriveKey(own, 'links')),
    operations: new GroupOperations({
      ...events,
      store,
      clock,
      workers: () => loops,
      subscribers: () => runners.subscribers,
    }),
    webhooks,
    repair,
    report: (error) => {
      app.log.error({ err: error.cause ?? error }, 'an item failed')
    },
    unready: () => unready(store, stopping),
  }
  const authenticate = authenticator(tokens, config.TRUSTED_PROXIES)
  const app = await createServer({ services, authenticate, stopping: () => stopping })
  const close = closer(app)
  const onError: LoopOptions['onError'] = (consumer, error, parked) => {
    metrics.workerFailed(consumer, parked !== undefined)
    app.log.error({ err: error, consumer, parked: parked?.seq }, 'a worker failed')
  }
  const loops = startWorkers(config, store, onError, reach, events)
  for (const subscriber of events.subscribers()) runners.start(subscriber)
  await webhooks.start()
  metrics.observeGroups(() => services.operations.groups())
  const endRetention = keepFor(store, {
    keepMs: config.EVENT_RETENTION,
    clock,
    every: everyInterval,
    onError: (error) => {
      app.log.error({ err: error }, 'old events could not be removed; it is tried again')
    },
  })
  const endRepair = repairEvery(repair, {
    everyMs: config.REPAIR_EVERY,
    pageSize: config.REPUBLISH_PAGE,
    turnMax: config.REPAIR_MAX,
    every: everyInterval,
    onPage: (looked, differences) => {
      metrics.compared(
        looked,
        differences.map(({ kind, behind }) => (behind ? 'behind' : kind)),
      )
    },
    onError: (error) => {
      metrics.workerFailed('repair', false)
      app.log.error({ err: error }, 'summaries could not be compared; it is tried again')
    },
  })
  return {
    app,
    store,
    idle: async () => {
      for (const loop of loops) await loop.idle()
      await runners.idle()
    },
    stop: async () => {
      stopping = true
      webhooks.stop()
      // A handler that does not heed its signal holds nothing up: what it did not finish is delivered again.
      const delivered = Promise.race([runners.stop(), delay(config.STOP_TIMEOUT / 2, undefined, { ref: false })])
      await close(config.STOP_TIMEOUT)
      endRetention()
      endRepair()
      await Promise.all([...loops.map((loop) => loop.stop()), delivered])
      await store.close()
    },
  }
}

/** Starts every worker over a store; without `events` those alone that its own state depends on. */
export function startWorkers(
  config: Config,
  store: Store,
  onError: LoopOptions['onError'],
  reach: Reach = reachNothing,
  events?: Events,
): readonly Loop[] {
  const { progress, log } = store
  const recomputing = recomputingOf(config, progress)
  const consumers = [
    ...(carriesOver(config.MODE) ? [carrier(progress, log, carryLimits(config))] : []),
    aggregator(recomputing, config.WORKER_BATCH_MAX),
    republisher(recomputing, log, config.REPUBLISH_PAGE, reach),
    ...(events === undefined ? [] : [events.relay(store.events)]),
  ]
  return consumers.map((consumer) =>
    startLoop(store.log, consumer, {
      readMax: config.WORKER_READ_MAX,
      batchMax: config.WORKER_BATCH_MAX,
      retries: config.WORKER_RETRIES,
      reach,
      onError,
    }),
  )
}

function recomputingOf(config: Config, progress: ProgressStore): Recomputing {
  const copies = MODE_TABLE[config.MODE].enrolment.carries === 'copies'
  return copies ? carryFirst(progress, config.CARRY_LEAVES_MAX) : progress
}

function carryLimits(config: Config): CarryLimits {
  return { leavesMax: config.CARRY_LEAVES_MAX, enrolmentsMax: config.WORKER_BATCH_MAX }
}

async function unready(store: SqliteStore, stopping: boolean): Promise<WaymarkError | undefined> {
  if (stopping) return new WaymarkError('STOPPING')
  try {
    await store.check()
    return undefined
  } catch (error) {
    const reason = error instanceof WaymarkError ? error : new WaymarkError('STORE_UNAVAILABLE', { cause: error })
    if (reason.code !== 'STORE_FULL') return reason
    // Whoever asks for health expects 503 alone; the reason stands in the text.
    const text = 'The disk is full: what is recorded can be read, nothing more is recorded until there is room.'
    return new WaymarkError('STORE_UNAVAILABLE', { cause: error, text })
  }
}
