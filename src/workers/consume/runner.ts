import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import { reachNothing, type Reach } from '../../ports/crash-points.ts'
import { GroupMoved, type Deliveries, type Group, type Held } from '../../ports/deliveries.ts'
import type { EventLog, LoggedEvent } from '../../ports/event-log.ts'
import { isGeneral, tryAll, tryOne, type Attempt, type Failures } from './attempts.ts'
import { behind, failed, Holding } from './holding.ts'
import type { Subscriber } from './subscriber.ts'

export interface RunnerParts {
  readonly events: EventLog
  readonly deliveries: Deliveries
  readonly clock: Clock
  readonly reach?: Reach
  /** Most events held up in one group; past it, it reads no more until some are driven on. */
  readonly heldMax: number
  /** Told of failures: `held` is what became of the event, undefined where no event is to blame. */
  readonly onError: (group: string, error: unknown, held: Held | undefined) => void
}

export interface Runner {
  /** Resolves when everything logged so far is handled, or waits behind a dead letter, or the group is paused. */
  idle(): Promise<void>
  /** Ends after the events under way. */
  stop(): Promise<void>
}

/** Events that are read at once. */
const PAGE = 500
/** First wait after a failure of the store, and the longest. */
const STORE_WAIT_MS = 50
const STORE_WAIT_MAX_MS = 5_000
/** So many events of other topics are passed in memory before the stored position follows. */
const PASSED_MAX = 1_000
const UNTIL_WOKEN = Number.POSITIVE_INFINITY

/** Delivers the event log to one group: in order of each key, each event once in effect. */
export function startRunner(subscriber: Subscriber, parts: RunnerParts): Runner {
  return new GroupRunner(subscriber, parts)
}

/** A group as its runner knows it. */
interface State {
  readonly group: Group
  readonly holding: Holding
  /** Read up to here; the stored position may be less. */
  through: number
}

class GroupRunner implements Runner {
  readonly #subscriber: Subscriber
  readonly #parts: RunnerParts
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  /** Undefined until it is read, and after somebody changed it. */
  #state: State | undefined
  /** Whether somebody changed it while it was being read. */
  #changed = false
  /** Moving on, while the next events are worked on already. */
  #advancing: Promise<void> = Promise.resolve()
  #storeFailures = 0
  #woken = false
  #wake: () => void = () => undefined
  #turned = Promise.withResolvers<void>()
  /** How long the last turn found nothing to do. */
  #waitMs = 0

  constructor(subscriber: Subscriber, parts: RunnerParts) {
    this.#subscriber = subscriber
    this.#parts = parts
    this.#running = this.#run()
  }

  async idle(): Promise<void> {
    const target = await this.#parts.events.last()
    while (!this.#stopping.signal.aborted && !this.#hasDone(target)) {
      // What waits for its time is waited for, and not asked for again and again.
      if (this.#waitMs === UNTIL_WOKEN) this.#rouse()
      await this.#turned.promise
    }
  }

  /** Whether nothing up to here is left that it could do. */
  #hasDone(target: number): boolean {
    if (this.#waitMs === 0 || this.#state === undefined) return false
    const { group, holding, through } = this.#state
    if (group.paused !== undefined) return true
    // Full of dead letters it reads no more.
    return holding.nextAtMs() === undefined && (through >= target || holding.size >= this.#parts.heldMax)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#rouse()
    await this.#running
  }

  async #run(): Promise<void> {
    const { events, deliveries } = this.#parts
    const endings = [
      events.onAppend(() => {
        this.#rouse()
      }),
      deliveries.onChange((name) => {
        if (name !== this.#subscriber.name) return
        this.#state = undefined
        this.#changed = true
        this.#rouse()
      }),
    ]
    while (!this.#stopping.signal.aborted) {
      this.#woken = false
      const waitMs = await this.#turn()
      this.#waitMs = waitMs
      this.#turned.resolve()
      this.#turned = Promise.withResolvers()
      if (waitMs > 0) await this.#pause(waitMs)
    }
    await this.#advancing.catch(() => undefined)
    for (const end of endings) end()
    this.#turned.resolve()
  }

  /** Does what is next. Answers how long to wait before the next turn. */
  async #turn(): Promise<number> {
    try {
      const state = (this.#state ??= await this.#openUnchanged())
      const waitMs = await this.#work(state)
      this.#storeFailures = 0
      return waitMs
    } catch (error) {
      // What is known of the group may be of the past: it is read again.
      this.#state = undefined
      if (error instanceof GroupMoved || this.#stopping.signal.aborted) return 0
      this.#parts.onError(this.#subscriber.name, error, undefined)
      this.#storeFailures += 1
      const waitMs = Math.min(STORE_WAIT_MS * 2 ** Math.min(this.#storeFailures - 1, 10), STORE_WAIT_MAX_MS)
      // New events do not end this wait: they could not be handled either.
      await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      return 0
    }
  }

  /** What is read while somebody changes it may be of before that. */
  async #openUnchanged(): Promise<State> {
    for (;;) {
      this.#changed = false
      const state = await this.#open()
      if (!this.#changed) return state
    }
  }

  async #open(): Promise<State> {
    // What moved it before must be over, or it would be read from before that.
    await this.#advancing.catch(() => undefined)
    this.#advancing = Promise.resolve()
    const { name, from, afterDead } = this.#subscriber
    const { events, deliveries, heldMax } = this.#parts
    const group = await deliveries.open(name, from === 'latest' ? await events.last() : 0)
    const holding = new Holding(afterDead, await deliveries.held(name, heldMax))
    return { group, holding, through: group.position }
  }

  async #work(state: State): Promise<number> {
    if (state.group.paused !== undefined) return UNTIL_WOKEN
    const now = this.#parts.clock.nowMs()
    const due = state.holding.due(now)
    if (due.length > 0) {
      await this.#driveOn(state, due)
      return 0
    }
    if (await this.#next(state)) return 0
    await this.#advancing
    const nextAt = state.holding.nextAtMs()
    return nextAt === undefined ? UNTIL_WOKEN : Math.max(1, nextAt - this.#parts.clock.nowMs())
  }

  /** Tries what is held up and due, key by key, and what waits behind it. */
  async #driveOn(state: State, keys: readonly string[]): Promise<void> {
    const left = keys.values()
    const work = async (): Promise<void> => {
      for (const key of left) {
        for (let held = state.holding.next(key); held !== undefined; held = state.holding.next(key)) {
          if (this.#isStale(state)) throw new GroupMoved(state.group.name)
          if (!(await this.#tryHeld(state, held))) break
        }
      }
    }
    const chains = await Promise.allSettled(Array.from({ length: this.#subscriber.concurrency }, work))
    // Only now: what another had begun would be begun a second time beside it.
    for (const chain of chains) if (chain.status === 'rejected') throw chain.reason
  }

  /** Answers whether it was handled. */
  async #tryHeld(state: State, held: Held): Promise<boolean> {
    const event = await this.#parts.events.get(held.seq)
    try {
      if (event === undefined) throw new Error('the event is no longer in the log')
      await tryOne(this.#attempt(state), event)
      state.holding.remove(held)
      return true
    } catch (error) {
      if (isGeneral(error, this.#stopping.signal)) throw error
      const again = failed(held, held.tries, error, this.#subscriber.retry, this.#parts.clock.nowMs())
      await this.#parts.deliveries.advance(state.group, 0, [again])
      state.holding.add(again)
      this.#parts.onError(this.#subscriber.name, error, again)
      return false
    }
  }

  /** Works on the next events of the log. Answers whether there were any. */
  async #next(state: State): Promise<boolean> {
    const { events, heldMax } = this.#parts
    if (state.holding.size >= heldMax) return false
    const last = await events.last()
    const page = await events.read(state.through, PAGE, this.#subscriber.topics)
    if (page.length === 0) return this.#pass(state, last)
    const stopAt = page.findIndex((event) => this.#subscriber.accepts(event) === 'stop')
    const taken = stopAt < 0 ? page : page.slice(0, stopAt)
    await this.#handle(state, taken)
    const unknown = page[stopAt]
    if (unknown !== undefined) await this.#stopBefore(unknown)
    return true
  }

  /** Nothing up to here is for the group. Its stored position follows now and then. */
  #pass(state: State, last: number): boolean {
    if (last - state.through >= PASSED_MAX) this.#advance(state, last, [])
    state.through = Math.max(state.through, last)
    return false
  }

  async #handle(state: State, page: readonly LoggedEvent[]): Promise<void> {
    const last = page.at(-1)
    if (last === undefined) return
    this.#parts.reach?.('consumer-read')
    const wanted = page.filter((event) => this.#subscriber.accepts(event) === 'deliver')
    const free = wanted.filter(({ key }) => !state.holding.blocks(key))
    const failures = await tryAll(this.#attempt(state), free)
    const held = wanted.flatMap((event) => this.#heldAfter(state, event, failures))
    this.#advance(state, last.seq, held)
    // What is held up must be on disk before anything after it is worked on.
    if (held.length > 0) await this.#advancing
    for (const one of held) state.holding.add(one)
    state.through = last.seq
  }

  /** What becomes of an event of a page: nothing is left to do, it failed, or it waits behind one that did. */
  #heldAfter(state: State, event: LoggedEvent, failures: Failures): readonly Held[] {
    const failure = failures.get(event.key)
    if (failure === undefined) return state.holding.blocks(event.key) ? [behind(event)] : []
    if (event.seq < failure.seq) return []
    if (event.seq > failure.seq) return [behind(event)]
    const held = failed(event, 0, failure.error, this.#subscriber.retry, this.#parts.clock.nowMs())
    this.#parts.onError(this.#subscriber.name, failure.error, held)
    return [held]
  }

  #advance(state: State, position: number, held: readonly Held[]): void {
    const { deliveries, reach } = this.#parts
    const before = this.#advancing
    this.#advancing = (async () => {
      await before
      await deliveries.advance(state.group, position, held)
      reach?.('consumer-advanced')
    })()
    // It is awaited before the group rests, is read again, or is stopped; until then it may fail quietly.
    this.#advancing.catch(() => undefined)
  }

  async #stopBefore({ seq, type }: LoggedEvent): Promise<void> {
    await this.#advancing
    const why = `it stops on types that it does not know: ${type} at position ${String(seq)}`
    await this.#parts.deliveries.pause(this.#subscriber.name, why)
  }

  #attempt(state: State): Attempt {
    const { deliveries, reach = reachNothing } = this.#parts
    const isStale = (): boolean => this.#isStale(state)
    return {
      subscriber: this.#subscriber,
      deliveries,
      group: state.group,
      signal: this.#stopping.signal,
      isStale,
      reach,
    }
  }

  /** Whether somebody changed the group since: what was paused in the middle of a page must not wait for its end. */
  #isStale(state: State): boolean {
    return this.#state !== state
  }

  #rouse(): void {
    this.#woken = true
    this.#wake()
  }

  /** Waits until it is woken or the time is over. */
  async #pause(milliseconds: number): Promise<void> {
    if (this.#woken || this.#stopping.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = milliseconds === UNTIL_WOKEN ? undefined : setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
