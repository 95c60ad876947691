import type { Every } from '../ports/clock.ts'

/** What is done again and again beside everything else. */
export interface Again {
  /** How long from one turn to the next, milliseconds. */
  readonly everyMs: number
  readonly every: Every
  /** One turn; the next does not begin before it is over. It asks between its steps whether it is to end. */
  readonly turn: (ended: () => boolean) => Promise<void>
  /** Told why a turn failed; the next is made all the same. */
  readonly onError: (error: unknown) => void
}

/** Does something again and again. Returns what ends it. */
export function again({ everyMs, every, turn, onError }: Again): () => void {
  let [ended, turning] = [false, false]
  const take = async (): Promise<void> => {
    if (turning) return
    turning = true
    try {
      await turn(() => ended)
    } catch (error) {
      if (!ended) onError(error)
    } finally {
      turning = false
    }
  }
  const end = every(everyMs, () => void take())
  return () => {
    ended = true
    end()
  }
}
