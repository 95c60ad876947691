/**
 * Places at which a test ends the process, to prove that what was acknowledged survives and that what was not leaves
 * nothing half-done (reliability K8). In production reaching one does nothing.
 */
export const CRASH_POINTS = [
  /** A commit is about to begin: its writes are only in memory. */
  'commit-begin',
  /** The first write of a commit has run, the others have not. */
  'commit-first-write',
  /** Everything is written, nothing is durable. */
  'commit-ready',
  /** Everything is durable, nobody has been told. */
  'commit-done',
  /** A worker has read entries and done nothing with them. */
  'worker-read',
  /** A worker's effects and position are durable. */
  'worker-done',
  /** A group has read events and done nothing with them. */
  'consumer-read',
  /** A handler has done its work outside the commit; that it did is noted nowhere. */
  'consumer-delivered',
  /** Effects of an event are durable, with the note in the inbox; the position is not. */
  'consumer-settled',
  /** The position of a group is durable. */
  'consumer-advanced',
  /** Some of those whom a publication concerns have been recomputed. */
  'republish-page',
  /** Some of the facts that wait are in their table, and still in the intake. */
  'fold-step',
  /** Facts that waited are in their table, and no longer in the intake. */
  'fold-done',
] as const

export type CrashPoint = (typeof CRASH_POINTS)[number]

/** Says that a point was reached. It may not return. */
export type Reach = (point: CrashPoint) => void

export const reachNothing: Reach = () => undefined
