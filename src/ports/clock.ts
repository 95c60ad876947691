/** Time is handed in (DESIGN decision 8): nothing below main reads the machine's clock. */
export interface Clock {
  /** Wall clock, UTC milliseconds since 1970. It may jump. */
  nowMs(): number
}

/** Has work run later, after the code that is running now. Handed in, so that a simulation decides when and in which order. */
export type Defer = (work: () => void) => void

/** The default: in the next turn of the event loop. */
export const nextTurn: Defer = (work) => {
  setImmediate(work)
}

/** Has work run again and again; answers how to end that. Handed in for the same reason. */
export type Every = (milliseconds: number, work: () => void) => () => void

/** The default: a timer that does not keep the process alive. */
export const everyInterval: Every = (milliseconds, work) => {
  const timer = setInterval(work, milliseconds).unref()
  return () => {
    clearInterval(timer)
  }
}
