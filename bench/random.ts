/** Numbers that look random and depend on nothing but a seed and an index: loader and oracle make the same ones. */

/** A whole number of 32 bits for each (seed, index). */
export function noise(seed: number, index: number): number {
  let mixed = (Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)) >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** The same list in another order, which the seed decides. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const order = items.map((item, index) => ({ item, at: noise(seed, index) }))
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item)
}
