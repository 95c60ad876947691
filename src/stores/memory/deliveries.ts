import type { Clock } from '../../ports/clock.ts'
import {
  GroupMoved,
  type DeadQuery,
  type Deliveries,
  type Group,
  type GroupReport,
  type Held,
  type Transaction,
} from '../../ports/deliveries.ts'
import type { Readers } from './event-log.ts'

type Known = Pick<Group, 'name' | 'generation'>

interface Kept {
  group: Group
  /** When each was handled, by generation and id. */
  readonly inbox: Map<string, number>
  readonly held: Map<number, Held>
}

const inboxKey = (generation: number, id: string): string => `${String(generation)} ${id}`

/** What groups have handled, in maps. */
export class MemoryDeliveries implements Deliveries, Readers {
  readonly #clock: Clock
  readonly #transact: <T>(work: (tx: Transaction) => T) => T
  readonly #groups = new Map<string, Kept>()
  readonly #listeners = new Set<(name: string) => void>()

  /** @param transact does work as one commit, or throws and has done nothing */
  constructor(clock: Clock, transact: <T>(work: (tx: Transaction) => T) => T) {
    this.#clock = clock
    this.#transact = transact
  }

  open(name: string, position: number): Promise<Group> {
    return Promise.resolve(this.#open(name, position).group)
  }

  #open(name: string, position: number): Kept {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const kept = {
      group: { name, position, generation: 0, paused: undefined },
      inbox: new Map<string, number>(),
      held: new Map<number, Held>(),
    }
    this.#groups.set(name, kept)
    return kept
  }

  find(name: string): Promise<GroupReport | undefined> {
    const kept = this.#groups.get(name)
    return Promise.resolve(kept === undefined ? undefined : reportOf(kept))
  }

  groups(): Promise<readonly GroupReport[]> {
    const names = [...this.#groups.keys()].sort()
    return Promise.resolve(names.flatMap((name) => this.#groups.get(name) ?? []).map(reportOf))
  }

  held(name: string, limit: number, afterSeq = 0): Promise<readonly Held[]> {
    const held = [...(this.#groups.get(name)?.held.values() ?? [])].filter(({ seq }) => seq > afterSeq)
    return Promise.resolve(held.sort((a, b) => a.seq - b.seq).slice(0, limit))
  }

  dead({ group, after, limit }: DeadQuery): Promise<readonly (Held & { readonly group: string })[]> {
    const names = [...this.#groups.keys()].filter((name) => group === undefined || name === group).sort()
    const all = names.flatMap((name) =>
      this.#dead(name)
        .map((held) => ({ ...held, group: name }))
        .sort((a, b) => a.seq - b.seq),
    )
    const behind = all.filter(
      ({ group, seq }) => after === undefined || (group === after.group ? seq > after.seq : group > after.group),
    )
    return Promise.resolve(behind.slice(0, limit))
  }

  settle(group: Known, event: { seq: number; id: string }, work: (tx: Transaction) => void): Promise<boolean> {
    return Promise.try(() => {
      const kept = this.#known(group.name)
      const key = inboxKey(group.generation, event.id)
      const fresh = !kept.inbox.has(key)
      if (fresh) this.#transact(work)
      kept.inbox.set(key, this.#clock.nowMs())
      kept.held.delete(event.seq)
      return fresh
    })
  }

  settled(group: Known, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { inbox } = this.#known(group.name)
    return Promise.resolve(new Set(ids.filter((id) => inbox.has(inboxKey(group.generation, id)))))
  }

  advance({ name, generation }: Known, position: number, held: readonly Held[]): Promise<void> {
    return Promise.try(() => {
      const kept = this.#known(name)
      if (kept.group.generation !== generation) throw new GroupMoved(name)
      kept.group = { ...kept.group, position: Math.max(position, kept.group.position) }
      for (const one of held) kept.held.set(one.seq, one)
    })
  }

  pause(name: string, why: string | undefined): Promise<boolean> {
    const kept = this.#groups.get(name)
    if (kept === undefined) return Promise.resolve(false)
    kept.group = { ...kept.group, paused: why }
    return this.#changed(name, true)
  }

  async replay(name: string, position: number): Promise<void> {
    const kept = this.#open(name, position)
    for (const seq of kept.held.keys()) if (seq > position) kept.held.delete(seq)
    kept.group = { ...kept.group, position, generation: kept.group.generation + 1 }
    await this.#changed(name, true)
  }

  async redrive(name: string, seq: number | undefined, nowMs: number): Promise<number> {
    const dead = this.#dead(name).filter((one) => seq === undefined || one.seq === seq)
    for (const one of dead) {
      this.#groups.get(name)?.held.set(one.seq, { ...one, state: 'waiting', tries: 0, retryAtMs: nowMs })
    }
    await this.#changed(name, dead.length > 0)
    return dead.length
  }

  drop(name: string, seq: number): Promise<boolean> {
    const dead = this.#dead(name).some((one) => one.seq === seq)
    return this.#changed(name, dead && this.#known(name).held.delete(seq))
  }

  remove(name: string): Promise<boolean> {
    return this.#changed(name, this.#groups.delete(name))
  }

  forget(beforeMs: number, limit: number): Promise<number> {
    let left = limit
    for (const { inbox } of this.#groups.values()) {
      for (const [key, at] of inbox) if (at < beforeMs && left > 0 && inbox.delete(key)) left -= 1
    }
    return Promise.resolve(limit - left)
  }

  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  least(): number | undefined {
    const positions = [...this.#groups.values()].map(({ group }) => group.position)
    return positions.length === 0 ? undefined : Math.min(...positions)
  }

  holds(seq: number): boolean {
    return [...this.#groups.values()].some(({ held }) => held.has(seq))
  }

  #dead(name: string): readonly Held[] {
    return [...(this.#groups.get(name)?.held.values() ?? [])].filter(({ state }) => state === 'dead')
  }

  #known(name: string): Kept {
    const kept = this.#groups.get(name)
    if (kept === undefined) throw new GroupMoved(name)
    return kept
  }

  #changed(name: string, changed: boolean): Promise<boolean> {
    if (changed) for (const listener of this.#listeners) listener(name)
    return Promise.resolve(changed)
  }
}

function reportOf({ group, held }: Kept): GroupReport {
  const states = [...held.values()].map(({ state }) => state)
  const dead = states.filter((state) => state === 'dead').length
  return { ...group, waiting: states.length - dead, dead }
}
