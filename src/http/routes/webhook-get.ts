import { defineRoute } from '../route.ts'
import { found, WebhookAnswer, webhookAnswer, webhookParams } from '../webhook-body.ts'

export const webhookGet = defineRoute({
  id: 'api.webhook.read',
  method: 'GET',
  url: '/v1/webhooks/:webhookId',
  tag: 'Webhooks',
  summary: 'One webhook: its state, how far it is, and what is held up',
  access: 'webhook-manage',
  params: webhookParams,
  result: WebhookAnswer,
  target: () => ({}),
  handle: async ({ webhooks }, call) => ({ result: webhookAnswer(found(await webhooks.find(call.params.webhookId))) }),
})
