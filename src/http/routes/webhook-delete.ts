import Type from 'typebox'
import { defineRoute } from '../route.ts'
import { found, webhookParams } from '../webhook-body.ts'

export const webhookDelete = defineRoute({
  id: 'api.webhook.delete',
  method: 'DELETE',
  url: '/v1/webhooks/:webhookId',
  tag: 'Webhooks',
  summary: 'Delete a webhook',
  description: 'What it has not got is not sent any more.',
  access: 'webhook-manage',
  params: webhookParams,
  result: Type.Object({}),
  target: () => ({}),
  handle: async ({ webhooks }, call) => {
    const removed = await webhooks.remove(call.params.webhookId)
    found(removed ? removed : undefined)
    return { result: {} }
  },
})
