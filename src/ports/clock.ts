/** Time is handed in (DESIGN decision 8): nothing below main reads the machine's clock. */
export interface Clock {
  /** Wall clock, UTC milliseconds since 1970. It may jump. */
  nowMs(): number
}
