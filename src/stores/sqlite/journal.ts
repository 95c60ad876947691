/**
 * What changed in memory during the transaction under way, so that memory can be undone with it. A cache that knew of
 * a row that was rolled back would lose what comes next.
 */
export class Journal {
  readonly #undos: (() => void)[] = []

  /** Notes how to take back a change that was just made. */
  note(undo: () => void): void {
    this.#undos.push(undo)
  }

  /** A point to return to. */
  mark(): number {
    return this.#undos.length
  }

  /** Takes back everything since a mark, the latest first. */
  undo(mark = 0): void {
    while (this.#undos.length > mark) this.#undos.pop()?.()
  }

  /** The transaction holds. */
  clear(): void {
    this.#undos.length = 0
  }
}
