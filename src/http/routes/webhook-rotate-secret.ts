import { defineRoute } from '../route.ts'
import { found, SecretAnswer, webhookAnswer, webhookParams } from '../webhook-body.ts'

export const webhookRotateSecret = defineRoute({
  id: 'api.webhook.rotate-secret',
  method: 'POST',
  url: '/v1/webhooks/:webhookId/rotate-secret',
  tag: 'Webhooks',
  summary: 'Give a webhook a new secret',
  description:
    'The new one is answered this once. For a while (WAYMARK_WEBHOOK_SECRET_OVERLAP) deliveries are signed with the one before it too; any older one ends now.',
  access: 'webhook-manage',
  params: webhookParams,
  result: SecretAnswer,
  target: () => ({}),
  handle: async ({ webhooks }, call) => {
    const { report, secret } = found(await webhooks.rotateSecret(call.params.webhookId))
    return { result: { ...webhookAnswer(report), secret } }
  },
})
