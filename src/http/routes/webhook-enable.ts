import { defineRoute } from '../route.ts'
import { found, WebhookAnswer, webhookAnswer, webhookParams } from '../webhook-body.ts'

export const webhookEnable = defineRoute({
  id: 'api.webhook.enable',
  method: 'POST',
  url: '/v1/webhooks/:webhookId/enable',
  tag: 'Webhooks',
  summary: 'Have a webhook go on where it stopped',
  description: 'What waits is tried at once, and counts as never tried. Dead letters stay.',
  access: 'webhook-manage',
  params: webhookParams,
  result: WebhookAnswer,
  target: () => ({}),
  handle: async ({ webhooks }, call) => ({
    result: webhookAnswer(found(await webhooks.enable(call.params.webhookId))),
  }),
})
