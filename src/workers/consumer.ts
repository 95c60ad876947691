import type { Occurrence } from '../domain/outbox.ts'
import type { Log, LogEntry } from '../ports/log.ts'

/** Who reads what of the log. */
export interface LogReader {
  /** The name of its stored position. */
  readonly name: string
  /** Entries of other types cost it nothing. */
  readonly types: readonly Occurrence['type'][]
}

/** A reader that does something with what it reads. */
export interface Consumer extends LogReader {
  /**
   * Handles entries in order and moves the position past the last one, in the commit of its effects where it can.
   * Delivery is at least once: entries may come again. Once told to stop it may end early, the position unmoved.
   */
  handle(entries: readonly LogEntry[], stopping: AbortSignal): Promise<void>
  /** So long after an entry came it waits for more, so that they share a commit. Left out: it does not. */
  readonly lingerMs?: number
}

/** Whether nothing is left to read. The position alone does not tell: it may stand before entries of other types. */
export async function isCaughtUp(log: Log, { name, types }: LogReader): Promise<boolean> {
  const next = await log.read(await log.position(name), 1, types)
  return next.length === 0
}
