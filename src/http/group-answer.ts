/** What the routes of groups and dead letters have in common: names, positions, answers, and which field is at fault. */
import Type, { type Static } from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import { BEHIND_MAX, type GroupState, type LetterHead, type LetterPlace } from '../ports/operations.ts'
import { closed } from './schemas.ts'

export const Group = Type.String({
  pattern: '^[a-z][a-z0-9._:-]{0,99}$',
  description: 'A group of consumers, or one of Waymark’s own workers.',
})
export const Position = Type.String({ maxLength: 16, description: 'Position in the log that the group reads.' })
export const Personal = Type.Optional(
  Type.Enum(['true', 'false'], {
    description: 'Whether personal data are shown; otherwise pseudonyms and nothing stand for them.',
  }),
)

export const ofGroup = closed({ group: Group })
export const ofLetter = closed({ group: Group, position: Position })

/** @throws WaymarkError INVALID_FIELD */
export function placeOf({ group, position }: Static<typeof ofLetter>): LetterPlace {
  return { group, position: readPosition(position, 'path.position') }
}

/** @throws WaymarkError INVALID_FIELD */
export function readPosition(text: string, field: string): number {
  const position = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(position)) return position
  throw new WaymarkError('INVALID_FIELD', { field, text: 'A position is a whole number, 0 or more.' })
}

/**
 * Names the field at fault in what is refused about a group or a letter of it.
 * @throws WaymarkError
 */
export async function naming<T>(
  fields: { readonly group: string; readonly position?: string },
  work: Promise<T>,
): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof WaymarkError)) throw error
    const { code, message, cause } = error
    const field = code.startsWith('GROUP_') ? fields.group : LETTER_CODES.has(code) ? fields.position : undefined
    throw field === undefined ? error : new WaymarkError(code, { field, text: message, cause })
  })
}

const LETTER_CODES: ReadonlySet<string> = new Set(['DEAD_LETTER_NOT_FOUND', 'EVENT_STILL_TRIED'])

export const GroupAnswer = Type.Object({
  name: Type.String(),
  kind: Type.String({ description: '`events`: reads the log of public events. `worker`: one of Waymark’s own.' }),
  position: Type.Integer({ description: 'Nothing up to here is left to read.' }),
  last: Type.Integer({ description: 'The last position of the log that it reads.' }),
  behind: Type.Integer({
    description: `Events that it has yet to read, counted up to ${String(BEHIND_MAX)}; of a group that is not running, of all topics.`,
  }),
  waiting: Type.Integer({ description: 'Events that are to be tried again, or wait behind one of the same key.' }),
  dead: Type.Integer({ description: 'Dead letters.' }),
  paused: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it is paused.' })),
  running: Type.Boolean({ description: 'Whether this process delivers to it.' }),
})

export function groupAnswer({ paused, ...state }: GroupState): Static<typeof GroupAnswer> {
  return { ...state, paused: paused !== undefined, ...(paused === undefined ? {} : { reason: paused }) }
}

export const letterFields = {
  group: Type.String(),
  position: Type.Integer(),
  state: Type.String({ description: '`dead`, or `waiting`: it is tried again, or waits behind one of the same key.' }),
  type: Type.Optional(Type.String({ description: 'Type of the event; absent where it is no longer kept.' })),
  loggedAt: Type.Optional(Type.String()),
  failedAt: Type.Optional(Type.String({ description: 'When it last failed; workers do not note it.' })),
  retryAt: Type.Optional(Type.String({ description: 'When it is tried again.' })),
  tries: Type.Optional(Type.Integer({ description: 'Failures since it was last driven; workers do not note them.' })),
  reason: Type.Optional(Type.String({ description: 'Why it failed.' })),
}
export const LetterHeadAnswer = Type.Object(letterFields)

export function letterHeadAnswer(head: LetterHead): Static<typeof LetterHeadAnswer> {
  const { group, position, state, type, tries, reason } = head
  return present({
    group,
    position,
    state,
    type,
    loggedAt: timeText(head.loggedAtMs),
    failedAt: timeText(head.failedAtMs),
    retryAt: timeText(head.retryAtMs),
    tries,
    reason,
  })
}

function timeText(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString()
}

/** Fields with a value: those that are undefined are left out. */
export function present<T extends object>(fields: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  // Whoever reads a field that was left out reads undefined.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>
  }
}
