/** Chance that can be repeated: the same seed gives the same numbers. For sample data, never for keys. */
export interface Random {
  /** At least 0, below 1. */
  next(): number
  /** A whole number, both ends inside. */
  int(min: number, max: number): number
  /** True with a probability of 0 to 1. */
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[]
}

/** Source: mulberry32 by Tommy Ettinger (public domain), 32 bits of state. */
export function seeded(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error('there is nothing to pick from')
    // The index lies inside the list.
    return list[int(0, list.length - 1)] as T
  }
  const shuffle = <T>(list: readonly T[]): T[] => {
    const keyed = list.map((value) => ({ value, key: next() }))
    return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value)
  }
  return { next, int, chance: (probability) => next() < probability, pick, shuffle }
}
