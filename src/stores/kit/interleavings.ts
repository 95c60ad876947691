/** Every order of some things. */
export function* interleavings<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) {
    yield items
    return
  }
  for (const [index, first] of items.entries()) {
    for (const rest of interleavings(items.toSpliced(index, 1))) yield [first, ...rest]
  }
}
