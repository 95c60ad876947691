import { WaymarkError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { GroupReport } from '../../ports/deliveries.ts'
import type { LogEntry } from '../../ports/log.ts'
import {
  BEHIND_MAX,
  type GroupState,
  type Letter,
  type LetterHead,
  type LetterPlace,
  type LogPage,
  type Operations,
  type Redriven,
  type RedrivenCounts,
} from '../../ports/operations.ts'
import type { Store } from '../../ports/store.ts'
import type { Subscriber } from '../consume/subscriber.ts'
import type { LogReader } from '../consumer.ts'
import type { Loop } from '../loop.ts'
import { OWN_WORKERS } from '../own-workers.ts'
import { reasonOf } from '../reason.ts'
import { isEntryToBlame } from '../retries.ts'
import { heldAt, letterAt, lettersAfter } from './letters.ts'
import { tellEvent, type TellingParts } from './tell-event.ts'

export interface OperationsParts extends TellingParts {
  readonly store: Pick<Store, 'log' | 'events' | 'deliveries'>
  readonly clock: Clock
  /** The workers of this process. */
  readonly workers: () => readonly Pick<Loop, 'reader' | 'redrive'>[]
  /** The groups that this process delivers to. */
  readonly subscribers: () => readonly Pick<Subscriber, 'name' | 'topics'>[]
}

/** Dead letters that a worker is given at a time when all are driven again. */
const PAGE = 100

export class GroupOperations implements Operations {
  readonly #parts: OperationsParts

  constructor(parts: OperationsParts) {
    this.#parts = parts
  }

  async groups(): Promise<readonly GroupState[]> {
    const groups = await this.#parts.store.deliveries.groups()
    const workers = await this.#workers()
    return Promise.all([
      ...groups.map((group) => this.#groupState(group)),
      ...workers.map((reader) => this.#workerState(reader)),
    ])
  }

  async group(name: string): Promise<GroupState> {
    const worker = await this.#worker(name)
    if (worker !== undefined) return this.#workerState(worker)
    const group = await this.#parts.store.deliveries.find(name)
    if (group === undefined) throw new WaymarkError('GROUP_NOT_FOUND')
    return this.#groupState(group)
  }

  /** Those that run, and those that left dead letters before they no longer did. */
  async #workers(): Promise<readonly LogReader[]> {
    const running = this.#parts.workers().map(({ reader }) => reader)
    const left = await this.#parts.store.log.deadLetterCounts()
    const gone = [...left.keys()].filter((name) => !running.some((reader) => reader.name === name))
    return [...running, ...gone.map((name) => OWN_WORKERS.get(name) ?? { name, types: [] })]
  }

  async #worker(name: string): Promise<LogReader | undefined> {
    return (await this.#workers()).find((reader) => reader.name === name)
  }

  async #groupState(group: GroupReport): Promise<GroupState> {
    const { events } = this.#parts.store
    const { name, position, waiting, dead, paused } = group
    const subscriber = this.#parts.subscribers().find((other) => other.name === name)
    const behind = await events.count(position, BEHIND_MAX, subscriber?.topics)
    const running = subscriber !== undefined
    return { name, kind: 'events', position, last: await events.last(), behind, waiting, dead, paused, running }
  }

  async #workerState({ name, types }: LogReader): Promise<GroupState> {
    const { log } = this.#parts.store
    const position = await log.position(name)
    const behind = await log.count(position, BEHIND_MAX, types)
    const dead = (await log.deadLetterCounts()).get(name) ?? 0
    const running = this.#parts.workers().some(({ reader }) => reader.name === name)
    const last = await log.last()
    return { name, kind: 'worker', position, last, behind, waiting: 0, dead, paused: undefined, running }
  }

  async pause(name: string, why: string): Promise<GroupState> {
    refuseWorker(name)
    if (!(await this.#parts.store.deliveries.pause(name, why))) throw new WaymarkError('GROUP_NOT_FOUND')
    return this.group(name)
  }

  async resume(name: string): Promise<GroupState> {
    refuseWorker(name)
    if (!(await this.#parts.store.deliveries.pause(name, undefined))) throw new WaymarkError('GROUP_NOT_FOUND')
    return this.group(name)
  }

  async replay(name: string, afterPosition: number): Promise<GroupState> {
    refuseWorker(name)
    await this.#parts.store.deliveries.replay(name, afterPosition)
    return this.group(name)
  }

  async forget(name: string): Promise<void> {
    refuseWorker(name)
    if (this.#parts.subscribers().some((other) => other.name === name)) throw new WaymarkError('GROUP_RUNNING')
    if (!(await this.#parts.store.deliveries.remove(name))) throw new WaymarkError('GROUP_NOT_FOUND')
  }

  async letters(
    group: string | undefined,
    after: LetterPlace | undefined,
    limit: number,
  ): Promise<readonly LetterHead[]> {
    if (group !== undefined) await this.#known(group)
    return lettersAfter(this.#parts.store, group, after, limit)
  }

  async letter(place: LetterPlace, personal: boolean): Promise<Letter> {
    await this.#known(place.group)
    return letterAt(this.#parts.store, place, this.#parts, personal)
  }

  async redrive(place: LetterPlace): Promise<Redriven> {
    const { log, deliveries } = this.#parts.store
    await this.#known(place.group)
    const parked = await log.deadLetter(place.group, place.position)
    if (parked !== undefined) return this.#handleAgain(place.group, parked.entry)
    const held = await heldAt(this.#parts.store, place)
    if (held === undefined) throw new WaymarkError('DEAD_LETTER_NOT_FOUND')
    await deliveries.redrive(place.group, place.position, this.#parts.clock.nowMs())
    return { state: 'waiting', reason: undefined }
  }

  async redriveAll(group: string): Promise<RedrivenCounts> {
    await this.#known(group)
    if ((await this.#worker(group)) !== undefined) return this.#handleAllAgain(group)
    const waiting = await this.#parts.store.deliveries.redrive(group, undefined, this.#parts.clock.nowMs())
    return { redriven: waiting, delivered: 0, waiting, dead: 0 }
  }

  async #handleAllAgain(consumer: string): Promise<RedrivenCounts> {
    const counts = { redriven: 0, delivered: 0, waiting: 0, dead: 0 }
    let seq = 0
    for (;;) {
      const page = await this.#parts.store.log.deadLetters({ consumer, after: { consumer, seq }, limit: PAGE })
      for (const { entry } of page) {
        counts[(await this.#handleAgain(consumer, entry)).state] += 1
        counts.redriven += 1
        ;({ seq } = entry)
      }
      if (page.length < PAGE) return counts
    }
  }

  async #handleAgain(consumer: string, entry: LogEntry): Promise<Redriven> {
    const loop = this.#parts.workers().find(({ reader }) => reader.name === consumer)
    if (loop === undefined) throw new WaymarkError('GROUP_NOT_RUNNING')
    try {
      await loop.redrive(entry)
      return { state: 'delivered', reason: undefined }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw new WaymarkError('STOPPING')
      if (!isEntryToBlame(error)) throw error
      return { state: 'dead', reason: reasonOf(error) }
    }
  }

  async drop(place: LetterPlace): Promise<void> {
    const { log, deliveries } = this.#parts.store
    await this.#known(place.group)
    if (await log.resolve(place.group, place.position)) return
    if (await deliveries.drop(place.group, place.position)) return
    const held = await heldAt(this.#parts.store, place)
    throw new WaymarkError(held === undefined ? 'DEAD_LETTER_NOT_FOUND' : 'EVENT_STILL_TRIED')
  }

  async events(
    after: number,
    limit: number,
    topics: readonly string[] | undefined,
    personal: boolean,
  ): Promise<LogPage> {
    const { events } = this.#parts.store
    // Asked for before: what is appended meanwhile is not passed over.
    const last = await events.last()
    const page = await events.read(after, limit, topics)
    const told = page.map((event) => {
      const { seq: position, topic } = event
      return { position, topic, ...tellEvent(event, this.#parts, personal) }
    })
    const read = page.at(-1)?.seq ?? after
    return { events: told, next: page.length < limit ? Math.max(read, last) : read, last }
  }

  /** @throws WaymarkError GROUP_NOT_FOUND */
  async #known(name: string): Promise<void> {
    if ((await this.#worker(name)) !== undefined) return
    if ((await this.#parts.store.deliveries.find(name)) === undefined) throw new WaymarkError('GROUP_NOT_FOUND')
  }
}

/** @throws WaymarkError GROUP_BUILT_IN */
function refuseWorker(name: string): void {
  if (OWN_WORKERS.has(name)) throw new WaymarkError('GROUP_BUILT_IN')
}
