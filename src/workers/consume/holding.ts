import type { Held } from '../../ports/deliveries.ts'
import { reasonOf } from '../reason.ts'
import { TryLater, Unreadable, type RetryRule, type Subscriber } from './subscriber.ts'

/** What is held up in a group, by key: the order within a key is kept, and no key waits for another. */
export class Holding {
  readonly #afterDead: Subscriber['afterDead']
  readonly #keys = new Map<string, Held[]>()
  #size = 0

  /** @param held by position */
  constructor(afterDead: Subscriber['afterDead'], held: readonly Held[]) {
    this.#afterDead = afterDead
    for (const one of held) this.add(one)
  }

  /** Events that are held up. */
  get size(): number {
    return this.#size
  }

  /** Adds one behind all others of its key, or puts it in the place of what was known of it. */
  add(held: Held): void {
    const known = this.#keys.get(held.key)
    const index = known?.findIndex(({ seq }) => seq === held.seq) ?? -1
    if (known === undefined) this.#keys.set(held.key, [held])
    else if (index >= 0) known[index] = held
    else known.push(held)
    if (index < 0) this.#size += 1
  }

  remove({ key, seq }: Pick<Held, 'key' | 'seq'>): void {
    const left = this.#keys.get(key)?.filter((held) => held.seq !== seq) ?? []
    this.#size -= (this.#keys.get(key)?.length ?? 0) - left.length
    if (left.length === 0) this.#keys.delete(key)
    else this.#keys.set(key, left)
  }

  /** Whether an event of this key would have to wait. */
  blocks(key: string): boolean {
    return this.#next(key) !== undefined || (this.#afterDead === 'park' && this.#keys.has(key))
  }

  /** The event of a key that is to be tried next; undefined where there is none, or where a dead letter is before it. */
  next(key: string): Held | undefined {
    return this.#next(key)
  }

  #next(key: string): Held | undefined {
    const held = this.#keys.get(key) ?? []
    const next = this.#afterDead === 'park' ? held[0] : held.find(({ state }) => state === 'waiting')
    return next?.state === 'waiting' ? next : undefined
  }

  /** Keys whose next event is due. */
  due(nowMs: number): readonly string[] {
    return [...this.#keys.keys()].filter((key) => (this.#next(key)?.retryAtMs ?? Number.POSITIVE_INFINITY) <= nowMs)
  }

  /** When the next is due; undefined where none ever is. */
  nextAtMs(): number | undefined {
    const times = [...this.#keys.keys()].flatMap((key) => this.#next(key)?.retryAtMs ?? [])
    return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time))
  }
}

/** What becomes of an event that failed: it is tried again, or is a dead letter. */
export function failed(
  event: Pick<Held, 'key' | 'seq'>,
  triesBefore: number,
  error: unknown,
  retry: RetryRule,
  nowMs: number,
): Held {
  const tries = triesBefore + 1
  const dead = error instanceof Unreadable || tries >= retry.max
  const rising = Math.min(retry.firstMs * 2 ** Math.min(tries - 1, 30), retry.mostMs)
  const waitMs = error instanceof TryLater ? Math.max(rising, error.afterMs) : rising
  return {
    seq: event.seq,
    key: event.key,
    state: dead ? 'dead' : 'waiting',
    tries,
    retryAtMs: nowMs + waitMs,
    failedAtMs: nowMs,
    reason: reasonOf(error),
  }
}

/** An event that waits behind one of the same key. */
export function behind({ key, seq }: Pick<Held, 'key' | 'seq'>): Held {
  return { seq, key, state: 'waiting', tries: 0, retryAtMs: 0, failedAtMs: undefined, reason: undefined }
}
