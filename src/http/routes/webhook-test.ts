import Type from 'typebox'
import { defineRoute } from '../route.ts'
import { found, webhookParams } from '../webhook-body.ts'

export const webhookTest = defineRoute({
  id: 'api.webhook.test',
  method: 'POST',
  url: '/v1/webhooks/:webhookId/test',
  tag: 'Webhooks',
  summary: 'Send a webhook a test',
  description:
    'An event of type `org.waymark.webhook.test.v1`, signed like any other. It is sent once, also where the webhook is disabled, and changes nothing.',
  access: 'webhook-manage',
  params: webhookParams,
  result: Type.Object({
    delivered: Type.Boolean({ description: 'Whether the answer was 2xx.' }),
    status: Type.Union([Type.Integer(), Type.Null()], { description: 'HTTP status; null: no answer came.' }),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it was not delivered.' }),
    milliseconds: Type.Integer({ description: 'Until the answer came, or it was clear that none would.' }),
  }),
  target: () => ({}),
  handle: async ({ webhooks }, call) => {
    const { delivered, status, reason, milliseconds } = found(await webhooks.test(call.params.webhookId))
    return { result: { delivered, status: status ?? null, reason: reason ?? null, milliseconds } }
  },
})
