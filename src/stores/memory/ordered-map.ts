import { compareText } from '../../domain/id.ts'

/** One id of a key: what lies under it, and the value where the key ends. */
interface Node<V> {
  readonly below: Map<string, Node<V>>
  entry: Entry<V> | undefined
}

interface Entry<V> {
  readonly ids: readonly string[]
  readonly value: V
}

/** A map by tuples of ids, read in key order: what a keyed table is, in a few lines. */
export class TupleMap<V> {
  readonly #root: Node<V> = { below: new Map(), entry: undefined }

  get(...ids: readonly string[]): V | undefined {
    return this.#find(ids)?.entry?.value
  }

  set(ids: readonly string[], value: V): void {
    let node = this.#root
    for (const id of ids) {
      const next = node.below.get(id) ?? { below: new Map(), entry: undefined }
      node.below.set(id, next)
      node = next
    }
    node.entry = { ids, value }
  }

  /** Entries whose key begins with these ids, in key order. */
  under(...prefix: readonly string[]): readonly Entry<V>[] {
    const node = this.#find(prefix)
    const found: Entry<V>[] = []
    if (node !== undefined) collect(node, found)
    return found
  }

  /** Deletes one entry; answers how many there were. */
  delete(...ids: readonly string[]): number {
    const node = this.#find(ids)
    if (node?.entry === undefined) return 0
    node.entry = undefined
    this.#prune(ids)
    return 1
  }

  /** Deletes entries by their key; answers how many there were. */
  deleteWhere(wanted: (ids: readonly string[]) => boolean): number {
    const found = this.under().filter(({ ids }) => wanted(ids))
    for (const { ids } of found) this.delete(...ids)
    return found.length
  }

  #find(ids: readonly string[]): Node<V> | undefined {
    let node: Node<V> | undefined = this.#root
    for (const id of ids) node = node?.below.get(id)
    return node
  }

  /** Takes away what leads to nothing any more. */
  #prune(ids: readonly string[]): void {
    for (let length = ids.length; length > 0; length -= 1) {
      const node = this.#find(ids.slice(0, length))
      if (node === undefined || node.entry !== undefined || node.below.size > 0) return
      this.#find(ids.slice(0, length - 1))?.below.delete(ids[length - 1] ?? '')
    }
  }
}

function collect<V>({ entry, below }: Node<V>, found: Entry<V>[]): void {
  if (entry !== undefined) found.push(entry)
  if (below.size === 0) return
  for (const [, node] of [...below].sort(([a], [b]) => compareText(a, b))) collect(node, found)
}

export function compareIds(a: readonly string[], b: readonly string[]): number {
  for (const [index, id] of a.entries()) {
    const order = compareText(id, b[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}
