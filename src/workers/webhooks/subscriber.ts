import { GroupMoved } from '../../ports/deliveries.ts'
import { webhookGroup, type Webhook } from '../../ports/webhooks.ts'
import { TryLater, type RetryRule, type Subscriber } from '../consume/subscriber.ts'
import type { Routes } from '../publish/routes.ts'
import { deliver, disable, type DeliveryParts } from './delivery.ts'
import { eventMessage, type MessageParts } from './message.ts'
import { selectionOf } from './selection.ts'

export interface WebhookParts extends DeliveryParts, MessageParts {
  readonly routes: Routes
  readonly retry: RetryRule
  /** Keys that are delivered to one webhook at the same time. */
  readonly concurrency: number
}

/** A webhook as the runner drives it. All but its selection is read anew for each delivery. */
export function webhookSubscriber(registered: Webhook, parts: WebhookParts): Subscriber {
  const { id } = registered
  const { webhooks, clock, routes, retry, concurrency } = parts
  const selection = selectionOf(registered, routes)
  const name = webhookGroup(id)
  /** What the receiver asked for holds for all keys. UTC milliseconds. */
  let notBeforeMs = 0
  return {
    name,
    topics: [...new Set([...selection.values()].map(({ topic }) => topic))],
    from: 'latest',
    retry,
    concurrency,
    afterDead: 'park',
    accepts: ({ type, topic }) => (selection.get(type)?.topic === topic ? 'deliver' : 'skip'),
    deliver: async (event, signal) => {
      const webhook = await webhooks.find(id)
      if (webhook === undefined) throw new GroupMoved(name)
      if (webhook.disabled !== null) {
        await disable(webhook, webhook.disabled.reason, parts)
        throw new GroupMoved(name)
      }
      const waitMs = notBeforeMs - clock.nowMs()
      // A longer wait than anyone may ask for is a clock that was set back.
      if (waitMs > 0 && waitMs <= parts.retryAfterMaxMs)
        throw new TryLater('its receiver asked not to be called yet', waitMs)
      const message = eventMessage(event, webhook, selection.get(event.type)?.redacted === false, parts)
      try {
        await deliver(webhook, message, parts, signal)
      } catch (error) {
        if (error instanceof TryLater) notBeforeMs = clock.nowMs() + error.afterMs
        throw error
      }
    },
    apply: () => undefined,
  }
}
