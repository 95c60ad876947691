import Type from 'typebox'
import { Personal, present, readPosition } from '../group-answer.ts'
import { pageRequest } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { closed, pageQuery } from '../schemas.ts'

const Topic = Type.String({ minLength: 1, maxLength: 256, description: 'A topic; may stand several times.' })

export const eventsLog = defineRoute({
  id: 'api.events.log',
  method: 'GET',
  url: '/v1/events/log',
  tag: 'Events',
  summary: 'Public events as they were published',
  description: 'Oldest first, each as a CloudEvent in structured form. For debugging: consumers belong into a group.',
  access: 'events-read',
  query: closed({
    limit: pageQuery.limit,
    topic: Type.Optional(Type.Union([Topic, Type.Array(Topic, { maxItems: 100 })])),
    after: Type.Optional(
      Type.String({ maxLength: 16, description: 'Events behind this position; 0, or nothing: all.' }),
    ),
    personal: Personal,
  }),
  result: Type.Object({
    events: Type.Array(
      Type.Object({
        position: Type.Integer(),
        topic: Type.String(),
        key: Type.String(),
        event: Type.Record(Type.String(), Type.Unknown()),
        problem: Type.Optional(Type.String({ description: 'Why the event has no data.' })),
      }),
    ),
    next: Type.Integer({ description: 'Send it as `after` for what comes next.' }),
    last: Type.Integer({ description: 'The last position of the log.' }),
  }),
  target: () => ({}),
  handle: async ({ config, operations }, call) => {
    const { limit, topic, after, personal } = call.query
    const topics = typeof topic === 'string' ? [topic] : topic
    const position = after === undefined ? 0 : readPosition(after, 'query.after')
    const page = await operations.events(position, pageRequest(config, { limit }).limit, topics, personal === 'true')
    return { result: { ...page, events: page.events.map(present) } }
  },
})
