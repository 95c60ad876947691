/** What every scenario works with: the loader, the servers, the stores, and the helpers that make a row of a phase. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownKey } from '../src/http/token-keys.ts'
import { signToken } from '../src/http/tokens.ts'
import type { Group } from './groups.ts'
import { loaderFault, measureOf, type Measure } from './measure.ts'
import { UpdateOracle } from './oracle.ts'
import type { Phase } from './phase.ts'
import { withPutOff } from './put-off.ts'
import { atEnd, startLoader, startProduct, type Loader, type Running } from './processes.ts'
import type { Scale } from './scale.ts'
import { Stores, type MadeStore } from './stores.ts'
import { workloadOf, type Load } from './workloads.ts'

/** A server and the folder of its store. */
export interface Target {
  readonly server: Running
  readonly folder: string
  /** Processes beside the server that belong to it, such as a database. */
  readonly pids?: readonly number[]
}

export const CONNECTIONS = 64
const TOKENS = 1024
const TOKEN_LIFETIME_MS = 12 * 3_600_000
/** Requests per second that are prepared for while the rate is not known, and how many more than that one. */
const RATE_GUESS = 20_000
const HEADROOM = 1.5

export interface PhaseOptions {
  readonly id: string
  readonly what: string
  readonly target: Target
  readonly load: Load
  readonly seconds?: number
  readonly rate?: number
  readonly connections?: number
  readonly countMax?: number
  readonly more?: Partial<Measure>
  /** False where the phase is not to wait until what it wrote is folded. */
  readonly folds?: boolean
}

export class Bench {
  readonly scale: Scale
  readonly seed: number
  readonly folder: string
  readonly say: (text: string) => void
  readonly loader: Loader
  readonly oracles = new Map<string, UpdateOracle>()
  /** The most requests per second that the loader reached, by the fastest floor. */
  loaderRate: number | undefined
  /** Bytes of the main store per view row, when it was made. */
  bytesPerRow = 0
  #sent = new Map<string, number>()
  #rates = new Map<Load['kind'], number>()
  #main: Promise<Target> | undefined
  readonly #stores: Stores
  readonly #closing: (() => Promise<void>)[] = []
  readonly #remove: () => void

  private constructor(scale: Scale, seed: number, folder: string, tokens: readonly string[], say: (t: string) => void) {
    this.scale = scale
    this.seed = seed
    this.folder = folder
    this.say = say
    this.loader = startLoader(tokens)
    this.#stores = new Stores(folder, say)
    this.#remove = atEnd(() => {
      rmSync(folder, { recursive: true, force: true })
    })
  }

  static async open(scale: Scale, seed: number, say: (text: string) => void): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'waymark-bench-'))
    const own = ownKey(folder)
    const tokens = await Promise.all(
      Array.from({ length: TOKENS }, (_, index) => {
        const claims = { userId: `service-${String(index)}`, role: 'service', collections: [] } as const
        return signToken(own, { ...claims, lifetimeMs: TOKEN_LIFETIME_MS, audience: 'waymark' }, Date.now())
      }),
    )
    return new Bench(scale, seed, folder, tokens, say)
  }

  async close(): Promise<void> {
    for (const end of this.#closing) await end()
    const main = await this.#main
    await main?.server.end()
    await this.loader.end()
    this.#remove()
  }

  /** Notes what else is to be ended in order when the run ends. */
  atClose(end: () => Promise<void>): void {
    this.#closing.push(end)
  }

  /** The server that most scenarios share, over the large store; started when it is first asked for. */
  main(): Promise<Target> {
    this.#main ??= this.#startMain()
    return this.#main
  }

  async #startMain(): Promise<Target> {
    const { folder, bytes } = await this.store('main', Object.values(this.scale.groups))
    this.bytesPerRow = bytes / this.mainRows
    return { server: await startProduct(folder), folder }
  }

  /** View rows of the large store. */
  get mainRows(): number {
    const groups = Object.values(this.scale.groups)
    return groups.reduce((sum, { learners, leaves, views }) => sum + (views ? learners * leaves : 0), 0)
  }

  /** Replaces the server of the main store, after it was killed. */
  restarted(server: Running, folder: string): void {
    this.#main = Promise.resolve({ server, folder })
  }

  /** The data folder of a name with these groups and the one token key of this run, made when it is first asked for. */
  store(name: string, groups: readonly Group[]): Promise<MadeStore> {
    return this.#stores.store(name, groups)
  }

  /** Runs one phase; the requests of a load go on where the phase before ended. */
  async phase(options: PhaseOptions): Promise<Measure> {
    const { id, what, target, load, more = {} } = options
    const name = `${target.folder} ${load.kind} ${load.group.name} ${String(load.seed)}`
    const workload = workloadOf(load)
    const from = this.#sent.get(name) ?? 0
    const seconds = options.seconds ?? this.scale.phaseSeconds
    const phase: Phase = {
      load,
      from,
      repeats: false,
      port: target.server.port,
      connections: options.connections ?? CONNECTIONS,
      countMax: options.countMax ?? this.#enough(load, seconds),
      seconds,
      rate: options.rate,
      pids: [target.server.pid, ...(target.pids ?? [])],
    }
    const result = await this.loader.run(phase)
    this.#sent.set(name, from + result.sent)
    this.sawRate(load, result.sent / result.seconds)
    if (workload.fact !== undefined) {
      const oracle = this.oracle(target, load.group)
      const readsBack = workload.readBack !== undefined
      for (let position = 0; position < result.sent; position += 1) {
        oracle.sent(workload.fact(from + position), !readsBack || position % 10 !== 0)
      }
    }
    const invalid = loaderFault(result, this.loaderRate)
    const answered = result.checked > 0 && result.errors === 0 ? { check: 'ok' } : {}
    const all = options.folds === false ? result : await withPutOff(phase, result, target.folder)
    return measureOf(id, what, all, workload.items, { invalid, ...answered, ...more })
  }

  /** Notes how fast requests of a kind were answered: enough are prepared the next time, and not many more. */
  sawRate({ kind }: Load, rate: number): void {
    this.#rates.set(kind, Math.max(rate, this.#rates.get(kind) ?? 0))
  }

  #enough({ kind }: Load, seconds: number): number {
    return Math.ceil((this.#rates.get(kind) ?? RATE_GUESS) * HEADROOM * seconds)
  }

  /** How many requests of a load were sent to a target so far. */
  sent(target: Target, load: Load): number {
    return this.#sent.get(`${target.folder} ${load.kind} ${load.group.name} ${String(load.seed)}`) ?? 0
  }

  oracle(target: Target, group: Group): UpdateOracle {
    const name = `${target.folder} ${group.name}`
    const known = this.oracles.get(name) ?? new UpdateOracle(group)
    this.oracles.set(name, known)
    return known
  }

  /** The row with the result of comparing the store with the oracle, unless it is wrong already. */
  checked(measure: Measure, target: Target, group: Group): Measure {
    if (measure.errors > 0) return measure
    return { ...measure, check: this.oracle(target, group).check(target.folder) }
  }
}

/** What is made once for a run and shared by its rounds: the same promise for every caller. */
export function oncePerRun<T>(make: (bench: Bench) => Promise<T>): (bench: Bench) => Promise<T> {
  const made = new WeakMap<Bench, Promise<T>>()
  return (bench) => {
    const known = made.get(bench) ?? make(bench)
    made.set(bench, known)
    return known
  }
}
