/** Sends what webhooks are to get, and judges what comes back. */
import type { Clock } from '../../ports/clock.ts'
import { GroupMoved, type Deliveries } from '../../ports/deliveries.ts'
import { webhookGroup, type Webhook, type Webhooks } from '../../ports/webhooks.ts'
import { TryLater } from '../consume/subscriber.ts'
import { AddressRefused } from './guard.ts'
import type { Message } from './message.ts'
import { Unanswered, type Posted, type Poster } from './post.ts'
import { signedHeaders } from './signature.ts'
import type { Vault } from './vault.ts'

export interface DeliveryParts {
  readonly webhooks: Webhooks
  readonly deliveries: Deliveries
  readonly clock: Clock
  readonly vault: Vault
  readonly poster: Poster
  /** Name and version of the program, as receivers see it. */
  readonly userAgent: string
  /** So long after the first of nothing but failures a webhook is disabled. */
  readonly disableAfterMs: number
  /** Longest wait that a receiver may ask for. */
  readonly retryAfterMaxMs: number
}

/** A delivery that did not arrive. The message is for operators: nothing that was sent or came back stands in it. */
export class NotDelivered extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NotDelivered'
  }
}

/** Sends one message, signed with what is valid now. @throws NotDelivered; whatever reason the signal was given */
export async function send(
  webhook: Webhook,
  message: Message,
  parts: DeliveryParts,
  signal: AbortSignal,
): Promise<Posted> {
  const { clock, vault, poster, userAgent } = parts
  const nowMs = clock.nowMs()
  const valid = webhook.secrets.filter(({ until }) => until === null || until > nowMs)
  const secrets = valid.flatMap(({ sealed }) => vault.open(sealed) ?? [])
  if (secrets.length === 0) {
    throw new NotDelivered('its secret was sealed under another token key: give it a new one with rotate-secret')
  }
  const signed = signedHeaders(message.id, nowMs, message.body, secrets)
  const headers = { ...message.headers, ...signed, 'user-agent': userAgent }
  try {
    return await poster.post(webhook.url, headers, message.body, signal)
  } catch (error) {
    if (error instanceof Unanswered || error instanceof AddressRefused) throw new NotDelivered(error.message)
    throw error
  }
}

/** What an answer comes to, where it is not that the message was taken. */
export function refusalOf({ status }: Posted): string | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status >= 300 && status < 400) return `answered ${String(status)}: redirections are not followed`
  return `answered ${String(status)}`
}

const GONE = 410
/** Too many requests, unavailable: the receiver may say when to come again. */
const LATER: ReadonlySet<number> = new Set([429, 503])

/**
 * Delivers one message to a webhook that is enabled, and keeps account of how it fares.
 * @throws NotDelivered, TryLater; GroupMoved where the webhook was disabled
 */
export async function deliver(
  webhook: Webhook,
  message: Message,
  parts: DeliveryParts,
  signal: AbortSignal,
): Promise<void> {
  let failure: Error
  try {
    const posted = await send(webhook, message, parts, signal)
    const refusal = refusalOf(posted)
    if (refusal === undefined) return await noteSuccess(webhook, parts)
    if (posted.status === GONE) {
      await disable(webhook, 'its receiver answered 410: it is gone', parts)
      throw new GroupMoved(webhookGroup(webhook.id))
    }
    const waitMs = LATER.has(posted.status) ? waitOf(posted.retryAfter, parts) : undefined
    failure = waitMs === undefined ? new NotDelivered(refusal) : new TryLater(refusal, waitMs)
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error
    failure = error
  }
  await noteFailure(webhook, failure, parts)
  throw failure
}

/** The wait that a receiver asks for: seconds, or a date (RFC 9110, 10.2.3). Undefined where it does not, or not one to come. */
function waitOf(retryAfter: string | undefined, { clock, retryAfterMaxMs }: DeliveryParts): number | undefined {
  if (retryAfter === undefined) return undefined
  const waitMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - clock.nowMs()
  return waitMs > 0 ? Math.min(waitMs, retryAfterMaxMs) : undefined
}

async function noteSuccess({ id, failingSince }: Webhook, { webhooks }: DeliveryParts): Promise<void> {
  if (failingSince !== null) await webhooks.change(id, (webhook) => ({ ...webhook, failingSince: null }))
}

/** @throws GroupMoved where it was one failure too many */
async function noteFailure({ id }: Webhook, failure: Error, parts: DeliveryParts): Promise<void> {
  const { webhooks, clock, disableAfterMs } = parts
  const nowMs = clock.nowMs()
  // As it is now: a delivery beside this one may have arrived since.
  const now = await webhooks.find(id)
  if (now === undefined) return
  if (now.failingSince === null) {
    await webhooks.change(id, (webhook) => ({ ...webhook, failingSince: webhook.failingSince ?? nowMs }))
  } else if (nowMs - now.failingSince >= disableAfterMs) {
    const since = new Date(now.failingSince).toISOString()
    await disable(now, `nothing arrived since ${since}: ${failure.message}`, parts)
    throw new GroupMoved(webhookGroup(id))
  }
}

/** Ends deliveries to a webhook until it is enabled; what it has not got waits. */
export async function disable(
  { id }: Pick<Webhook, 'id'>,
  reason: string,
  { webhooks, deliveries, clock }: Pick<DeliveryParts, 'webhooks' | 'deliveries' | 'clock'>,
): Promise<Webhook | undefined> {
  const disabled = { reason, since: clock.nowMs() }
  const now = await webhooks.change(id, (webhook) => ({ ...webhook, disabled: webhook.disabled ?? disabled }))
  await deliveries.pause(webhookGroup(id), now?.disabled?.reason ?? reason)
  return now
}
