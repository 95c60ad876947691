import type { Clock } from '../../src/ports/clock.ts'

/** A clock that stands still until a test moves it. */
export class SimulatedClock implements Clock {
  #nowMs: number

  constructor(start: string | number = '2026-03-01T08:00:00Z') {
    this.#nowMs = typeof start === 'number' ? start : Temporal.Instant.from(start).epochMilliseconds
  }

  nowMs(): number {
    return this.#nowMs
  }

  /** Moves on by a duration such as `{ days: 1 }`, in UTC. */
  advance(duration: Temporal.DurationLike): void {
    const now = Temporal.Instant.fromEpochMilliseconds(this.#nowMs).toZonedDateTimeISO('UTC')
    this.#nowMs = now.add(duration).epochMilliseconds
  }

  /** Jumps, forward or back. */
  set(time: string | number): void {
    this.#nowMs = typeof time === 'number' ? time : Temporal.Instant.from(time).epochMilliseconds
  }
}
