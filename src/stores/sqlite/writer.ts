import type { DatabaseSync } from 'node:sqlite'
import { WaymarkError } from '../../domain/errors.ts'
import { nextTurn, type Defer } from '../../ports/clock.ts'
import { reachNothing, type Reach } from '../../ports/crash-points.ts'

export interface WriterLimits {
  readonly queueMax: number
  readonly commitMax: number
  readonly retryAfterSeconds: number
}

/** Called after each commit: rows of work in it and how long it took. */
export type CommitListener = (writes: number, milliseconds: number) => void

/** Watches over what an answer of success promises. */
export interface Guard {
  /** Called after a commit, before anyone is told: throws StoreBroken where it would not be found again. */
  readonly check: () => void
  /** The promise can no longer be kept: nothing more is written, and the process is to stop. */
  readonly broken: (error: StoreBroken) => void
}

/** What was answered so far is kept, what comes next could be lost: the process must stop. */
export class StoreBroken extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StoreBroken'
  }
}

const NO_GUARD: Guard = { check: () => undefined, broken: () => undefined }

interface Job {
  readonly work: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How one job fared inside a transaction that has not committed yet. */
type Outcome = { readonly value: unknown } | { readonly error: unknown }

/**
 * Group commit: writes queue up during one turn of the event loop and are committed together; only after COMMIT
 * returned are their promises resolved (DESIGN decision 3). A write that fails is undone alone.
 */
export class Writer {
  readonly #database: DatabaseSync
  readonly #limits: WriterLimits
  readonly #onCommit: CommitListener
  readonly #reach: Reach
  readonly #defer: Defer
  readonly #guard: Guard
  #failing: WaymarkError | undefined
  #broken: WaymarkError | undefined
  #queue: Job[] = []
  #armed = false
  #closing = false

  constructor(
    database: DatabaseSync,
    limits: WriterLimits,
    onCommit: CommitListener,
    reach: Reach = reachNothing,
    defer: Defer = nextTurn,
    guard: Guard = NO_GUARD,
  ) {
    this.#database = database
    this.#limits = limits
    this.#onCommit = onCommit
    this.#reach = reach
    this.#defer = defer
    this.#guard = guard
  }

  /** Why the last commit failed, where the reason is the store; undefined when writing works. */
  get failing(): WaymarkError | undefined {
    return this.#broken ?? this.#failing
  }

  get queued(): number {
    return this.#queue.length
  }

  /**
   * Runs `work` inside the next commit. It must be synchronous, and must bear running twice: if a batch-mate fails, the
   * transaction is rolled back and every job runs again.
   * @param own for the few writes of the process itself: they are not refused for what clients have queued, or summaries
   * would fall behind for as long as an overload lasts.
   */
  submit<T>(work: () => T, own: 'own' | 'client' = 'client'): Promise<T> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken)
    if (this.#closing) return Promise.reject(new WaymarkError('STOPPING'))
    if (own === 'client' && this.#queue.length >= this.#limits.queueMax) {
      const { retryAfterSeconds } = this.#limits
      return Promise.reject(new WaymarkError('OVERLOADED', { retryAfterSeconds }))
    }
    return new Promise<T>((resolve, reject) => {
      // The queue holds jobs of all types; each promise gets back what its own work returned.
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject })
      this.#arm()
    })
  }

  /** Commits what is queued and takes no more. */
  close(): void {
    this.#closing = true
    while (this.#queue.length > 0) this.#flush()
  }

  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    this.#defer(() => {
      this.#armed = false
      this.#flush()
      if (this.#queue.length > 0) this.#arm()
    })
  }

  #flush(): void {
    if (this.#queue.length === 0) return
    const jobs = this.#queue.splice(0, this.#limits.commitMax)
    if (this.#broken !== undefined) {
      for (const job of jobs) job.reject(this.#broken)
      return
    }
    const begun = performance.now()
    this.#reach('commit-begin')
    let outcomes: readonly Outcome[]
    try {
      outcomes = this.#commitTogether(jobs) ?? this.#commitApart(jobs)
      this.#guard.check()
    } catch (error) {
      this.#rollback()
      const failure = this.#noteFailure(error)
      for (const job of jobs) job.reject(failure)
      return
    }
    this.#failing = undefined
    this.#reach('commit-done')
    this.#onCommit(jobs.length, performance.now() - begun)
    jobs.forEach((job, index) => {
      const outcome = outcomes[index]
      if (outcome === undefined || 'error' in outcome) job.reject(this.#noteFailure(outcome?.error))
      else job.resolve(outcome.value)
    })
  }

  /** The usual way: no savepoints. Undefined where some job failed, with everything rolled back. */
  #commitTogether(jobs: readonly Job[]): readonly Outcome[] | undefined {
    this.#database.exec('BEGIN IMMEDIATE')
    const outcomes: Outcome[] = []
    try {
      for (const job of jobs) {
        outcomes.push({ value: job.work() })
        if (outcomes.length === 1) this.#reach('commit-first-write')
      }
    } catch {
      // Which job it was, and why, shows when each runs in a savepoint of its own.
      this.#rollback()
      return undefined
    }
    this.#reach('commit-ready')
    this.#database.exec('COMMIT')
    return outcomes
  }

  #commitApart(jobs: readonly Job[]): readonly Outcome[] {
    this.#database.exec('BEGIN IMMEDIATE')
    const outcomes: Outcome[] = []
    for (const job of jobs) {
      this.#database.exec('SAVEPOINT job')
      try {
        outcomes.push({ value: job.work() })
      } catch (error) {
        // An I/O error ends the whole transaction in SQLite: then there is nothing left to commit.
        if (!this.#database.isTransaction) throw error
        this.#database.exec('ROLLBACK TO job')
        outcomes.push({ error })
      }
      this.#database.exec('RELEASE job')
    }
    this.#database.exec('COMMIT')
    return outcomes
  }

  /** Remembers a failure of the store; answers what a caller is told of it. */
  #noteFailure(error: unknown): unknown {
    const failure = storeError(error)
    if (failure instanceof WaymarkError && (failure.code === 'STORE_FULL' || failure.code === 'STORE_UNAVAILABLE')) {
      this.#failing = failure
      const broken = brokenBy(error)
      if (broken !== undefined && this.#broken === undefined) {
        this.#broken = failure
        this.#guard.broken(broken)
      }
    }
    return failure
  }

  #rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
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

function brokenBy(error: unknown): StoreBroken | undefined {
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
