import type { RunnerParts } from './group-delivery.ts'
import { startRunner, type Runner } from './runner.ts'
import type { Subscriber } from './subscriber.ts'

/** The groups that this process delivers to. Some come and go while it runs. */
export class Runners {
  readonly #parts: RunnerParts
  readonly #delivers: (name: string) => boolean
  readonly #running = new Map<string, { readonly subscriber: Subscriber; readonly runner: Runner }>()

  /** @param delivers which groups are delivered to at all: a process that only looks around delivers to none */
  constructor(parts: RunnerParts, delivers: (name: string) => boolean = () => true) {
    this.#parts = parts
    this.#delivers = delivers
  }

  /** @throws TypeError where a group of this name is running: two would do everything twice */
  start(subscriber: Subscriber): void {
    const { name } = subscriber
    if (this.#running.has(name)) throw new TypeError(`there are two groups named ${name}`)
    if (!this.#delivers(name)) return
    this.#running.set(name, { subscriber, runner: startRunner(subscriber, this.#parts) })
  }

  /** Ends deliveries to a group, once the events under way are done. */
  async end(name: string): Promise<void> {
    const running = this.#running.get(name)
    this.#running.delete(name)
    await running?.runner.stop()
  }

  /** The groups that are delivered to, with the topics that they read. */
  get subscribers(): readonly Subscriber[] {
    return [...this.#running.values()].map(({ subscriber }) => subscriber)
  }

  /** Resolves when every group has handled what is logged so far, or cannot. */
  async idle(): Promise<void> {
    for (const { runner } of this.#running.values()) await runner.idle()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.end(name)))
  }
}
