import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { CONTEXT_KINDS, readDate, type Context, type ContextStatus } from '../../domain/progress/context.ts'
import { ContextAnswer, contextAnswer } from '../context-answer.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId, ContextId } from '../schemas.ts'

const DateText = Type.Union([Type.String({ maxLength: 64 }), Type.Null()], {
  description: 'RFC 3339, or a date or local time in the time zone of the installation. A date alone is the whole day.',
})

/** Today's systems write the status of a batch as a number, and some words mean the same. */
const STATUSES = {
  upcoming: 'upcoming',
  ongoing: 'ongoing',
  active: 'ongoing',
  ended: 'ended',
  expired: 'ended',
  0: 'upcoming',
  1: 'ongoing',
  2: 'ended',
} as const satisfies Record<string | number, ContextStatus>

export const contextPut = defineRoute({
  id: 'api.context.put',
  method: 'PUT',
  url: '/v1/context/:collectionId/:contextId',
  tag: 'Contexts',
  summary: 'Make or change a batch, program or program batch of a collection',
  description: 'Replaces what was said before. Without `status` it follows the dates.',
  access: 'context-write',
  params: closed({ collectionId: CollectionId, contextId: ContextId }),
  body: closed({
    kind: Type.Enum([...CONTEXT_KINDS]),
    name: Type.Optional(
      Type.Refine(Type.String({ maxLength: 1024 }), (text) => text.isWellFormed() && !text.includes('\0')),
    ),
    startDate: Type.Optional(DateText),
    endDate: Type.Optional(DateText),
    enrollmentEndDate: Type.Optional(DateText),
    status: Type.Optional(
      Type.Union([Type.Enum(['upcoming', 'ongoing', 'active', 'ended', 'expired']), Type.Enum([0, 1, 2]), Type.Null()]),
    ),
  }),
  result: ContextAnswer,
  example: { kind: 'batch', name: 'Class 1A', startDate: '2026-01-01', endDate: '2026-12-31' },
  target: (call) => ({ collectionId: call.params.collectionId }),
  handle: async (services, call) => {
    const { kind, name = '', startDate = null, endDate = null, enrollmentEndDate = null, status = null } = call.body
    const date = (text: string | null, field: string, dayEnd: boolean): number | null => {
      if (text === null) return null
      const at = readDate(text, services.config.TIME_ZONE, dayEnd)
      if (at === undefined) throw new WaymarkError('INVALID_FIELD', { field: call.nameOf(field) })
      return at
    }
    const context: Context = {
      ...call.params,
      kind,
      name,
      startsAt: date(startDate, 'startDate', false),
      endsAt: date(endDate, 'endDate', true),
      enrolmentEndsAt: date(enrollmentEndDate, 'enrollmentEndDate', true),
      statusSet: status === null ? null : STATUSES[status],
      rules: null,
      startDate,
      endDate,
      enrollmentEndDate,
    }
    checkDates(context, call.nameOf)
    const put = await services.store.catalogue.putContext(context)
    return { status: put === 'CREATED' ? 201 : 200, result: contextAnswer(context, call.nowMs) }
  },
})

function checkDates(context: Context, nameOf: (path: string) => string): void {
  const { startsAt, endsAt, enrolmentEndsAt } = context
  if (startsAt !== null && endsAt !== null && endsAt < startsAt) {
    throw new WaymarkError('CONTEXT_DATES', { field: nameOf('endDate') })
  }
  if (endsAt !== null && enrolmentEndsAt !== null && enrolmentEndsAt > endsAt) {
    throw new WaymarkError('CONTEXT_DATES', { field: nameOf('enrollmentEndDate') })
  }
}
