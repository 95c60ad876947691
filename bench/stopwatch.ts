/** Where the time of a run went, by name: a run that is to end in a minute and a half must know. */
export class Stopwatch {
  readonly #seconds = new Map<string, number>()

  /** Does some work and adds its time to a name. */
  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    try {
      return await work()
    } finally {
      this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + (performance.now() - begun) / 1000)
    }
  }

  /** Seconds by name, in the order in which the names first appeared. */
  get seconds(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#seconds].map(([name, seconds]) => [name, Number(seconds.toFixed(1))]))
  }
}
