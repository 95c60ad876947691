/** Runs one phase inside the loader: prepares every request, sends them by clock or by answer, counts what came back. */
import { Connection } from './connection.ts'
import { Histogram } from './histogram.ts'
import type { Phase, PhaseResult } from './phase.ts'
import { usageOf } from './proc.ts'
import { bytesOf, prepare, wantedOf } from './requests.ts'
import { isLate, openLoop, type Schedule } from './schedule.ts'
import { workloadOf, type Workload } from './workloads.ts'

/** Every how many answers one is looked at, where the workload can tell true from false. */
const LOOK_EVERY = 16
/** In the mixed workload one request in so many is a read. */
const READ_EVERY = 10
/** How long answers may take after the last request. */
const DRAIN_MS = 30_000

export async function runPhase(phase: Phase, tokens: readonly string[]): Promise<PhaseResult> {
  const run = new Run(phase, tokens)
  return run.toEnd()
}

class Run {
  readonly #phase: Phase
  readonly #tokens: readonly string[]
  readonly #workload: Workload
  readonly #wanted: number
  readonly #requests: readonly Buffer[]
  readonly #latency = new Histogram()
  readonly #free: Connection[] = []
  readonly #counts = { sent: 0, done: 0, errors: 0, late: 0, checked: 0 }
  #firstError: string | undefined
  #deadlineMs = 0
  #acted = false
  #schedule: Schedule | undefined

  constructor(phase: Phase, tokens: readonly string[]) {
    this.#phase = phase
    this.#tokens = tokens
    this.#workload = workloadOf(phase.load)
    this.#wanted = wantedOf(phase)
    this.#requests = prepare(phase, this.#workload, this.#wanted, tokens)
  }

  async toEnd(): Promise<PhaseResult> {
    const { connections: count, port, pids, seconds, rate } = this.#phase
    const connections = await Promise.all(
      Array.from({ length: count }, () =>
        Connection.open(
          port,
          (connection, status, body) => {
            this.#answered(connection, status, body)
          },
          (error) => {
            this.#counts.done += 1
            this.#fail(String(error))
          },
        ),
      ),
    )
    const before = usageOf(pids)
    const begun = performance.now()
    this.#deadlineMs = begun + seconds * 1000
    this.#free.push(...connections)
    if (rate !== undefined) this.#schedule = openLoop(rate, begun)
    const busyMs = await this.#drive()
    const ended = performance.now()
    const after = usageOf(pids)
    for (const connection of connections) connection.close()
    const { sent, errors, late, checked } = this.#counts
    return {
      sent,
      errors: errors + (sent - this.#counts.done),
      firstError: this.#firstError,
      seconds: (ended - begun) / 1000,
      loaderBusy: busyMs / (ended - begun),
      late: sent === 0 ? 0 : late / sent,
      cpuMs: after.cpuMs - before.cpuMs,
      writtenBytes: after.writtenBytes - before.writtenBytes,
      rssMb: after.rssMb,
      atEnd: after,
      p50: this.#latency.quantile(0.5),
      p99: this.#latency.quantile(0.99),
      p999: this.#latency.quantile(0.999),
      checked,
    }
  }

  /** Sends what is due until the end; answers how long the loader was busy. A turn in which nothing happened is idle. */
  #drive(): Promise<number> {
    let idleMs = 0
    const begun = performance.now()
    let turnBegan = begun
    return new Promise((resolve) => {
      const turn = (): void => {
        const now = performance.now()
        this.#sendDue(now)
        const ended = this.#hasEnded(now)
        if (!this.#acted) idleMs += now - turnBegan
        this.#acted = false
        turnBegan = now
        if (ended) resolve(performance.now() - begun - idleMs)
        else setImmediate(turn)
      }
      turn()
    })
  }

  #hasEnded(now: number): boolean {
    const { sent, done } = this.#counts
    const spent = sent >= this.#wanted || now >= this.#deadlineMs
    return spent && (done >= sent || now > this.#deadlineMs + DRAIN_MS)
  }

  #sendDue(now: number): void {
    if (now >= this.#deadlineMs) return
    const due = Math.min(this.#wanted, this.#schedule?.dueBy(now) ?? Number.MAX_SAFE_INTEGER)
    while (this.#counts.sent < due) {
      const connection = this.#free.pop()
      if (connection === undefined) return
      this.#send(connection)
    }
  }

  #send(connection: Connection): void {
    const position = this.#counts.sent
    this.#counts.sent += 1
    this.#acted = true
    const now = performance.now()
    connection.index = this.#phase.from + position
    connection.dueMs = this.#schedule?.due(position) ?? now
    if (this.#schedule !== undefined && isLate(now, connection.dueMs, connection.freeMs)) this.#counts.late += 1
    const { readBack, holds } = this.#workload
    connection.readsBack = readBack !== undefined && position % READ_EVERY === 0 && connection.answered >= 0
    if (connection.readsBack && readBack !== undefined) {
      connection.send(bytesOf(readBack(connection.answered), this.#tokens, connection.index), true)
      return
    }
    const request = this.#requests[position % this.#requests.length]
    if (request !== undefined) connection.send(request, holds !== undefined && position % LOOK_EVERY === 0)
  }

  #answered(connection: Connection, status: number, body: string): void {
    const now = performance.now()
    this.#acted = true
    this.#counts.done += 1
    this.#latency.add(now - connection.dueMs)
    connection.freeMs = now
    if (status < 200 || status > 299) this.#fail(`${String(status)} ${body.slice(0, 300)}`)
    else this.#look(connection, body)
    if (this.#schedule === undefined && this.#counts.sent < this.#wanted && now < this.#deadlineMs)
      this.#send(connection)
    else this.#free.push(connection)
  }

  #look(connection: Connection, body: string): void {
    const { holds, shows } = this.#workload
    if (connection.readsBack) {
      this.#counts.checked += 1
      if (shows?.(connection.answered, body) !== true) this.#fail(`a read does not show what was written: ${body}`)
      return
    }
    connection.answered = connection.index
    if (body === '' || holds === undefined) return
    this.#counts.checked += 1
    if (!holds(connection.index, body)) this.#fail(`a wrong answer: ${body.slice(0, 300)}`)
  }

  #fail(why: string): void {
    this.#counts.errors += 1
    this.#firstError ??= why
  }
}
