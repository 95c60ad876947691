/** One life of the embedded server, from opening its folder to the loss of power: routes, queue, store, log, workers. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readConfig, type Config } from '../../src/config.ts'
import { WaymarkError } from '../../src/domain/errors.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import { admit, dispatch } from '../../src/http/dispatch.ts'
import { linkSigner } from '../../src/http/links.ts'
import type { Services } from '../../src/http/route.ts'
import { ROUTES } from '../../src/http/routes.ts'
import type { Metrics } from '../../src/observe.ts'
import type { Clock, Defer } from '../../src/ports/clock.ts'
import type { CrashPoint } from '../../src/ports/crash-points.ts'
import type { EventLog } from '../../src/ports/event-log.ts'
import type { Log } from '../../src/ports/log.ts'
import { noWebhooks } from '../../src/ports/webhook-control.ts'
import { openSqliteStore, type SqliteStore } from '../../src/stores/sqlite/store.ts'
import { startWorkers } from '../../src/wire.ts'
import { restingOperations } from '../../src/workers/operate/resting-operations.ts'
import { summaryRepair } from '../../src/workers/repair.ts'
import { openPublishing, type Publishing } from './publishing.ts'
import { FOLD, LIMITS } from './disk.ts'

/** A request to a route, by the route's id. */
export interface Request {
  readonly route: string
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
}

/** Status with error code and result, as JSON would carry them. */
export interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly result: Readonly<Record<string, unknown>>
}

/** Thrown where the power is cut: nothing after it happens. */
export class PowerLoss extends Error {}

export interface ServerOptions {
  readonly mode: Mode
  /** Whether events are published and consumed. */
  readonly publishing: boolean
  readonly folder: string
  readonly clock: Clock
  /** Throws PowerLoss where the history wants it. */
  readonly reach: (point: CrashPoint) => void
  readonly onCommit: () => void
  readonly onFault: (text: string) => void
}

const SETTINGS = readConfig({ WAYMARK_DATA: '.', WAYMARK_LOG_LEVEL: 'silent', WAYMARK_REPUBLISH_PAGE: '2' })
/** Small batches, so that workers have many turns, and smaller commits, so that there are turns between those. */
function configIn(mode: Mode): Config {
  return { ...SETTINGS, MODE: mode, WORKER_READ_MAX: 8, WORKER_BATCH_MAX: 2, CARRY_LEAVES_MAX: 1, RELAY_LINGER: 0 }
}

const NO_METRICS: Metrics = {
  request: () => undefined,
  view: () => undefined,
  attempt: () => undefined,
  commit: () => undefined,
  workerFailed: () => undefined,
  compared: () => undefined,
  observe: () => undefined,
  observeGroups: () => undefined,
  text: () => Promise.resolve(''),
}

const SERVICE = {
  principal: {
    userId: 'simulation',
    role: 'service',
    collections: new Set<string>(),
    expiresAt: Number.MAX_SAFE_INTEGER,
  },
  expired: false,
} as const

/** A running server whose every turn is somebody else's decision. */
export class Server {
  readonly store: SqliteStore
  /** What waits for the scheduler. */
  readonly waiting: (() => void)[]
  readonly #services: Services
  readonly #stopWorkers: () => void
  readonly #options: ServerOptions
  alive = true

  static async open(options: ServerOptions): Promise<Server> {
    const waiting: (() => void)[] = []
    const config = configIn(options.mode)
    const defer: Defer = (work) => waiting.push(work)
    // The store must be there before the server over it.
    const life: { server?: Server } = {}
    const store = await openSqliteStore({
      folder: options.folder,
      mode: config.MODE,
      timeZone: config.TIME_ZONE,
      clock: options.clock,
      limits: LIMITS,
      fold: FOLD,
      // Folds begin by count alone: no timer may decide anything here.
      every: () => () => undefined,
      defer,
      reach: (point) => {
        if (life.server?.alive === true) options.reach(point)
      },
      onCommit: () => {
        if (life.server?.alive === true) options.onCommit()
      },
    })
    const publishing = options.publishing ? await openPublishing(config, options.clock) : undefined
    life.server = new Server(config, store, waiting, options, publishing)
    return life.server
  }

  private constructor(
    config: Config,
    store: SqliteStore,
    waiting: (() => void)[],
    options: ServerOptions,
    publishing: Publishing | undefined,
  ) {
    this.store = store
    this.waiting = waiting
    this.#options = options
    this.#services = {
      config,
      clock: options.clock,
      mode: config.MODE,
      store,
      metrics: NO_METRICS,
      links: linkSigner(new Uint8Array(32)),
      repair: summaryRepair(store.comparison, store.progress, config.WORKER_BATCH_MAX),
      operations: restingOperations(store, options.clock),
      webhooks: noWebhooks,
      report: (error) => {
        this.#fault(`a fault of the program: ${String(error.cause)}`)
      },
      unready: () => Promise.resolve(undefined),
    }
    const failed = (consumer: string, error: unknown): void => {
      this.#fault(`worker ${consumer} failed: ${String(error)}`)
    }
    const reach = (point: CrashPoint): void => {
      if (this.alive) options.reach(point)
    }
    const pacedStore = { ...store, log: paced(store.log, waiting), events: pacedEvents(store.events, waiting) }
    const loops = startWorkers(config, pacedStore, failed, reach, publishing?.events)
    const consumer = publishing?.consume(pacedStore, reach, failed)
    this.#stopWorkers = () => {
      for (const loop of loops) void loop.stop()
      void consumer?.stop()
    }
  }

  /** Runs a request through its route, as the HTTP server would after reading it. */
  async call({ route: id, params = {}, query = {}, body }: Request): Promise<Answer> {
    const route = ROUTES.find((known) => known.id === id)
    if (route === undefined) throw new Error(`there is no route ${id}`)
    // The part of a request and a reply that a dispatched route sees.
    const request = { id: 'simulation', params, query, body: json(body) } as unknown as FastifyRequest
    let status = 200
    const reply = { status: (code: number) => (status = code) } as unknown as FastifyReply
    try {
      admit(this.#services, route, request, SERVICE)
      const { result, params: outcome } = json(await dispatch(this.#services, route, request, reply)) as {
        result: Answer['result']
        params: { err: string | null }
      }
      return { status, code: outcome.err ?? undefined, result }
    } catch (error) {
      if (error instanceof WaymarkError) return { status: error.status, code: error.code, result: {} }
      this.#fault(`${id} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      return { status: 500, code: 'INTERNAL_ERROR', result: {} }
    }
  }

  /** A fault that is not of our making: a killed server fails at everything. */
  #fault(text: string): void {
    if (this.alive) this.#options.onFault(text)
  }

  /** The power is gone: whatever this life still does reaches nobody. */
  kill(): void {
    this.alive = false
    this.#stopWorkers()
  }

  /** Frees what a killed server held. */
  async bury(): Promise<void> {
    this.waiting.length = 0
    await this.store.close()
  }
}

/** The log, where reading waits for its turn: so a worker may fall behind, and stop between any two batches. */
function paced(log: Log, waiting: (() => void)[]): Log {
  return {
    read: async (after, limit, types) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return log.read(after, limit, types)
    },
    last: () => log.last(),
    position: (consumer) => log.position(consumer),
    commit: (consumer, seq) => log.commit(consumer, seq),
    park: (consumer, entry, reason) => log.park(consumer, entry, reason),
    count: (after, limit, types) => log.count(after, limit, types),
    deadLetters: (query) => log.deadLetters(query),
    deadLetter: (consumer, seq) => log.deadLetter(consumer, seq),
    deadLetterCounts: () => log.deadLetterCounts(),
    resolve: (consumer, seq) => log.resolve(consumer, seq),
    onAppend: (listener) => log.onAppend(listener),
  }
}

/** The same for the log of events. */
function pacedEvents(events: EventLog, waiting: (() => void)[]): EventLog {
  return {
    append: (told, read) => events.append(told, read),
    read: async (after, limit, topics) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return events.read(after, limit, topics)
    },
    count: (after, limit, topics) => events.count(after, limit, topics),
    get: (seq) => events.get(seq),
    last: () => events.last(),
    positionBefore: (atMs) => events.positionBefore(atMs),
    prune: (beforeMs, limit) => events.prune(beforeMs, limit),
    onAppend: (listener) => events.onAppend(listener),
  }
}

function json(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
