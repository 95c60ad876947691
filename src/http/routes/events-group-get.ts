import { GroupAnswer, groupAnswer, naming, ofGroup } from '../group-answer.ts'
import { defineRoute } from '../route.ts'

export const eventsGroupGet = defineRoute({
  id: 'api.events.group.read',
  method: 'GET',
  url: '/v1/events/groups/:group',
  tag: 'Events',
  summary: 'How one group fares',
  access: 'events-operate',
  params: ofGroup,
  result: GroupAnswer,
  target: () => ({}),
  handle: async ({ operations }, call) => ({
    result: groupAnswer(await naming({ group: 'path.group' }, operations.group(call.params.group))),
  }),
})
