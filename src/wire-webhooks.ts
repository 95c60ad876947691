/** Puts together what sends public events to webhooks. */
import type { JWK } from 'jose'
import manifest from '../package.json' with { type: 'json' }
import { ConfigError, type Config } from './config.ts'
import { deriveKey } from './http/token-keys.ts'
import type { Clock } from './ports/clock.ts'
import type { Store } from './ports/store.ts'
import type { Events } from './wire-events.ts'
import type { Runners } from './workers/consume/runners.ts'
import { AllowList } from './workers/webhooks/allow-list.ts'
import { RunningWebhooks } from './workers/webhooks/control.ts'
import { Guard, type Resolve } from './workers/webhooks/guard.ts'
import { Poster } from './workers/webhooks/post.ts'
import { Vault } from './workers/webhooks/vault.ts'

export interface WebhookSurroundings {
  readonly store: Pick<Store, 'webhooks' | 'deliveries' | 'events'>
  readonly events: Pick<Events, 'catalogue' | 'routes' | 'reader' | 'sender' | 'pseudonym'>
  readonly runners: Pick<Runners, 'start' | 'end'>
  readonly clock: Clock
  /** What secrets are sealed with. */
  readonly key: Uint8Array
  /** What names lead to; the system's resolver where it is left out. */
  readonly resolve?: Resolve
}

/** What secrets of webhooks are sealed with. @param own the installation's own key */
export function webhookKey(own: JWK): Uint8Array {
  return deriveKey(own, 'webhook secrets')
}

/** @throws ConfigError where WAYMARK_WEBHOOK_ALLOW cannot be read */
export function openWebhooks(
  config: Config,
  { store, events, runners, clock, key, resolve }: WebhookSurroundings,
): RunningWebhooks {
  const guard = new Guard(allowList(config.WEBHOOK_ALLOW), resolve)
  const { catalogue, routes, reader, sender, pseudonym } = events
  return new RunningWebhooks({
    webhooks: store.webhooks,
    deliveries: store.deliveries,
    events: store.events,
    catalogue,
    routes,
    reader,
    sender,
    pseudonym,
    runners,
    clock,
    guard,
    vault: new Vault(key),
    poster: new Poster(guard, config.WEBHOOK_TIMEOUT),
    userAgent: `Waymark/${manifest.version}`,
    retry: { max: config.WEBHOOK_RETRIES, firstMs: config.WEBHOOK_BACKOFF, mostMs: config.WEBHOOK_BACKOFF_MAX },
    retryAfterMaxMs: config.WEBHOOK_BACKOFF_MAX,
    disableAfterMs: config.WEBHOOK_DISABLE_AFTER,
    secretOverlapMs: config.WEBHOOK_SECRET_OVERLAP,
    concurrency: config.WEBHOOK_CONCURRENCY,
    webhooksMax: config.WEBHOOKS_MAX,
  })
}

function allowList(entries: readonly string[]): AllowList {
  try {
    return new AllowList(entries)
  } catch (error) {
    throw new ConfigError(`WAYMARK_WEBHOOK_ALLOW: ${error instanceof Error ? error.message : String(error)}`)
  }
}
