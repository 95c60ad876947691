/**
 * Open loop: request i is due at a time that the rate alone decides, whatever became of the requests before it. Latency
 * counts from there, so that a server that stalls cannot hide what its stall did to the requests behind it.
 */
export interface Schedule {
  /** When request i is due, in milliseconds. */
  due(index: number): number
  /** How many requests are due by a moment. */
  dueBy(nowMs: number): number
}

/** @param ratePerSecond requests per second; @param beginMs when the first one is due. */
export function openLoop(ratePerSecond: number, beginMs: number): Schedule {
  const gapMs = 1000 / ratePerSecond
  return {
    due: (index) => beginMs + index * gapMs,
    dueBy: (nowMs) => (nowMs < beginMs ? 0 : Math.floor((nowMs - beginMs) / gapMs) + 1),
  }
}

/** A request that could have been sent this much earlier was sent late: the loader's fault, not the server's. */
export const LATE_MS = 1

/** Whether the loader was late: the request was due and its connection free for longer than LATE_MS. */
export function isLate(sentMs: number, dueMs: number, freeMs: number): boolean {
  return sentMs - Math.max(dueMs, freeMs) > LATE_MS
}
