import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import type { LetterHead, LetterPlace } from '../../ports/operations.ts'
import { Group, LetterHeadAnswer, letterHeadAnswer, naming } from '../group-answer.ts'
import { cursorAnswer, pageRequest } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { closed, nextCursor, pageQuery } from '../schemas.ts'

export const eventsLetterList = defineRoute({
  id: 'api.events.letters',
  method: 'GET',
  url: '/v1/events/dead-letters',
  tag: 'Events',
  summary: 'Dead letters of one group, or of all',
  description: 'By group and position, each with the first line of the reason. What only waits is not among them.',
  access: 'events-operate',
  query: closed({ ...pageQuery, group: Type.Optional(Group) }),
  result: Type.Object({ deadLetters: Type.Array(LetterHeadAnswer), nextCursor }),
  target: () => ({}),
  handle: async ({ config, operations }, call) => {
    const { limit, after } = pageRequest(config, call.query)
    const letters = operations.letters(call.query.group, after === undefined ? undefined : readCursor(after), limit + 1)
    const found = await naming({ group: 'query.group' }, letters)
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return { result: { deadLetters: page.map(inBrief), ...cursorAnswer(last && writeCursor(last)) } }
  },
})

/** The first line of the reason: the stack is for who looks at one. */
function inBrief(head: LetterHead): ReturnType<typeof letterHeadAnswer> {
  return letterHeadAnswer({ ...head, reason: head.reason?.split('\n', 1)[0] })
}

function writeCursor({ group, position }: LetterPlace): string {
  return Buffer.from(JSON.stringify([group, position])).toString('base64url')
}

/** @throws WaymarkError INVALID_CURSOR */
function readCursor(cursor: string): LetterPlace {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(place) && place.length === 2) {
      const [group, position] = place as readonly unknown[]
      if (typeof group === 'string' && Number.isSafeInteger(position)) return { group, position: Number(position) }
    }
  } catch {
    // Refused below: the text was not made by writeCursor.
  }
  throw new WaymarkError('INVALID_CURSOR', { field: 'query.cursor' })
}
