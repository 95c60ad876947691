/** Which events of the log a webhook gets. */
import type { WebhookSettings } from '../../ports/webhooks.ts'
import type { Routes, TopicRoute } from '../publish/routes.ts'

/** The topic that each type is taken from: an event that stands on several is sent once. */
export type Selection = ReadonlyMap<string, TopicRoute>

/** Topics as they were written come before redacted ones: what is redacted for one reader can still be so for it alone. */
export function selectionOf({ types, topics }: Pick<WebhookSettings, 'types' | 'topics'>, routes: Routes): Selection {
  const selection = new Map<string, TopicRoute>()
  for (const [type, all] of routes) {
    if (types !== null && !types.includes(type)) continue
    const wanted = all.filter(({ topic }) => topics?.includes(topic) ?? true)
    const route = wanted.find(({ redacted }) => !redacted) ?? wanted[0]
    if (route !== undefined) selection.set(type, route)
  }
  return selection
}
