/** Webhooks over a store in memory, with events that a test appends. */
import { encodeBody } from '../../src/codec/emission.ts'
import { readConfig } from '../../src/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { PublishedEvent } from '../../src/ports/event-log.ts'
import type { Store } from '../../src/ports/store.ts'
import { ContentViewEnded } from '../../src/public-events/catalogue/waymark/view.ts'
import { payloadFromJson } from '../../src/public-events/kernel/define.ts'
import { openMemoryStore } from '../../src/stores/memory/store.ts'
import { openEvents } from '../../src/wire-events.ts'
import { openWebhooks } from '../../src/wire-webhooks.ts'
import { Runners } from '../../src/workers/consume/runners.ts'
import type { RunningWebhooks } from '../../src/workers/webhooks/control.ts'

export interface Hooked {
  readonly store: Store
  readonly webhooks: RunningWebhooks
  /** What was told of failures. */
  readonly errors: unknown[]
  /** Ends deliveries; the store stays. */
  stop(): Promise<void>
}

/** Starts what delivers to the webhooks of a store. @param settings environment variables without their prefix */
export async function startWebhooks(
  settings: Readonly<Record<string, string>> = {},
  clock: Clock = { nowMs: () => Date.now() },
  store: Store = openMemoryStore(clock),
): Promise<Hooked> {
  const quick = { WEBHOOK_ALLOW: 'http://127.0.0.1', WEBHOOK_BACKOFF: 'PT0.005S', WEBHOOK_BACKOFF_MAX: 'PT0.02S' }
  const named = Object.entries({ ...quick, ...settings }).map(([name, value]) => [`WAYMARK_${name}`, value])
  const config = readConfig(Object.fromEntries(named) as Record<string, string>)
  const events = await openEvents(config, clock, new Uint8Array(32))
  const errors: unknown[] = []
  const { events: log, deliveries } = store
  const onError = (_: string, error: unknown): number => errors.push(error)
  const runners = new Runners({ events: log, deliveries, clock, heldMax: 1_000, onError })
  const webhooks = openWebhooks(config, { store, events, runners, clock, key: new Uint8Array(32) })
  await webhooks.start()
  return {
    store,
    webhooks,
    errors,
    stop: async () => {
      webhooks.stop()
      await runners.stop()
    },
  }
}

export const SETTINGS = {
  description: '',
  types: null,
  topics: null,
  format: 'structured',
  redacted: false,
} as const

/** A learner has ended a content. The id says which event it is; it stands for a UUID. */
export function viewEnded(id: string, learner: string): PublishedEvent {
  const view = {
    user_id: learner,
    collection_id: 'maths',
    context_id: 'batch-1',
    content_id: 'c1',
    completed_at: '2026-03-01T08:00:00+00:00',
  }
  const { type, minor, topics } = ContentViewEnded
  const body = encodeBody(ContentViewEnded, payloadFromJson(ContentViewEnded, { view }))
  const timeUs = Date.parse('2026-03-01T08:00:00Z') * 1000
  return { topic: topics[0] ?? '', key: learner, type, minor, id, timeUs, extensions: undefined, body }
}
