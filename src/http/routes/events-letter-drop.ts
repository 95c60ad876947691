import Type from 'typebox'
import { naming, ofLetter, placeOf } from '../group-answer.ts'
import { defineRoute } from '../route.ts'

export const eventsLetterDrop = defineRoute({
  id: 'api.events.letter.drop',
  method: 'DELETE',
  url: '/v1/events/dead-letters/:group/:position',
  tag: 'Events',
  summary: 'Give a dead letter up',
  description: 'The group never handles it; what waits behind it goes on.',
  access: 'events-operate',
  params: ofLetter,
  result: Type.Object({}),
  target: () => ({}),
  handle: async ({ operations }, call) => {
    await naming({ group: 'path.group', position: 'path.position' }, operations.drop(placeOf(call.params)))
    return { result: {} }
  },
})
