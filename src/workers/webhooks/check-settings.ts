import { WaymarkError } from '../../domain/errors.ts'
import type { WebhookSettings } from '../../ports/webhooks.ts'
import type { Routes } from '../publish/routes.ts'
import { AddressRefused, type Guard } from './guard.ts'
import { selectionOf } from './selection.ts'

/**
 * Refuses a webhook that may not be called, or that would get nothing.
 * @throws WaymarkError WEBHOOK_URL_REFUSED, EVENT_TYPE_UNKNOWN, TOPIC_UNKNOWN, naming the field
 */
export function checkSettings(settings: WebhookSettings, guard: Guard, routes: Routes): void {
  try {
    guard.url(settings.url)
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error
    throw new WaymarkError('WEBHOOK_URL_REFUSED', { field: 'url', text: error.message, cause: error })
  }
  for (const [index, type] of (settings.types ?? []).entries()) {
    if (!routes.has(type)) throw new WaymarkError('EVENT_TYPE_UNKNOWN', { field: `types[${String(index)}]` })
  }
  const topics = new Set([...routes.values()].flat().map(({ topic }) => topic))
  for (const [index, topic] of (settings.topics ?? []).entries()) {
    if (!topics.has(topic)) throw new WaymarkError('TOPIC_UNKNOWN', { field: `topics[${String(index)}]` })
  }
  if (selectionOf(settings, routes).size === 0) {
    const text = 'None of these types goes to any of these topics: the webhook would get nothing.'
    throw new WaymarkError('TOPIC_UNKNOWN', { field: settings.topics === null ? 'types' : 'topics', text })
  }
}
