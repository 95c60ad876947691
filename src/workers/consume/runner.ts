import { setTimeout as delay } from 'node:timers/promises'
import { GroupMoved } from '../../ports/deliveries.ts'
import { GroupDelivery, UNTIL_WOKEN, type RunnerParts } from './group-delivery.ts'
import { Holding } from './holding.ts'
import type { Subscriber } from './subscriber.ts'

export interface Runner {
  /** Resolves when everything logged so far is handled, or waits behind a dead letter, or the group is paused. */
  idle(): Promise<void>
  /** Ends after the events under way. */
  stop(): Promise<void>
}

/** First wait after a failure of the store, and the longest. */
const STORE_WAIT_MS = 50
const STORE_WAIT_MAX_MS = 5_000

/** Delivers the event log to one group: in order of each key, each event once in effect. */
export function startRunner(subscriber: Subscriber, parts: RunnerParts): Runner {
  return new GroupRunner(subscriber, parts)
}

class GroupRunner implements Runner {
  readonly #subscriber: Subscriber
  readonly #parts: RunnerParts
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  /** Undefined until it is read, and after somebody changed it. */
  #delivery: GroupDelivery | undefined
  /** The latest, also when it is of the past: what it began must be over before the group is read again. */
  #latest: GroupDelivery | undefined
  /** Whether somebody changed the group while it was being read. */
  #changed = false
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
    if (this.#waitMs === 0 || this.#delivery === undefined) return false
    const { group, holding, through } = this.#delivery
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
        this.#leave()
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
    await this.#latest?.moved()
    for (const end of endings) end()
    this.#turned.resolve()
  }

  /** Does what is next. Answers how long to wait before the next turn. */
  async #turn(): Promise<number> {
    try {
      const delivery = (this.#delivery ??= await this.#openUnchanged())
      const waitMs = await delivery.work()
      this.#storeFailures = 0
      return waitMs
    } catch (error) {
      // What is known of the group may be of the past: it is read again.
      this.#leave()
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
  async #openUnchanged(): Promise<GroupDelivery> {
    for (;;) {
      this.#changed = false
      const delivery = await this.#open()
      if (!this.#changed) return delivery
    }
  }

  async #open(): Promise<GroupDelivery> {
    // What moved it before must be over, or it would be read from before that.
    await this.#latest?.moved()
    const subscriber = this.#subscriber
    const { events, deliveries, heldMax } = this.#parts
    const group = await deliveries.open(subscriber.name, subscriber.from === 'latest' ? await events.last() : 0)
    const holding = new Holding(subscriber.afterDead, await deliveries.held(subscriber.name, heldMax))
    const parts = { ...this.#parts, subscriber, signal: this.#stopping.signal }
    return (this.#latest = new GroupDelivery(group, holding, parts))
  }

  /** What is known of the group is of the past. */
  #leave(): void {
    this.#delivery?.leave()
    this.#delivery = undefined
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
