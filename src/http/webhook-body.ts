/** A webhook as it comes in a body, and as it is answered. */
import Type, { type Static } from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import type { WebhookReport } from '../ports/webhook-control.ts'
import type { WebhookSettings } from '../ports/webhooks.ts'
import { closed, WebhookId } from './schemas.ts'

const names = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 1_000, description })

export const webhookFields = {
  url: Type.String({
    minLength: 1,
    maxLength: 2_048,
    description: 'Where events are sent: https, on the public internet, unless the operator allows more.',
  }),
  description: Type.Optional(Type.String({ maxLength: 1_000, description: 'What it is for.' })),
  types: Type.Optional(names('Types of events that it gets. Without them all.')),
  topics: Type.Optional(names('Topics that it gets events of. Without them those that its events go to.')),
  format: Type.Optional(
    Type.Union([Type.Literal('structured'), Type.Literal('binary')], {
      description: 'CloudEvents as one JSON object (the default), or as headers with the payload as the body.',
    }),
  ),
  redacted: Type.Optional(
    Type.Boolean({ description: 'Whether learners are named by pseudonyms, and what they wrote is left out.' }),
  ),
}

export const WebhookBody = closed(webhookFields)
export const webhookParams = closed({ webhookId: WebhookId })

export function settingsOf(body: Static<typeof WebhookBody>): WebhookSettings {
  const { url, description = '', types = null, topics = null, format = 'structured', redacted = false } = body
  return { url, description, types, topics, format, redacted }
}

/** Does what may refuse a field; the refusal names it as the client does. */
export async function namingFields<T>(nameOf: (path: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WaymarkError) || error.field === undefined) throw error
    throw new WaymarkError(error.code, { field: nameOf(error.field), text: error.message, cause: error })
  }
}

/** @throws WaymarkError WEBHOOK_NOT_FOUND */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new WaymarkError('WEBHOOK_NOT_FOUND', { field: 'path.webhookId' })
  return value
}

const orNull = <S extends Type.TSchema>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { description })

export const WebhookAnswer = Type.Object({
  webhookId: Type.String(),
  url: Type.String(),
  description: Type.String(),
  types: orNull(Type.Array(Type.String()), 'null: all.'),
  topics: orNull(Type.Array(Type.String()), 'null: those that its events go to.'),
  format: Type.String(),
  redacted: Type.Boolean(),
  createdAt: Type.String(),
  state: Type.String({ description: '`active` or `disabled`.' }),
  reason: orNull(Type.String(), 'Why it is disabled.'),
  since: orNull(Type.String(), 'Since when it is disabled.'),
  failingSince: orNull(Type.String(), 'Since when deliveries do nothing but fail; null: the last one arrived.'),
  group: Type.String({ description: 'The group of consumers that it is delivered to as.' }),
  paused: orNull(Type.String(), 'Why nothing is delivered to the group.'),
  position: Type.Integer({ description: 'Of the log of events: nothing up to here is left to read.' }),
  lastPosition: Type.Integer({ description: 'The last of the log.' }),
  waiting: Type.Integer({
    description: 'Events that failed and are tried again, with those of the same key behind them.',
  }),
  dead: Type.Integer({ description: 'Events that failed for good; those of the same key wait behind them.' }),
})

export const SecretAnswer = Type.Object({
  ...WebhookAnswer.properties,
  secret: Type.String({ description: 'What deliveries are signed with. It is answered this once.' }),
})

const timeOf = (ms: number | null | undefined): string | null => (ms == null ? null : new Date(ms).toISOString())

export function webhookAnswer({ webhook, group, lastPosition }: WebhookReport): Record<string, unknown> {
  const { id, createdAt, disabled, failingSince, ...settings } = webhook
  return {
    webhookId: id,
    ...settings,
    createdAt: timeOf(createdAt),
    state: disabled === null ? 'active' : 'disabled',
    reason: disabled?.reason ?? null,
    since: timeOf(disabled?.since),
    failingSince: timeOf(failingSince),
    group: group.name,
    paused: group.paused ?? null,
    position: group.position,
    lastPosition,
    waiting: group.waiting,
    dead: group.dead,
  }
}
