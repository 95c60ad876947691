/** A whole installation of public events for one test: outbox, relay, topics, groups and receivers, in memory. */
import { emission } from '../codec/emission.ts'
import type { Transaction } from '../ports/deliveries.ts'
import type { Payload, PayloadInput, PublicEvent } from '../public-events/kernel/public-event.ts'
import type { Commit, ConsumerGroup, Following } from '../workers/consume/consumer-group.ts'
import { inCommit } from '../workers/consume/group-subscriber.ts'
import type { Receiver } from '../workers/consume/receiver.ts'
import { openBusParts, type BusOptions, type BusParts } from './bus-parts.ts'
import { readDeadLetters, type DeadEvent } from './dead-events.ts'
import { assertEmitted, assertNone } from './expectation.ts'
import type { Overrides } from './overrides.ts'
import { BusRecord, type Emitted, type Published } from './record.ts'

/**
 * A bus of its own: no two see anything of each other, and nothing is left behind. Whatever runs in production runs here
 * too, with the store that is the reference of all others; only nobody waits between two tries.
 *
 *   await using bus = testBus({ plugins: [plugin] })
 *   await bus.emit(CollectionCompleted, fake(CollectionCompleted))
 *   await bus.settled()
 *   bus.expectEmitted(BadgeAwarded, [{ badge: { user_id: 'user_id-1' } }])
 *
 * @throws DefinitionError, RouteError, TypeError as the start of an installation would
 */
export function testBus(options: BusOptions = {}): TestBus {
  return new TestBus(options)
}

/** So often handlers may emit what handlers emit on: beyond it they are taken to do so for ever. */
const ROUNDS_MAX = 100

export class TestBus implements AsyncDisposable {
  readonly #parts: BusParts
  readonly #record: BusRecord
  readonly #strict: boolean
  /** Why events were given up since the last time that somebody was told. */
  #givenUp: unknown[] = []
  readonly #stuck = Promise.withResolvers<never>()

  /** Use `testBus`. */
  constructor(options: BusOptions) {
    this.#strict = options.strict ?? true
    // It is told where somebody waits; until then it is no unhandled rejection.
    this.#stuck.promise.catch(() => undefined)
    this.#parts = openBusParts(options, {
      onGivenUp: (error) => this.#givenUp.push(error),
      onStuck: (error) => {
        this.#stuck.reject(error)
      },
    })
    this.#record = new BusRecord(this.#parts)
  }

  /**
   * Emits an event in a commit of its own. It is published when this resolves; who handles it may still be at work.
   * @throws PayloadError, EventTooLarge; what a receiver in the commit throws; TypeError where the bus has no such event
   */
  async emit<E extends PublicEvent>(event: E, payload: PayloadInput<E>, about?: Following): Promise<void> {
    await this.transact((commit) => {
      commit.emit(event, payload, about)
    })
  }

  /**
   * Does work as one commit, as a group or a receiver has it. What it throws is thrown here, and nothing has happened.
   * @throws also TypeError where the work is asynchronous: a commit does not wait
   */
  async transact<T>(work: (commit: Commit) => T): Promise<T> {
    const { store } = this.#parts
    const result = await store.transact((tx) => inCommit('transact', () => work(this.#commitOf(tx))))
    await this.#parts.relay.idle()
    await this.#record.update()
    return result
  }

  /** Payloads of what was emitted, by the test or by a handler that has settled, in the order of commits. */
  emitted<E extends PublicEvent>(event: E): readonly Payload<E>[] {
    return this.events(event).map(({ payload }) => payload)
  }

  /** The same with metadata and key. */
  events<E extends PublicEvent>(event: E): readonly Emitted<E>[] {
    // What has the type was read by its definition.
    return this.#record.emitted.filter((emitted): emitted is Emitted<E> => emitted.metadata.type === event.type)
  }

  /** What stands on all topics, or on one, as its readers see it. */
  published(topic?: string): readonly Published[] {
    const { published } = this.#record
    return topic === undefined ? [...published] : published.filter((event) => event.topic === topic)
  }

  /** @throws AssertionError that shows what was emitted */
  expectNone(event: PublicEvent): void {
    assertNone(event, this.emitted(event))
  }

  /**
   * Holds what was emitted to a list of parts: so many events, in that order, with these fields.
   * @throws AssertionError that shows what was emitted
   */
  expectEmitted<E extends PublicEvent>(event: E, expected: readonly Overrides<PayloadInput<E>>[]): void {
    assertEmitted(event, this.emitted(event), expected)
  }

  /**
   * Waits until every group has handled what there is, and what came of that.
   * @throws where the bus is strict, what made a handler give an event up; several of them as AggregateError
   */
  async settled(): Promise<void> {
    await this.#rest()
    const givenUp = this.#givenUp.splice(0)
    if (!this.#strict || givenUp.length === 0) return
    if (givenUp.length === 1) throw givenUp[0]
    throw new AggregateError(givenUp, `${String(givenUp.length)} events were given up`)
  }

  /** Waits like `settled`, then tells what a group gave up; a strict bus does not complain of it any more. */
  async deadLetters(group: string | ConsumerGroup): Promise<readonly DeadEvent[]> {
    await this.#rest()
    this.#givenUp = []
    return readDeadLetters(this.#parts, typeof group === 'string' ? group : group.name)
  }

  /** What a group or a receiver in the commit keeps under a name. */
  kept(owner: ConsumerGroup | Receiver, name: string): Promise<unknown> {
    const space = 'id' in owner ? `receiver:${owner.id}` : owner.name
    return this.#parts.store.transact((tx) => tx.kept(`${space}/${name}`))
  }

  /** Ends everything, after the events under way. */
  async close(): Promise<void> {
    await this.#parts.runners.stop()
    await this.#parts.relay.stop()
    await this.#parts.store.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #rest(): Promise<void> {
    const { store, relay, runners } = this.#parts
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const before = await store.log.last()
      await relay.idle()
      await Promise.race([runners.idle(), this.#stuck.promise])
      if ((await store.log.last()) === before) return this.#record.update()
    }
    throw new Error(
      `handlers emitted what handlers emit on for ${String(ROUNDS_MAX)} rounds, and do not come to an end`,
    )
  }

  #commitOf(tx: Transaction): Commit {
    return {
      emit: (event, payload, { time, id } = {}) => {
        this.#know(event)
        const now = Temporal.Instant.fromEpochMilliseconds(this.#parts.clock.nowMs())
        tx.emit(emission(event, payload, { time: time ?? now, ...(id === undefined ? {} : { id }) }))
      },
      kept: (name) => tx.kept(`test/${name}`),
      keep: (name, value) => {
        tx.keep(`test/${name}`, value)
      },
    }
  }

  #know(event: PublicEvent): void {
    if (!this.#parts.catalogue.has(event.type)) {
      throw new TypeError(`${event.type} is no event of this bus: name it in \`events\`, or its plugin in \`plugins\``)
    }
    this.#parts.know(event)
  }
}
