import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { WaymarkError } from '../../domain/errors.ts'
import { nextTurn, type Defer } from '../../ports/clock.ts'
import { reachNothing, type Reach } from '../../ports/crash-points.ts'
import { brokenBy, storeError, type StoreBroken } from './store-failure.ts'

export interface WriterLimits {
  readonly queueMax: number
  readonly commitMax: number
  readonly retryAfterSeconds: number
}

/** What is kept in memory of what a transaction writes: it goes back with the transaction, and is written before its end. */
export interface Companion {
  /** A point to return to. */
  mark(): number
  /** Takes back what changed since a mark, or since the transaction began. */
  undo(mark?: number): void
  /** Writes what belongs to this commit: the last statements before COMMIT. */
  seal(): void
  /** The commit holds. */
  committed(): void
}

const NO_COMPANION: Companion = {
  mark: () => 0,
  undo: () => undefined,
  seal: () => undefined,
  committed: () => undefined,
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

/** A commit waits for so many turns of the event loop at most. */
const TURNS_MAX = 4

const NO_GUARD: Guard = { check: () => undefined, broken: () => undefined }

/** What a writer works with beside its database. */
export interface WriterParts {
  readonly onCommit?: CommitListener | undefined
  readonly reach?: Reach | undefined
  readonly defer?: Defer | undefined
  readonly guard?: Guard | undefined
  readonly companion?: Companion | undefined
}

interface Job {
  readonly work: () => unknown
  readonly own: 'own' | 'client'
  readonly writes: number
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
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #limits: WriterLimits
  readonly #onCommit: CommitListener
  readonly #reach: Reach
  readonly #defer: Defer
  readonly #guard: Guard
  readonly #companion: Companion
  #failing: WaymarkError | undefined
  #broken: WaymarkError | undefined
  #queue: Job[] = []
  #queued = 0
  /** Those of them that clients wait for: the work of the process itself must not make it refuse theirs. */
  #queuedByClients = 0
  #armed = false
  #closing = false

  constructor(database: DatabaseSync, limits: WriterLimits, parts: WriterParts = {}) {
    this.#database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#limits = limits
    this.#onCommit = parts.onCommit ?? (() => undefined)
    this.#reach = parts.reach ?? reachNothing
    this.#defer = parts.defer ?? nextTurn
    this.#guard = parts.guard ?? NO_GUARD
    this.#companion = parts.companion ?? NO_COMPANION
  }

  /** Why the last commit failed, where the reason is the store; undefined when writing works. */
  get failing(): WaymarkError | undefined {
    return this.#broken ?? this.#failing
  }

  /** Writes that wait for a commit. */
  get queued(): number {
    return this.#queued
  }

  /**
   * Runs `work` inside the next commit. It must be synchronous, and must bear running twice: if a batch-mate fails, the
   * transaction is rolled back and every job runs again.
   * @param own for the few writes of the process itself: they are not refused for what clients have queued, or summaries
   * would fall behind for as long as an overload lasts.
   * @param writes how many writes it stands for.
   */
  submit<T>(work: () => T, own: 'own' | 'client' = 'client', writes = 1): Promise<T> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken)
    if (this.#closing) return Promise.reject(new WaymarkError('STOPPING'))
    if (own === 'client' && this.#queuedByClients >= this.#limits.queueMax) {
      const { retryAfterSeconds } = this.#limits
      return Promise.reject(new WaymarkError('OVERLOADED', { retryAfterSeconds }))
    }
    return new Promise<T>((resolve, reject) => {
      // The queue holds jobs of all types; each promise gets back what its own work returned.
      this.#queue.push({ work, own, writes, resolve: resolve as (value: unknown) => void, reject })
      this.#queued += writes
      if (own === 'client') this.#queuedByClients += writes
      this.#arm()
    })
  }

  /** Commits what is queued, and with it what the store itself has left to write, and takes no more. */
  close(last: () => void = () => undefined): void {
    void this.submit(last, 'own').catch(() => undefined)
    this.#closing = true
    while (this.#queue.length > 0) this.#flush()
  }

  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    this.#await(this.#queue.length, TURNS_MAX)
  }

  /** Commits as soon as a turn brought nothing new: while more requests come in, they share what a commit costs. */
  #await(seen: number, turns: number): void {
    this.#defer(() => {
      if (turns > 1 && this.#queue.length > seen) return this.#await(this.#queue.length, turns - 1)
      this.#armed = false
      this.#flush()
      if (this.#queue.length > 0) this.#arm()
    })
  }

  #flush(): void {
    const jobs = this.#take()
    if (jobs.length === 0) return
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
    this.#companion.committed()
    this.#reach('commit-done')
    this.#onCommit(writesOf(jobs), performance.now() - begun)
    jobs.forEach((job, index) => {
      const outcome = outcomes[index]
      if (outcome === undefined || 'error' in outcome) job.reject(this.#noteFailure(outcome?.error))
      else job.resolve(outcome.value)
    })
  }

  /** The jobs of the next commit, oldest first: at least one, where there is one, and about as many writes as it may hold. */
  #take(): readonly Job[] {
    let [writes, byClients, count] = [0, 0, 0]
    for (const job of this.#queue) {
      if (count > 0 && writes + job.writes > this.#limits.commitMax) break
      writes += job.writes
      if (job.own === 'client') byClients += job.writes
      count += 1
    }
    this.#queued -= writes
    this.#queuedByClients -= byClients
    return this.#queue.splice(0, count)
  }

  /** The usual way: no savepoints. Undefined where some job failed, with everything rolled back. */
  #commitTogether(jobs: readonly Job[]): readonly Outcome[] | undefined {
    this.#begin.run()
    const outcomes: Outcome[] = []
    try {
      for (const job of jobs) {
        outcomes.push({ value: job.work() })
        if (outcomes.length === 1) this.#reach('commit-first-write')
      }
      this.#companion.seal()
    } catch {
      // Which job it was, and why, shows when each runs in a savepoint of its own.
      this.#rollback()
      return undefined
    }
    this.#reach('commit-ready')
    this.#commit.run()
    return outcomes
  }

  #commitApart(jobs: readonly Job[]): readonly Outcome[] {
    this.#begin.run()
    const outcomes: Outcome[] = []
    for (const job of jobs) {
      const mark = this.#companion.mark()
      this.#database.exec('SAVEPOINT job')
      try {
        outcomes.push({ value: job.work() })
      } catch (error) {
        // An I/O error ends the whole transaction in SQLite: then there is nothing left to commit.
        if (!this.#database.isTransaction) throw error
        this.#database.exec('ROLLBACK TO job')
        this.#companion.undo(mark)
        outcomes.push({ error })
      }
      this.#database.exec('RELEASE job')
    }
    this.#companion.seal()
    this.#commit.run()
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
    this.#companion.undo()
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
  }
}

function writesOf(jobs: readonly Job[]): number {
  let writes = 0
  for (const job of jobs) writes += job.writes
  return writes
}
