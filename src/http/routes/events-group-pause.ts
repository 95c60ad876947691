import Type from 'typebox'
import { GroupAnswer, groupAnswer, naming, ofGroup } from '../group-answer.ts'
import { defineRoute } from '../route.ts'
import { closed } from '../schemas.ts'

export const eventsGroupPause = defineRoute({
  id: 'api.events.group.pause',
  method: 'POST',
  url: '/v1/events/groups/:group/pause',
  tag: 'Events',
  summary: 'Stop deliveries to a group',
  description: 'What is under way is finished. The group stays paused, across restarts, until it is resumed.',
  access: 'events-operate',
  params: ofGroup,
  body: closed({
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Why, for those who find it paused.' }),
    ),
  }),
  result: GroupAnswer,
  example: { reason: 'the badge service is being moved' },
  target: () => ({}),
  handle: async ({ operations }, call) => {
    const { reason = 'an operator paused it' } = call.body
    return { result: groupAnswer(await naming({ group: 'path.group' }, operations.pause(call.params.group, reason))) }
  },
})
