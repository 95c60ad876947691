import Type from 'typebox'
import { defineRoute } from '../route.ts'
import { WebhookAnswer, webhookAnswer } from '../webhook-body.ts'

export const webhookList = defineRoute({
  id: 'api.webhook.list',
  method: 'GET',
  url: '/v1/webhooks',
  tag: 'Webhooks',
  summary: 'All webhooks',
  description: 'The oldest first. There are few, so that they come on one page.',
  access: 'webhook-manage',
  result: Type.Object({ webhooks: Type.Array(WebhookAnswer) }),
  target: () => ({}),
  handle: async ({ webhooks }) => {
    const reports = await webhooks.list()
    return { result: { webhooks: reports.map(webhookAnswer) } }
  },
})
