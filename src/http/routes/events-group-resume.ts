import { GroupAnswer, groupAnswer, naming, ofGroup } from '../group-answer.ts'
import { defineRoute } from '../route.ts'

export const eventsGroupResume = defineRoute({
  id: 'api.events.group.resume',
  method: 'POST',
  url: '/v1/events/groups/:group/resume',
  tag: 'Events',
  summary: 'Go on with deliveries to a group',
  description: 'It goes on where it was paused. Resuming a group that is not paused changes nothing.',
  access: 'events-operate',
  params: ofGroup,
  result: GroupAnswer,
  target: () => ({}),
  handle: async ({ operations }, call) => ({
    result: groupAnswer(await naming({ group: 'path.group' }, operations.resume(call.params.group))),
  }),
})
