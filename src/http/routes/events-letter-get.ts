import Type from 'typebox'
import { letterFields, letterHeadAnswer, naming, ofLetter, Personal, placeOf, present } from '../group-answer.ts'
import { defineRoute } from '../route.ts'
import { closed } from '../schemas.ts'

const Fields = Type.Record(Type.String(), Type.Unknown())

export const eventsLetterGet = defineRoute({
  id: 'api.events.letter.read',
  method: 'GET',
  url: '/v1/events/dead-letters/:group/:position',
  tag: 'Events',
  summary: 'One dead letter: why it failed, and what it says',
  description:
    'The reason has the stack. The event is a CloudEvent in structured form; an entry of a worker that is none stands under `entry`. An event that waits is shown as well.',
  access: 'events-operate',
  params: ofLetter,
  query: closed({ personal: Personal }),
  result: Type.Object({
    ...letterFields,
    topic: Type.Optional(Type.String()),
    key: Type.Optional(Type.String({ description: 'Partition key: what has the same key waits behind it.' })),
    event: Type.Optional(Fields),
    problem: Type.Optional(Type.String({ description: 'Why the event has no data.' })),
    entry: Type.Optional(Fields),
  }),
  target: () => ({}),
  handle: async ({ operations }, call) => {
    const found = operations.letter(placeOf(call.params), call.query.personal === 'true')
    const letter = await naming({ group: 'path.group', position: 'path.position' }, found)
    const { told, topic, entry } = letter
    const content = { topic, key: told?.key, event: told?.event, problem: told?.problem, entry }
    return { result: { ...letterHeadAnswer(letter), ...present(content) } }
  },
})
