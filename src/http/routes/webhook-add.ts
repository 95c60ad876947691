import Type from 'typebox'
import { eventId } from '../../codec/event-id.ts'
import { defineRoute } from '../route.ts'
import { closed } from '../schemas.ts'
import { namingFields, SecretAnswer, settingsOf, webhookAnswer, webhookFields } from '../webhook-body.ts'

export const webhookAdd = defineRoute({
  id: 'api.webhook.add',
  method: 'POST',
  url: '/v1/webhooks',
  tag: 'Webhooks',
  summary: 'Have public events sent to an address',
  description:
    'Each event is sent as a CloudEvent with a POST, signed as Standard Webhooks has it. What is answered other than 2xx is tried again. The secret is answered this once; a repetition with the same `Idempotency-Key` answers the same again.',
  access: 'webhook-manage',
  body: closed({
    ...webhookFields,
    from: Type.Optional(
      Type.Union([Type.Literal('latest'), Type.Literal('earliest')], {
        description: 'Whether it gets what comes from now on (the default), or also what is kept of the past.',
      }),
    ),
  }),
  result: SecretAnswer,
  example: {
    url: 'https://hooks.example/waymark',
    types: ['org.waymark.learning.collection.completed.v1'],
    description: 'Badges',
  },
  target: () => ({}),
  handle: async ({ webhooks }, call) => {
    const { from = 'latest', ...settings } = call.body
    const { idempotencyKey: key } = call
    // The id follows from the key: repeated, it is the same webhook.
    const id = key === undefined ? crypto.randomUUID() : eventId('webhook', call.principal.userId, key)
    const { report, secret } = await namingFields(call.nameOf, () => webhooks.add(id, settingsOf(settings), from))
    return { status: 201, result: { ...webhookAnswer(report), secret } }
  },
})
