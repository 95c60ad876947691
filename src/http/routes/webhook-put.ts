import { defineRoute } from '../route.ts'
import {
  found,
  namingFields,
  settingsOf,
  WebhookAnswer,
  webhookAnswer,
  WebhookBody,
  webhookParams,
} from '../webhook-body.ts'

export const webhookPut = defineRoute({
  id: 'api.webhook.put',
  method: 'PUT',
  url: '/v1/webhooks/:webhookId',
  tag: 'Webhooks',
  summary: 'Change a webhook',
  description: 'Replaces all that was said of it. Its position, its secret and its state stay.',
  access: 'webhook-manage',
  params: webhookParams,
  body: WebhookBody,
  result: WebhookAnswer,
  example: { url: 'https://hooks.example/waymark/v2', redacted: true },
  target: () => ({}),
  handle: async ({ webhooks }, call) => {
    const { webhookId } = call.params
    const report = await namingFields(call.nameOf, () => webhooks.change(webhookId, settingsOf(call.body)))
    return { result: webhookAnswer(found(report)) }
  },
})
