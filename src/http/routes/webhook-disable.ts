import { defineRoute } from '../route.ts'
import { found, WebhookAnswer, webhookAnswer, webhookParams } from '../webhook-body.ts'

export const webhookDisable = defineRoute({
  id: 'api.webhook.disable',
  method: 'POST',
  url: '/v1/webhooks/:webhookId/disable',
  tag: 'Webhooks',
  summary: 'End deliveries to a webhook for now',
  description: 'What comes meanwhile is kept for it, until it is enabled or deleted.',
  access: 'webhook-manage',
  params: webhookParams,
  result: WebhookAnswer,
  target: () => ({}),
  handle: async ({ webhooks }, call) => ({
    result: webhookAnswer(found(await webhooks.disable(call.params.webhookId))),
  }),
})
