/** Addresses that public events are sent to by HTTP, as operators registered them. Each has a group of its name. */

/** What whoever registers a webhook says of it. */
export interface WebhookSettings {
  readonly url: string
  /** What it is for. */
  readonly description: string
  /** Types of events that it gets; null: all. */
  readonly types: readonly string[] | null
  /** Topics that it gets events of; null: those that its events go to. */
  readonly topics: readonly string[] | null
  /** CloudEvents as one JSON object, or as headers with the payload as the body. */
  readonly format: 'structured' | 'binary'
  /** Whether persons are named by pseudonyms, and what reaches them is left out. */
  readonly redacted: boolean
}

/** A secret that deliveries are signed with. Sealed: the store never sees it. */
export interface SealedSecret {
  readonly sealed: string
  /** Until when it signs too, UTC milliseconds; null: it is the newest. */
  readonly until: number | null
}

export interface Disabled {
  readonly reason: string
  /** UTC milliseconds. */
  readonly since: number
}

export interface Webhook extends WebhookSettings {
  /** UUID, of our making. */
  readonly id: string
  /** The newest first. */
  readonly secrets: readonly SealedSecret[]
  /** UTC milliseconds. */
  readonly createdAt: number
  /** Null while it is delivered to. */
  readonly disabled: Disabled | null
  /** Since when deliveries have done nothing but fail, UTC milliseconds; null: the last one did not. */
  readonly failingSince: number | null
}

export interface Webhooks {
  /** Adds a webhook; answers false where there are `most` already. */
  add(webhook: Webhook, most: number): Promise<boolean>
  find(id: string): Promise<Webhook | undefined>
  /** All of them, the oldest first. */
  list(): Promise<readonly Webhook[]>
  /**
   * Changes what is kept of one in one commit. `change` may run twice, where the first transaction did not hold.
   * @returns what it is now; undefined where there is none
   */
  change(id: string, change: (webhook: Webhook) => Webhook): Promise<Webhook | undefined>
  /** Answers false where there was none. */
  remove(id: string): Promise<boolean>
}

/** The group of consumers that a webhook is delivered to as. */
export function webhookGroup(id: string): string {
  return `${WEBHOOK_GROUPS}${id}`
}

/** How the names of these groups begin. */
export const WEBHOOK_GROUPS = 'webhook:'
