import Type from 'typebox'
import { naming, ofGroup } from '../group-answer.ts'
import { defineRoute } from '../route.ts'

export const eventsGroupForget = defineRoute({
  id: 'api.events.group.forget',
  method: 'DELETE',
  url: '/v1/events/groups/:group',
  tag: 'Events',
  summary: 'Forget a group: its position, what it handled, and its dead letters',
  description: 'Refused while this process delivers to it. Until a group is forgotten, events are kept for it.',
  access: 'events-operate',
  params: ofGroup,
  result: Type.Object({}),
  target: () => ({}),
  handle: async ({ operations }, call) => {
    await naming({ group: 'path.group' }, operations.forget(call.params.group))
    return { result: {} }
  },
})
