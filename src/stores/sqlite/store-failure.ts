/** What SQLite says of the disk, as what a caller is told and what the process must do. */
import { WaymarkError } from '../../domain/errors.ts'

/** What was answered so far is kept, what comes next could be lost: the process must stop. */
export class StoreBroken extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StoreBroken'
  }
}

/** SQLite's primary result codes that are a state of the disk, not a fault of the program. */
const SQLITE_FULL = 13
const STORE_STATES: ReadonlySet<number> = new Set([5, 6, 8, 10, 11, 14, 26])

/**
 * After a failed sync the system may count pages as written that never were, and a second try as done: what is answered
 * from then on could be lost, so there is no second try.
 */
const SYNC_FAILURES: ReadonlySet<number> = new Set([10 | (4 << 8), 10 | (5 << 8)])

/** Why nothing more may be promised after this error; undefined where it is no such error. */
export function brokenBy(error: unknown): StoreBroken | undefined {
  if (error instanceof StoreBroken) return error
  if (!(error instanceof Error) || !('errcode' in error) || !SYNC_FAILURES.has(Number(error.errcode))) return undefined
  return new StoreBroken(
    'the disk did not confirm that it kept a write, so Waymark stopped: everything answered with success before is kept. Check the disk, then start again',
    error,
  )
}

/** What a caller is told of an error below: expected refusals pass, states of the disk get a code, the rest stays. */
export function storeError(error: unknown): unknown {
  if (error instanceof WaymarkError) return error
  if (error instanceof StoreBroken) return new WaymarkError('STORE_UNAVAILABLE', { cause: error, retryAfterSeconds: 1 })
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
  if (code === SQLITE_FULL) return new WaymarkError('STORE_FULL', { cause: error, retryAfterSeconds: 10 })
  if (code !== undefined && STORE_STATES.has(code)) {
    return new WaymarkError('STORE_UNAVAILABLE', { cause: error, retryAfterSeconds: 1 })
  }
  return error
}
