/** What operators do with webhooks while the server runs. */
import { WaymarkError } from '../domain/errors.ts'
import type { GroupReport } from './deliveries.ts'
import type { Webhook, WebhookSettings } from './webhooks.ts'

/** A webhook with how far it is. Its secrets are not in it. */
export interface WebhookReport {
  readonly webhook: Omit<Webhook, 'secrets'>
  /** How far it has got, and what is held up. */
  readonly group: GroupReport
  /** The last position of the log of events: what the group is compared with. */
  readonly lastPosition: number
}

/** A secret is told once, to whoever asked for it. */
export interface WithSecret {
  readonly report: WebhookReport
  /** `whsec_` and base64. */
  readonly secret: string
}

/** What came of a test. */
export interface TestReport {
  readonly delivered: boolean
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** Why it is not delivered. */
  readonly reason: string | undefined
  /** From the call to its answer, or to its end without one. */
  readonly milliseconds: number
}

/** All of these answer undefined or false where there is no such webhook. */
export interface WebhookControl {
  /**
   * Registers a webhook and begins to deliver to it: what comes from now on, or all that is kept of the past.
   * One that is there by this id is answered as it is.
   * @throws WaymarkError WEBHOOK_URL_REFUSED, EVENT_TYPE_UNKNOWN, TOPIC_UNKNOWN, WEBHOOKS_FULL; IDEMPOTENCY_KEY_REUSED
   * where other settings are there by this id
   */
  add(id: string, settings: WebhookSettings, from: 'latest' | 'earliest'): Promise<WithSecret>
  list(): Promise<readonly WebhookReport[]>
  find(id: string): Promise<WebhookReport | undefined>
  /**
   * Puts other settings in the place of those that were; position and secret stay.
   * @throws WaymarkError as `add`
   */
  change(id: string, settings: WebhookSettings): Promise<WebhookReport | undefined>
  /** Ends deliveries and forgets the webhook with all that it has not got. */
  remove(id: string): Promise<boolean>
  /** Has it go on where it stopped, at once. */
  enable(id: string): Promise<WebhookReport | undefined>
  disable(id: string): Promise<WebhookReport | undefined>
  /** Gives it a new secret; the one before it signs too for a while. */
  rotateSecret(id: string): Promise<WithSecret | undefined>
  /** Sends it an event of no consequence, also where it is disabled. */
  test(id: string): Promise<TestReport | undefined>
}

/** A server that may have none. */
export const noWebhooks: WebhookControl = {
  add: () => Promise.reject(new WaymarkError('WEBHOOKS_FULL')),
  list: () => Promise.resolve([]),
  find: () => Promise.resolve(undefined),
  change: () => Promise.resolve(undefined),
  remove: () => Promise.resolve(false),
  enable: () => Promise.resolve(undefined),
  disable: () => Promise.resolve(undefined),
  rotateSecret: () => Promise.resolve(undefined),
  test: () => Promise.resolve(undefined),
}
