import { isDeepStrictEqual } from 'node:util'
import { WaymarkError } from '../../domain/errors.ts'
import { GroupMoved, type Deliveries, type GroupReport, type Held } from '../../ports/deliveries.ts'
import type { EventLog } from '../../ports/event-log.ts'
import type { TestReport, WebhookControl, WebhookReport, WithSecret } from '../../ports/webhook-control.ts'
import { WEBHOOK_GROUPS, webhookGroup, type Webhook, type WebhookSettings } from '../../ports/webhooks.ts'
import type { Runners } from '../consume/runners.ts'
import { disable, NotDelivered, refusalOf, send } from './delivery.ts'
import { checkSettings } from './check-settings.ts'
import type { Guard } from './guard.ts'
import { testMessage } from './message.ts'
import { newSecret } from './signature.ts'
import { webhookSubscriber, type WebhookParts } from './subscriber.ts'

export interface ControlParts extends WebhookParts {
  readonly events: EventLog
  readonly guard: Guard
  readonly runners: Pick<Runners, 'start' | 'end'>
  /** Most webhooks of an installation. */
  readonly webhooksMax: number
  /** So long the secret before the newest signs too. */
  readonly secretOverlapMs: number
}

/** Webhooks of this process. Changes are made one after the other, so that none meets another half-way. */
export class RunningWebhooks implements WebhookControl {
  readonly #parts: ControlParts
  readonly #stopping = new AbortController()
  #changing: Promise<unknown> = Promise.resolve()

  constructor(parts: ControlParts) {
    this.#parts = parts
  }

  /** Begins to deliver to all webhooks. What the end of a process left half-done is done. */
  async start(): Promise<void> {
    const { webhooks, deliveries, runners } = this.#parts
    const all = await webhooks.list()
    const wanted = new Set(all.map(({ id }) => webhookGroup(id)))
    for (const { name } of await deliveries.groups()) {
      // A group that nobody reads would keep the log from ever being pruned.
      if (name.startsWith(WEBHOOK_GROUPS) && !wanted.has(name)) await deliveries.remove(name)
    }
    for (const webhook of all) runners.start(webhookSubscriber(webhook, this.#parts))
  }

  /** Cuts off tests under way. Deliveries end with their runners. */
  stop(): void {
    this.#stopping.abort()
  }

  async add(id: string, settings: WebhookSettings, from: 'latest' | 'earliest'): Promise<WithSecret> {
    checkSettings(settings, this.#parts.guard, this.#parts.routes)
    const { webhooks, deliveries, events, clock, vault, webhooksMax, runners } = this.#parts
    const secret = newSecret()
    const webhook: Webhook = {
      ...settings,
      id,
      secrets: [{ sealed: vault.seal(secret), until: null }],
      createdAt: clock.nowMs(),
      disabled: null,
      failingSince: null,
    }
    return this.#inTurn(async () => {
      const known = await webhooks.find(id)
      if (known !== undefined) return this.#again(known, settings)
      if (!(await webhooks.add(webhook, webhooksMax))) throw new WaymarkError('WEBHOOKS_FULL')
      await deliveries.open(webhookGroup(webhook.id), from === 'latest' ? await events.last() : 0)
      runners.start(webhookSubscriber(webhook, this.#parts))
      return { report: await this.#report(webhook), secret }
    })
  }

  /** What was answered when it was registered. */
  async #again(known: Webhook, settings: WebhookSettings): Promise<WithSecret> {
    const [newest] = known.secrets
    const secret = newest && this.#parts.vault.open(newest.sealed)
    const same = isDeepStrictEqual(settings, pickSettings(known))
    if (!same || secret === undefined) throw new WaymarkError('IDEMPOTENCY_KEY_REUSED')
    return { report: await this.#report(known), secret }
  }

  async list(): Promise<readonly WebhookReport[]> {
    const all = await this.#parts.webhooks.list()
    return Promise.all(all.map((webhook) => this.#report(webhook)))
  }

  async find(id: string): Promise<WebhookReport | undefined> {
    return this.#reportOf(await this.#parts.webhooks.find(id))
  }

  async change(id: string, settings: WebhookSettings): Promise<WebhookReport | undefined> {
    checkSettings(settings, this.#parts.guard, this.#parts.routes)
    const { webhooks, runners } = this.#parts
    return this.#inTurn(async () => {
      const changed = await webhooks.change(id, (webhook) => ({ ...webhook, ...settings, failingSince: null }))
      if (changed === undefined) return undefined
      await runners.end(webhookGroup(id))
      runners.start(webhookSubscriber(changed, this.#parts))
      return this.#report(changed)
    })
  }

  remove(id: string): Promise<boolean> {
    const { webhooks, deliveries, runners } = this.#parts
    return this.#inTurn(async () => {
      if ((await webhooks.find(id)) === undefined) return false
      await runners.end(webhookGroup(id))
      await webhooks.remove(id)
      await deliveries.remove(webhookGroup(id))
      return true
    })
  }

  enable(id: string): Promise<WebhookReport | undefined> {
    const { webhooks, deliveries, clock } = this.#parts
    return this.#inTurn(async () => {
      const enabled = await webhooks.change(id, (webhook) => ({ ...webhook, disabled: null, failingSince: null }))
      if (enabled === undefined) return undefined
      await tryHeldNow(webhookGroup(id), deliveries, clock.nowMs())
      await deliveries.pause(webhookGroup(id), undefined)
      return this.#report(enabled)
    })
  }

  disable(id: string): Promise<WebhookReport | undefined> {
    return this.#inTurn(async () => this.#reportOf(await disable({ id }, 'an operator disabled it', this.#parts)))
  }

  rotateSecret(id: string): Promise<WithSecret | undefined> {
    const { webhooks, clock, vault, secretOverlapMs } = this.#parts
    const secret = newSecret()
    const sealed = vault.seal(secret)
    return this.#inTurn(async () => {
      const until = clock.nowMs() + secretOverlapMs
      const rotated = await webhooks.change(id, (webhook) => {
        const before = webhook.secrets.slice(0, 1).map((one) => ({ ...one, until }))
        return { ...webhook, secrets: [{ sealed, until: null }, ...before] }
      })
      return rotated === undefined ? undefined : { report: await this.#report(rotated), secret }
    })
  }

  async test(id: string): Promise<TestReport | undefined> {
    const { webhooks, clock, sender } = this.#parts
    const webhook = await webhooks.find(id)
    if (webhook === undefined) return undefined
    const message = testMessage(webhook, crypto.randomUUID(), clock.nowMs(), sender)
    const begun = performance.now()
    const report = (status: number | undefined, reason: string | undefined): TestReport => {
      const milliseconds = Math.round(performance.now() - begun)
      return { delivered: reason === undefined, status, reason, milliseconds }
    }
    try {
      const posted = await send(webhook, message, this.#parts, this.#stopping.signal)
      return report(posted.status, refusalOf(posted))
    } catch (error) {
      if (this.#stopping.signal.aborted) throw new WaymarkError('STOPPING', { cause: error })
      if (error instanceof NotDelivered) return report(undefined, error.message)
      throw error
    }
  }

  async #report(webhook: Webhook): Promise<WebhookReport> {
    const { deliveries, events } = this.#parts
    const name = webhookGroup(webhook.id)
    const unopened: GroupReport = { name, position: 0, generation: 0, paused: undefined, waiting: 0, dead: 0 }
    return {
      webhook: withoutSecrets(webhook),
      group: (await deliveries.find(name)) ?? unopened,
      lastPosition: await events.last(),
    }
  }

  async #reportOf(webhook: Webhook | undefined): Promise<WebhookReport | undefined> {
    return webhook === undefined ? undefined : this.#report(webhook)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#changing
    const done = (async () => {
      await before
      return work()
    })()
    this.#changing = done.catch(() => undefined)
    return done
  }
}

function withoutSecrets(webhook: Webhook): WebhookReport['webhook'] {
  const { id, url, description, types, topics, format, redacted, createdAt, disabled, failingSince } = webhook
  return { id, url, description, types, topics, format, redacted, createdAt, disabled, failingSince }
}

/** Events held up that are changed in one commit. */
const PAGE = 500

/** What waits for a far-off try would otherwise go on waiting, for a receiver that is there again. */
async function tryHeldNow(name: string, deliveries: Deliveries, nowMs: number): Promise<void> {
  const due = (held: readonly Held[]): readonly Held[] =>
    held.filter(({ state }) => state === 'waiting').map((one) => ({ ...one, tries: 0, retryAtMs: nowMs }))
  try {
    const group = await deliveries.find(name)
    let page = group === undefined ? [] : await deliveries.held(name, PAGE)
    while (group !== undefined && page.length > 0) {
      await deliveries.advance(group, 0, due(page))
      page = await deliveries.held(name, PAGE, page.at(-1)?.seq)
    }
  } catch (error) {
    // Replayed meanwhile: what was held up is read again anyway.
    if (!(error instanceof GroupMoved)) throw error
  }
}

function pickSettings({ url, description, types, topics, format, redacted }: Webhook): WebhookSettings {
  return { url, description, types, topics, format, redacted }
}
