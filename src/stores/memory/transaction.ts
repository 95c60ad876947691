import type { Emission } from '../../domain/emission.ts'
import type { Transaction } from '../../ports/deliveries.ts'

/** What a commit did before it holds: to be applied as a whole, or forgotten. */
export class MemoryTransaction implements Transaction {
  readonly #kept: Map<string, string>
  readonly #changed = new Map<string, string | undefined>()
  readonly emitted: Emission[] = []
  readonly #taking: (emission: Emission, tx: Transaction) => void

  /** @param taking told of each emission at once: whatever it throws ends the work */
  constructor(kept: Map<string, string>, taking: (emission: Emission, tx: Transaction) => void) {
    this.#kept = kept
    this.#taking = taking
  }

  emit(emission: Emission): void {
    this.#taking(emission, this)
    this.emitted.push(emission)
  }

  kept(name: string): unknown {
    const text = this.#changed.has(name) ? this.#changed.get(name) : this.#kept.get(name)
    return text === undefined ? undefined : JSON.parse(text)
  }

  keep(name: string, value: unknown): void {
    this.#changed.set(name, value === undefined ? undefined : JSON.stringify(value))
  }

  /** The commit holds. */
  apply(): void {
    for (const [name, text] of this.#changed) {
      if (text === undefined) this.#kept.delete(name)
      else this.#kept.set(name, text)
    }
  }
}
