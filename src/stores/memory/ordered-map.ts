import { joinIds } from '../../domain/progress/key.ts'
import { compareText } from '../../domain/id.ts'

/** A map by tuples of ids, read in key order: what a keyed table is, in a few lines. */
export class TupleMap<V> {
  readonly #entries = new Map<string, { readonly ids: readonly string[]; readonly value: V }>()

  get(...ids: readonly string[]): V | undefined {
    return this.#entries.get(joinIds(...ids))?.value
  }

  set(ids: readonly string[], value: V): void {
    this.#entries.set(joinIds(...ids), { ids, value })
  }

  /** Entries whose key begins with these ids, in key order. */
  under(...prefix: readonly string[]): readonly { readonly ids: readonly string[]; readonly value: V }[] {
    const found = [...this.#entries.values()].filter(({ ids }) => prefix.every((id, index) => ids[index] === id))
    return found.sort((a, b) => compareIds(a.ids, b.ids))
  }

  /** Deletes one entry; answers how many there were. */
  delete(...ids: readonly string[]): number {
    return this.#entries.delete(joinIds(...ids)) ? 1 : 0
  }

  /** Deletes entries by their key; answers how many there were. */
  deleteWhere(wanted: (ids: readonly string[]) => boolean): number {
    const found = this.under().filter(({ ids }) => wanted(ids))
    for (const { ids } of found) this.delete(...ids)
    return found.length
  }
}

export function compareIds(a: readonly string[], b: readonly string[]): number {
  for (const [index, id] of a.entries()) {
    const order = compareText(id, b[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}
