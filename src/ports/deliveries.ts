/**
 * What groups of consumers have handled of the event log: position, inbox, and what is held up. Kept beside the store, so
 * that the effects of handling an event and the note that it was handled are one commit.
 */
import type { Emission } from '../domain/emission.ts'

/** What a commit may do beside its main work. Nothing of it happens where the commit does not. */
export interface Transaction {
  /** Puts a public event into the outbox. */
  emit(emission: Emission): void
  /** What was kept under a name; undefined: nothing. */
  kept(name: string): unknown
  /** Keeps a value that JSON can hold under a name; undefined removes it. */
  keep(name: string, value: unknown): void
}

export interface Group {
  readonly name: string
  /** Nothing up to here is left to read. What is held up is before it, and is kept apart. */
  readonly position: number
  /** Grows with every replay: what was handled before one is handled again. */
  readonly generation: number
  /** Why nothing is delivered to it; undefined: something is. */
  readonly paused: string | undefined
}

/** A group with what operators want to know. */
export interface GroupReport extends Group {
  /** Events held up because one before them of the same key failed, or that are to be tried again. */
  readonly waiting: number
  /** Events that failed for good: dead letters. */
  readonly dead: number
}

/**
 * An event that a group could not handle, or that waits behind such a one of the same key.
 *
 *   waiting, tries 0   behind another, or a dead letter that was driven again
 *   waiting, tries n   failed n times; tried again at `retryAtMs`
 *   dead               failed as often as it may; its key waits until somebody drives it again or drops it
 */
export interface Held {
  readonly seq: number
  readonly key: string
  readonly state: 'waiting' | 'dead'
  readonly tries: number
  readonly retryAtMs: number
  /** When it last failed, UTC milliseconds. */
  readonly failedAtMs: number | undefined
  /** Error and stack of the last failure; nothing of the payload. */
  readonly reason: string | undefined
}

/** Which dead letters, by group and position. */
export interface DeadQuery {
  /** Of this group alone; of all where it is left out. */
  readonly group?: string | undefined
  /** Those behind this one. */
  readonly after?: { readonly group: string; readonly seq: number } | undefined
  readonly limit: number
}

/** The group was replayed meanwhile: what its runner knows of it is of the past. */
export class GroupMoved extends Error {
  constructor(name: string) {
    super(`group ${name} reads from another position now`)
    this.name = 'GroupMoved'
  }
}

export interface Deliveries {
  /** The group of a name; one that is new begins after `position`. */
  open(name: string, position: number): Promise<Group>
  find(name: string): Promise<GroupReport | undefined>
  /** All groups, by name. */
  groups(): Promise<readonly GroupReport[]>
  /** What is held up, by position. */
  held(name: string, limit: number, afterSeq?: number): Promise<readonly Held[]>
  /** Dead letters, by group and position. */
  dead(query: DeadQuery): Promise<readonly (Held & { readonly group: string })[]>
  /**
   * Notes in one commit that an event was handled, with the effects of that, and no longer holds it up. If `work`
   * throws, nothing happens. `work` may run twice, if its first transaction did not hold.
   * @returns false where it had been handled before: then `work` was not run
   * @throws GroupMoved; whatever `work` throws
   */
  settle(
    group: Pick<Group, 'name' | 'generation'>,
    event: { readonly seq: number; readonly id: string },
    work: (tx: Transaction) => void,
  ): Promise<boolean>
  /** Which of these ids were handled since the last replay. */
  settled(group: Pick<Group, 'name' | 'generation'>, ids: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Moves the group on and notes what is held up, in one commit. A position never moves back.
   * @throws GroupMoved
   */
  advance(group: Pick<Group, 'name' | 'generation'>, position: number, held: readonly Held[]): Promise<void>
  /** Stops or resumes deliveries. Answers false where there is no such group. */
  pause(name: string, why: string | undefined): Promise<boolean>
  /** Has a group, which may be new, read again from after a position: what it handled is handled again. */
  replay(name: string, position: number): Promise<void>
  /** Has dead letters tried again: one, or all. Answers how many. */
  redrive(name: string, seq: number | undefined, nowMs: number): Promise<number>
  /** Gives a dead letter up: what waits behind it goes on. Answers false where there is none. */
  drop(name: string, seq: number): Promise<boolean>
  /** Forgets a group. Answers false where there is none. */
  remove(name: string): Promise<boolean>
  /** Forgets what was handled before a time, at most so many: an event that comes again later is handled again. */
  forget(beforeMs: number, limit: number): Promise<number>
  /** Calls back where somebody else than its runner changed a group. Returns a function that ends this. */
  onChange(listener: (name: string) => void): () => void
}
