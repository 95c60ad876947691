import Type from 'typebox'
import { naming, ofLetter, placeOf, present } from '../group-answer.ts'
import { defineRoute } from '../route.ts'

export const eventsLetterRedrive = defineRoute({
  id: 'api.events.letter.redrive',
  method: 'POST',
  url: '/v1/events/dead-letters/:group/:position/redrive',
  tag: 'Events',
  summary: 'Have a dead letter tried again',
  description:
    'A worker tries at once, and the answer says how it went. A group of consumers tries when its turn comes: the dead letter is gone once it was delivered. What waits behind it follows, in order.',
  access: 'events-operate',
  params: ofLetter,
  result: Type.Object({
    state: Type.String({ description: '`delivered`, `waiting` for its turn, or `dead`: it failed again.' }),
    reason: Type.Optional(Type.String({ description: 'Why it failed again.' })),
  }),
  target: () => ({}),
  handle: async ({ operations }, call) => {
    const driven = operations.redrive(placeOf(call.params))
    return { result: present(await naming({ group: 'path.group', position: 'path.position' }, driven)) }
  },
})
