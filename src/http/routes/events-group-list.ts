import Type from 'typebox'
import { GroupAnswer, groupAnswer } from '../group-answer.ts'
import { defineRoute } from '../route.ts'

export const eventsGroupList = defineRoute({
  id: 'api.events.groups',
  method: 'GET',
  url: '/v1/events/groups',
  tag: 'Events',
  summary: 'All groups of consumers, and how they fare',
  description: 'By name, then Waymark’s own workers. There are few, so that they come on one page.',
  access: 'events-operate',
  result: Type.Object({ groups: Type.Array(GroupAnswer) }),
  target: () => ({}),
  handle: async ({ operations }) => ({ result: { groups: (await operations.groups()).map(groupAnswer) } }),
})
