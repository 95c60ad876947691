/**
 * What operators see of those that read events, and do with them: groups of consumers, which read the log of public
 * events, and Waymark's own workers, which read the outbox. Both are called groups here, by their names.
 */

/** How a group fares. */
export interface GroupState {
  readonly name: string
  readonly kind: 'events' | 'worker'
  /** Nothing up to here is left to read. */
  readonly position: number
  /** The last position of the log that it reads. */
  readonly last: number
  /** What it has yet to read, counted up to `BEHIND_MAX`. Of a group that is not running, events of all topics. */
  readonly behind: number
  /** Events that are to be tried again, or wait behind one of the same key. */
  readonly waiting: number
  readonly dead: number
  /** Why nothing is delivered to it; undefined: something is. */
  readonly paused: string | undefined
  /** Whether this process delivers to it. */
  readonly running: boolean
}

export const BEHIND_MAX = 10_000

/** Where a dead letter lies. */
export interface LetterPlace {
  readonly group: string
  readonly position: number
}

/** An event, or an entry of the outbox, that could not be handled. */
export interface LetterHead extends LetterPlace {
  /** `waiting`: it is tried again, or waits behind one of the same key. */
  readonly state: 'dead' | 'waiting'
  /** Type of the event; undefined where it is no longer kept. */
  readonly type: string | undefined
  /** When it was logged, UTC milliseconds. */
  readonly loggedAtMs: number | undefined
  /** When it last failed; workers do not note it. */
  readonly failedAtMs: number | undefined
  /** When it is tried again. */
  readonly retryAtMs: number | undefined
  /** Failures since it was last driven; workers do not note them. */
  readonly tries: number | undefined
  /** Error, stack and causes; undefined where it only waits behind another. */
  readonly reason: string | undefined
}

/** A public event as it is told to people. */
export interface ToldEvent {
  /** What names a person in it is a pseudonym, unless personal data were asked for. */
  readonly key: string
  /** The CloudEvent in structured form; of a request to recompute, on its topic, the job request that it is there. */
  readonly event: Readonly<Record<string, unknown>>
  /** Why there is no payload; undefined where there is. */
  readonly problem: string | undefined
}

export interface Letter extends LetterHead {
  /** Undefined where it is none, or no longer kept. */
  readonly told: ToldEvent | undefined
  readonly topic: string | undefined
  /** What the outbox says, of a worker's entry that is no public event. */
  readonly entry: Readonly<Record<string, unknown>> | undefined
}

/** What became of a dead letter that was driven again. `waiting`: it is delivered when its turn comes. */
export interface Redriven {
  readonly state: 'delivered' | 'waiting' | 'dead'
  /** Why it failed again. */
  readonly reason: string | undefined
}

/** How many of a group were driven again, and what became of them. */
export type RedrivenCounts = Readonly<Record<'redriven' | Redriven['state'], number>>

/** Events of the log as they were told, oldest first. */
export interface LogPage {
  readonly events: readonly (ToldEvent & { readonly position: number; readonly topic: string })[]
  /** The position to read after for what comes next. */
  readonly next: number
  /** The last position of the log. */
  readonly last: number
}

/** All refusals are WaymarkErrors without a field; GROUP_NOT_FOUND wherever a group is named that is none. */
export interface Operations {
  /** All groups: those of events by name, then the workers. */
  groups(): Promise<readonly GroupState[]>
  group(name: string): Promise<GroupState>
  /** @throws GROUP_BUILT_IN */
  pause(name: string, why: string): Promise<GroupState>
  /** @throws GROUP_BUILT_IN */
  resume(name: string): Promise<GroupState>
  /**
   * Has a group, which may be new, read again from after a position.
   * @throws GROUP_BUILT_IN
   */
  replay(name: string, afterPosition: number): Promise<GroupState>
  /** @throws GROUP_BUILT_IN, GROUP_RUNNING */
  forget(name: string): Promise<void>
  /** Dead letters by group and position: of one group, or of all. */
  letters(group: string | undefined, after: LetterPlace | undefined, limit: number): Promise<readonly LetterHead[]>
  /**
   * One dead letter, or an event that waits.
   * @param personal whether personal data are shown: otherwise pseudonyms and nothing stand for them
   * @throws DEAD_LETTER_NOT_FOUND
   */
  letter(place: LetterPlace, personal: boolean): Promise<Letter>
  /**
   * Has a dead letter tried again: a worker's at once, a group's when its turn comes. What waits already goes on waiting.
   * @throws DEAD_LETTER_NOT_FOUND, GROUP_NOT_RUNNING
   */
  redrive(place: LetterPlace): Promise<Redriven>
  /** @throws GROUP_NOT_RUNNING */
  redriveAll(group: string): Promise<RedrivenCounts>
  /**
   * Gives a dead letter up: what waits behind it goes on.
   * @throws DEAD_LETTER_NOT_FOUND, EVENT_STILL_TRIED
   */
  drop(place: LetterPlace): Promise<void>
  /** Public events after a position, of some topics or of all. */
  events(after: number, limit: number, topics: readonly string[] | undefined, personal: boolean): Promise<LogPage>
}
