import Type from 'typebox'
import { Group, naming } from '../group-answer.ts'
import { defineRoute } from '../route.ts'
import { closed } from '../schemas.ts'

export const eventsLetterRedriveAll = defineRoute({
  id: 'api.events.letter.redrive-all',
  method: 'POST',
  url: '/v1/events/dead-letters/redrive',
  tag: 'Events',
  summary: 'Have all dead letters of a group tried again',
  access: 'events-operate',
  body: closed({ group: Group }),
  result: Type.Object({
    redriven: Type.Integer(),
    delivered: Type.Integer(),
    waiting: Type.Integer({ description: 'They are tried when their turn comes.' }),
    dead: Type.Integer({ description: 'They failed again.' }),
  }),
  example: { group: 'aggregate' },
  target: () => ({}),
  handle: async ({ operations }, call) => {
    const { group } = call.body
    return { result: await naming({ group: call.nameOf('group') }, operations.redriveAll(group)) }
  },
})
