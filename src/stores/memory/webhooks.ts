import type { Webhook, Webhooks } from '../../ports/webhooks.ts'

/** Webhooks in a map, as the text that a file would hold. */
export class MemoryWebhooks implements Webhooks {
  readonly #webhooks = new Map<string, string>()

  add(webhook: Webhook, most: number): Promise<boolean> {
    if (this.#webhooks.size >= most) return Promise.resolve(false)
    this.#webhooks.set(webhook.id, JSON.stringify(webhook))
    return Promise.resolve(true)
  }

  find(id: string): Promise<Webhook | undefined> {
    return Promise.resolve(this.#find(id))
  }

  #find(id: string): Webhook | undefined {
    const text = this.#webhooks.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as Webhook)
  }

  list(): Promise<readonly Webhook[]> {
    return Promise.resolve([...this.#webhooks.keys()].flatMap((id) => this.#find(id) ?? []))
  }

  change(id: string, change: (webhook: Webhook) => Webhook): Promise<Webhook | undefined> {
    return Promise.try(() => {
      const known = this.#find(id)
      if (known !== undefined) this.#webhooks.set(id, JSON.stringify(change(known)))
      return this.#find(id)
    })
  }

  remove(id: string): Promise<boolean> {
    return Promise.resolve(this.#webhooks.delete(id))
  }
}
