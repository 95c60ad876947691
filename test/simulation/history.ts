/** Runs one history: a scheduler that does what the steps say, beside a model of what must come of it. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { Statuses, storeFaults } from './checks.ts'
import { Clients } from './clients.ts'
import { Disk } from './disk.ts'
import { carriesOver, type Mode } from '../../src/domain/progress/mode.ts'
import { CARRIER } from '../../src/workers/carry-over.ts'
import type { Counts } from './counts.ts'
import { isOpen, withoutDoubt } from './doubt.ts'
import { Model } from './model.ts'
import { probesIn, type Probe } from './probes.ts'
import { publishingFaults } from './publishing-faults.ts'
import { PowerLoss, Server } from './server.ts'
import type { History, Step } from './steps.ts'
import { START } from './world.ts'

export interface Ran {
  /** What went wrong first; undefined where nothing did. */
  readonly violation: string | undefined
  /** Equal for equal runs. */
  readonly trace: string
  /** How often something was carried. */
  readonly counts: Counts
  /** What happened, line by line, where it was asked for. */
  readonly lines: readonly string[]
}

const TURNS_MAX = 20_000

export interface RunOptions {
  /** Keep what happened as lines. */
  readonly keepLines?: boolean
  /** Publish events, and have a group handle them. */
  readonly publishing?: boolean
  /** Hold the product also to what is a known limit of it. */
  readonly strict?: boolean
}

/** @param ground a folder made by `makeGround`. */
export async function runHistory(ground: string, { mode, steps }: History, options: RunOptions = {}): Promise<Ran> {
  return new Run(mode, new Disk(ground, mode), options).run(steps)
}

class Run {
  readonly #mode: Mode
  readonly #publishing: boolean
  readonly #probes: readonly Probe[]
  readonly #disk: Disk
  readonly #clock = new SimulatedClock(START)
  readonly #model: Model
  readonly #clients: Clients
  readonly #statuses: Statuses
  readonly #hash = createHash('sha256')
  readonly #lines: string[] | undefined
  #server: Server | undefined
  #violation: string | undefined
  #afterCrash = 0
  #reads = 0
  #openReads = 0
  #crash: Extract<Step, { readonly do: 'crash' }> | undefined

  constructor(mode: Mode, disk: Disk, { keepLines = false, strict = false, publishing = false }: RunOptions) {
    this.#mode = mode
    this.#publishing = publishing
    this.#probes = probesIn(mode)
    this.#statuses = new Statuses(mode)
    this.#disk = disk
    this.#model = new Model(mode, strict)
    this.#clients = new Clients(this.#model, {
      note: (line) => {
        this.#note(line)
      },
      fail: (text) => {
        this.#fail(text)
      },
      takenAway: (of) => {
        this.#statuses.forget(of)
      },
    })
    this.#lines = keepLines ? [] : undefined
  }

  async run(steps: readonly Step[]): Promise<Ran> {
    try {
      await this.#open()
      for (const step of steps) {
        if (this.#violation !== undefined) break
        await this.#take(step)
      }
      if (this.#violation === undefined) await this.#settle(true)
    } catch (error) {
      this.#fail(`the simulation broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    this.#server?.kill()
    await this.#bury()
    this.#disk.remove()
    const counts = {
      ...this.#model.carried.counts,
      afterCrash: this.#afterCrash,
      reads: this.#reads,
      openReads: this.#openReads,
    }
    return { violation: this.#violation, trace: this.#hash.digest('hex'), counts, lines: this.#lines ?? [] }
  }

  #note(line: string): void {
    this.#hash.update(line)
    this.#lines?.push(line)
  }

  #fail(text: string): void {
    this.#note(`VIOLATION ${text}`)
    this.#violation ??= text
  }

  async #open(): Promise<void> {
    this.#server = await Server.open({
      mode: this.#mode,
      publishing: this.#publishing,
      folder: this.#disk.folder,
      clock: this.#clock,
      reach: (point) => {
        if (this.#crash?.at === point) this.#lose(this.#crash.kept, point === 'commit-done')
      },
      onCommit: () => {
        if (this.#server?.store.durability.startsWith('FULL') === true) this.#disk.synced()
        this.#clients.committed(this.#clock.nowMs())
      },
      onFault: (text) => {
        this.#fail(text)
      },
    })
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        this.#clients.send(step.write, step.fates)
        return
      case 'turn':
        for (const pick of step.picks) await this.#turn(pick)
        return
      case 'crash':
        this.#crash = step
        if (step.at === 'now') await this.#act(() => this.#lose(step.kept, false))
        return
      case 'clock':
        this.#clock.set(this.#clock.nowMs() + step.milliseconds)
        this.#note(`clock ${String(this.#clock.nowMs())}`)
        return
      case 'read':
        return this.#probe(step.probe % this.#probes.length, 'a read')
      case 'settle':
        return this.#settle(false)
    }
  }

  /** Takes one of the things that wait: a request that arrives, a commit, a turn of a worker. */
  async #turn(pick: number): Promise<void> {
    const server = this.#server
    if (server === undefined || this.#violation !== undefined) return
    const { arriving } = this.#clients
    const total = arriving + server.waiting.length
    if (total === 0) return
    const index = pick % total
    if (index < arriving) {
      await this.#act(() => {
        this.#clients.deliver(index, server, this.#clock.nowMs())
      })
    } else {
      const [work] = server.waiting.splice(index - arriving, 1)
      await this.#act(work ?? (() => undefined))
    }
  }

  /** Does one thing and all that follows from it at once; where the power was lost, starts anew. */
  async #act(work: () => void): Promise<void> {
    try {
      work()
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error
    }
    await restOfTurn()
    if (this.#server?.alive === false) await this.#restart()
  }

  /** @throws PowerLoss */
  #lose(kept: number, committed: boolean): never {
    this.#crash = undefined
    this.#server?.kill()
    const whole = this.#disk.lose(kept)
    this.#note(`power lost with ${String(this.#clients.queued)} queued, ${whole ? 'all' : 'not all'} kept`)
    // A commit that returned and was not yet answered may be there or not, but not in part.
    if (committed && whole) this.#clients.committed(this.#clock.nowMs())
    throw new PowerLoss()
  }

  async #restart(): Promise<void> {
    await this.#bury()
    this.#disk.forget()
    this.#clients.serverLost()
    await this.#open()
    await this.#countUncarried()
    await this.#probeAll('after a loss of power')
  }

  /** Enrolments that the power loss kept from being carried over. */
  async #countUncarried(): Promise<void> {
    const log = this.#server?.store.log
    if (log === undefined || !carriesOver(this.#mode)) return
    const entries = await log.read(await log.position(CARRIER.name), 1_000, ['enrolment-created', 'enrolment-changed'])
    this.#afterCrash += entries.length
  }

  async #bury(): Promise<void> {
    try {
      await this.#server?.bury()
    } catch (error) {
      this.#note(`closing: ${String(error)}`)
    }
  }

  async #settle(last: boolean): Promise<void> {
    this.#crash = undefined
    for (let turns = 0; this.#violation === undefined; turns += 1) {
      if (this.#clients.arriving + (this.#server?.waiting.length ?? 0) === 0) break
      if (turns > TURNS_MAX) this.#fail('the server does not come to rest')
      await this.#turn(turns)
    }
    this.#model.carried.atRest()
    for (const of of this.#model.carried.takenAway()) this.#statuses.forget(of)
    await this.#probeAll('at rest')
    if (this.#server === undefined || this.#violation !== undefined) return
    for (const fault of await storeFaults(this.#server, this.#model, last)) this.#fail(fault)
    if (this.#publishing) for (const fault of await publishingFaults(this.#server)) this.#fail(fault)
  }

  async #probeAll(when: string): Promise<void> {
    for (const index of this.#probes.keys()) if (this.#violation === undefined) await this.#probe(index, when)
  }

  async #probe(index: number, when: string): Promise<void> {
    const probe = this.#probes[index]
    const answer = probe && (await this.#server?.call(probe.request))
    if (probe === undefined || answer === undefined) return
    this.#reads += 1
    const shown = withoutDoubt(this.#model, probe.shown(answer))
    const expected = withoutDoubt(this.#model, probe.expected(this.#model))
    this.#note(`${when}: ${JSON.stringify(shown)}`)
    const name = `${when}: ${probe.request.route} ${JSON.stringify(probe.request.params ?? probe.request.body)}`
    if (isOpen(this.#model, probe)) this.#openReads += 1
    else if (!isDeepStrictEqual(shown, expected)) {
      this.#fail(`${name} shows ${JSON.stringify(shown)} instead of ${JSON.stringify(expected)}`)
    }
    if (probe.of === undefined || this.#model.carried.mayFall(probe.of)) return
    if (probe.request.route === 'api.summary.read' && this.#model.doubted.has(probe.where?.collectionId ?? '')) return
    const fallen = this.#statuses.fallen(probe.of, probe.request.route, answer)
    if (fallen !== undefined) this.#fail(`${name}: ${fallen}`)
  }
}

/** Everything that is ready to go on has gone on: promises are settled in one turn of the event loop. */
function restOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
