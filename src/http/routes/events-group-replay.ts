import Type, { type Static } from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { GroupAnswer, groupAnswer, naming, ofGroup } from '../group-answer.ts'
import { defineRoute, type Services } from '../route.ts'
import { closed } from '../schemas.ts'

const From = closed({
  time: Type.Optional(
    Type.String({ maxLength: 64, description: 'RFC 3339: events that were published then or later.' }),
  ),
  position: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The first position that is read; 0 is everything that is kept.',
    }),
  ),
})

export const eventsGroupReplay = defineRoute({
  id: 'api.events.group.replay',
  method: 'POST',
  url: '/v1/events/groups/:group/replay',
  tag: 'Events',
  summary: 'Have a group handle events again, from a time or a position',
  description:
    'What it handled before is handled again; dead letters from there on are forgotten, because they come again. The group may be new: whoever consumes under that name begins there.',
  access: 'events-operate',
  params: ofGroup,
  body: closed({ from: From }),
  result: GroupAnswer,
  example: { from: { time: '2026-03-01T00:00:00Z' } },
  target: () => ({}),
  handle: async (services, call) => {
    const after = await positionBefore(services, call.body.from, call.nowMs, (path) => call.nameOf(`from${path}`))
    const replayed = services.operations.replay(call.params.group, after)
    return { result: groupAnswer(await naming({ group: 'path.group' }, replayed)) }
  },
})

/**
 * The position to read after.
 * @throws WaymarkError MISSING_FIELD, CONFLICTING_FIELDS, INVALID_FIELD, TIME_IN_FUTURE
 */
async function positionBefore(
  { store: { events } }: Services,
  { time, position }: Static<typeof From>,
  nowMs: number,
  nameOf: (path: string) => string,
): Promise<number> {
  if (time !== undefined && position !== undefined) {
    const text = 'A time and a position may contradict each other: send one of them.'
    throw new WaymarkError('CONFLICTING_FIELDS', { field: nameOf(''), text })
  }
  if (time !== undefined) return events.positionBefore(readTime(time, nowMs, nameOf('.time')))
  if (position === undefined) {
    throw new WaymarkError('MISSING_FIELD', { field: nameOf(''), text: 'Say from where: a time or a position.' })
  }
  const last = await events.last()
  if (position <= last + 1) return Math.max(0, position - 1)
  // Whatever comes until then would be passed over without a word.
  const text = `Nothing has this position yet, the last is ${String(last)}: ${String(last + 1)} begins with what comes next.`
  throw new WaymarkError('INVALID_FIELD', { field: nameOf('.position'), text })
}

function readTime(text: string, nowMs: number, field: string): number {
  let at: number
  try {
    at = Temporal.Instant.from(text).epochMilliseconds
  } catch (error) {
    throw new WaymarkError('INVALID_FIELD', { field, cause: error })
  }
  if (at > nowMs) {
    throw new WaymarkError('TIME_IN_FUTURE', { field, text: 'The time has not come yet: nothing was published then.' })
  }
  return at
}
