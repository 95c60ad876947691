import type { Clock } from '../../ports/clock.ts'
import { reachNothing, type Reach } from '../../ports/crash-points.ts'
import { GroupMoved, type Deliveries, type Group, type Held } from '../../ports/deliveries.ts'
import type { EventLog, LoggedEvent } from '../../ports/event-log.ts'
import { isGeneral, tryAll, tryOne, type Attempt, type Failures } from './attempts.ts'
import { behind, failed, type Holding } from './holding.ts'
import type { Subscriber } from './subscriber.ts'

/** Events that are read at once. */
const PAGE = 500
/** So many events of other topics are passed in memory before the stored position follows. */
const PASSED_MAX = 1_000
/** The wait of a group that has nothing to do. */
export const UNTIL_WOKEN = Number.POSITIVE_INFINITY

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

export interface GroupDeliveryParts extends RunnerParts {
  readonly subscriber: Subscriber
  /** Aborted when the process is to stop. */
  readonly signal: AbortSignal
}

/** A group as it was read: what is next for it, and how far it is. Where somebody changes the group it is of the past. */
export class GroupDelivery {
  readonly group: Group
  readonly holding: Holding
  readonly #parts: GroupDeliveryParts
  /** Read up to here; the stored position may be less. */
  #through: number
  /** Moving on, while the next events are worked on already. */
  #advancing: Promise<void> = Promise.resolve()
  #stale = false

  constructor(group: Group, holding: Holding, parts: GroupDeliveryParts) {
    this.group = group
    this.holding = holding
    this.#through = group.position
    this.#parts = parts
  }

  get through(): number {
    return this.#through
  }

  /** Somebody changed the group: nothing more of it is begun, what was paused must not wait for the end of a page. */
  leave(): void {
    this.#stale = true
  }

  /** Resolves when what is under way has moved the group, or has failed to. */
  async moved(): Promise<void> {
    await this.#advancing.catch(() => undefined)
  }

  /**
   * Does what is next. Answers how long to wait before there may be more, in milliseconds.
   * @throws GroupMoved; whatever the store throws
   */
  async work(): Promise<number> {
    if (this.group.paused !== undefined) return UNTIL_WOKEN
    const { clock } = this.#parts
    const due = this.holding.due(clock.nowMs())
    if (due.length > 0) {
      await this.#driveOn(due)
      return 0
    }
    if (await this.#next()) return 0
    await this.#advancing
    const nextAt = this.holding.nextAtMs()
    return nextAt === undefined ? UNTIL_WOKEN : Math.max(1, nextAt - clock.nowMs())
  }

  /** Tries what is held up and due, key by key, and what waits behind it. */
  async #driveOn(keys: readonly string[]): Promise<void> {
    const left = keys.values()
    const work = async (): Promise<void> => {
      for (const key of left) {
        for (let held = this.holding.next(key); held !== undefined; held = this.holding.next(key)) {
          if (this.#stale) throw new GroupMoved(this.group.name)
          if (!(await this.#tryHeld(held))) break
        }
      }
    }
    const chains = await Promise.allSettled(Array.from({ length: this.#parts.subscriber.concurrency }, work))
    // Only now: what another had begun would be begun a second time beside it.
    for (const chain of chains) if (chain.status === 'rejected') throw chain.reason
  }

  /** Answers whether it was handled. */
  async #tryHeld(held: Held): Promise<boolean> {
    const event = await this.#parts.events.get(held.seq)
    try {
      if (event === undefined) throw new Error('the event is no longer in the log')
      await tryOne(this.#attempt(), event)
      this.holding.remove(held)
      return true
    } catch (error) {
      if (isGeneral(error, this.#parts.signal)) throw error
      const again = failed(held, held.tries, error, this.#parts.subscriber.retry, this.#parts.clock.nowMs())
      await this.#parts.deliveries.advance(this.group, 0, [again])
      this.holding.add(again)
      this.#parts.onError(this.#parts.subscriber.name, error, again)
      return false
    }
  }

  /** Works on the next events of the log. Answers whether there were any. */
  async #next(): Promise<boolean> {
    const { events, heldMax } = this.#parts
    if (this.holding.size >= heldMax) return false
    const last = await events.last()
    const page = await events.read(this.#through, PAGE, this.#parts.subscriber.topics)
    if (page.length === 0) return this.#pass(last)
    const stopAt = page.findIndex((event) => this.#parts.subscriber.accepts(event) === 'stop')
    const taken = stopAt < 0 ? page : page.slice(0, stopAt)
    await this.#handle(taken)
    const unknown = page[stopAt]
    if (unknown !== undefined) await this.#stopBefore(unknown)
    return true
  }

  /** Nothing up to here is for the group. Its stored position follows now and then. */
  #pass(last: number): boolean {
    if (last - this.#through >= PASSED_MAX) this.#advance(last, [])
    this.#through = Math.max(this.#through, last)
    return false
  }

  async #handle(page: readonly LoggedEvent[]): Promise<void> {
    const last = page.at(-1)
    if (last === undefined) return
    this.#parts.reach?.('consumer-read')
    const wanted = page.filter((event) => this.#parts.subscriber.accepts(event) === 'deliver')
    const free = wanted.filter(({ key }) => !this.holding.blocks(key))
    const failures = await tryAll(this.#attempt(), free)
    const held = wanted.flatMap((event) => this.#heldAfter(event, failures))
    this.#advance(last.seq, held)
    // What is held up must be on disk before anything after it is worked on.
    if (held.length > 0) await this.#advancing
    for (const one of held) this.holding.add(one)
    this.#through = last.seq
  }

  /** What becomes of an event of a page: nothing is left to do, it failed, or it waits behind one that did. */
  #heldAfter(event: LoggedEvent, failures: Failures): readonly Held[] {
    const failure = failures.get(event.key)
    if (failure === undefined) return this.holding.blocks(event.key) ? [behind(event)] : []
    if (event.seq < failure.seq) return []
    if (event.seq > failure.seq) return [behind(event)]
    const held = failed(event, 0, failure.error, this.#parts.subscriber.retry, this.#parts.clock.nowMs())
    this.#parts.onError(this.#parts.subscriber.name, failure.error, held)
    return [held]
  }

  #advance(position: number, held: readonly Held[]): void {
    const { deliveries, reach } = this.#parts
    const before = this.#advancing
    this.#advancing = (async () => {
      await before
      await deliveries.advance(this.group, position, held)
      reach?.('consumer-advanced')
    })()
    // It is awaited before the group rests, is read again, or is stopped; until then it may fail quietly.
    this.#advancing.catch(() => undefined)
  }

  async #stopBefore({ seq, type }: LoggedEvent): Promise<void> {
    await this.#advancing
    const why = `it stops on types that it does not know: ${type} at position ${String(seq)}`
    await this.#parts.deliveries.pause(this.#parts.subscriber.name, why)
  }

  #attempt(): Attempt {
    const { subscriber, deliveries, signal, reach = reachNothing } = this.#parts
    return { subscriber, deliveries, group: this.group, signal, isStale: () => this.#stale, reach }
  }
}
