/** One stretch of load: what the benchmark asks of the loader, and what it answers. */
import type { Usage } from './proc.ts'
import type { Load } from './workloads.ts'

export interface Phase {
  readonly load: Load
  readonly port: number
  readonly connections: number
  /** The first request of the workload to send. */
  readonly from: number
  /** Ends after so many requests or so many seconds, whichever is first. */
  readonly countMax: number
  readonly seconds: number
  /** Whether a few thousand requests are sent over and over: for floors, which keep nothing. */
  readonly repeats: boolean
  /** Requests per second, open loop; undefined: closed loop, for saturation alone. */
  readonly rate: number | undefined
  /** Processes whose usage is measured. */
  readonly pids: readonly number[]
}

export interface PhaseResult {
  /** Requests sent, and all answered or failed. */
  readonly sent: number
  /** Answers that were no success, or untrue. */
  readonly errors: number
  readonly firstError: string | undefined
  readonly seconds: number
  /** Share of the time that the loader was busy, 0 to 1. */
  readonly loaderBusy: number
  /** Share of requests that the loader sent late, 0 to 1. */
  readonly late: number
  readonly cpuMs: number
  readonly writtenBytes: number
  readonly rssMb: number
  /** What the processes had used in their lives when the phase ended. */
  readonly atEnd: Usage
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** Answers whose truth was looked at. */
  readonly checked: number
}
