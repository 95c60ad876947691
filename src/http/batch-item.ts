/** One item of a batch: what it holds, and from what was sent to what is to be recorded. */
import Type, { type TSchema } from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import type { ViewWrite } from '../ports/progress-store.ts'
import { authorise, type Principal } from './access.ts'
import { readClientTime } from './client-time.ts'
import { Input, isFields, replaceAliases } from './input.ts'
import { readView, type ViewFields } from './record-view.ts'
import { learnerOf, type Services } from './route.ts'
import { Assessments, AttemptId, ClientTime, closed, ContentId, viewFields, viewKey } from './schemas.ts'
import type { SubmissionFields, Submitter } from './submit-attempts.ts'

const itemFields = {
  id: Type.String({
    minLength: 1,
    maxLength: 256,
    description: "The client's id of the item, given back in the answer.",
  }),
  clientTime: ClientTime,
}

/** What an item of each kind holds. */
const ITEMS = {
  start: new Input<TSchema>(closed({ op: Type.Literal('start'), ...itemFields, ...viewKey, ...viewFields })),
  update: new Input<TSchema>(closed({ op: Type.Literal('update'), ...itemFields, ...viewKey, ...viewFields })),
  end: new Input<TSchema>(closed({ op: Type.Literal('end'), ...itemFields, ...viewKey, ...viewFields })),
  assess: new Input<TSchema>(
    closed({
      op: Type.Literal('assess'),
      ...itemFields,
      ...viewKey,
      contentId: Type.Optional(ContentId),
      attemptId: Type.Optional(AttemptId),
      assessments: Assessments,
    }),
  ),
}
type Operation = keyof typeof ITEMS

/** The fields common to all kinds of items, once one of the schemas above has been checked. */
interface CheckedItem {
  readonly id: string
  readonly userId?: string
  readonly clientTime: number | string
}

/** Who sends a batch, when, and how the client names its fields. */
export interface Sender {
  readonly principal: Principal
  readonly expiredAt: number | undefined
  /** The learner of items that name none. */
  readonly userId: string | undefined
  readonly nowMs: number
  readonly nameOf: (path: string) => string
}

/** A checked item, still to be recorded, and where in the batch it stands. */
export interface ViewItem {
  readonly kind: 'view'
  readonly index: number
  readonly write: ViewWrite
  readonly nameOf: (path: string) => string
}
export interface AssessItem {
  readonly kind: 'assess'
  readonly index: number
  readonly submitter: Submitter
  readonly fields: SubmissionFields
}

/**
 * Checks item `index` of a batch by itself: its form, whether the sender may, and when it happened.
 * @throws WaymarkError that names the field at fault
 */
export function readItem(services: Services, sender: Sender, item: unknown, index: number): ViewItem | AssessItem {
  const place = (): string => `items[${String(index)}]`
  if (!isFields(item)) throw new WaymarkError('INVALID_FIELD', { field: sender.nameOf(place()) })
  const { nameOf } = replaceAliases(item, (path) => sender.nameOf(`${place()}.${path}`))
  const op = item['op']
  if (!isOperation(op))
    throw new WaymarkError(op === undefined ? 'MISSING_FIELD' : 'INVALID_FIELD', { field: nameOf('op') })
  // The schema of this kind of item has just been checked.
  const checked = ITEMS[op].check(item, nameOf) as CheckedItem
  const { principal, nowMs, expiredAt } = sender
  const userId = learnerOf({ body: { userId: checked.userId ?? sender.userId }, principal, nameOf })
  authorise('progress-write', principal, { userId })
  const at = readClientTime(checked.clientTime, nowMs, services.config.CLIENT_TIME_AHEAD_MAX, () =>
    nameOf('clientTime'),
  )
  if (expiredAt !== undefined) checkGrace(principal, expiredAt, userId, at, () => nameOf('clientTime'))
  if (op === 'assess') {
    const submitter = { userId, nowMs, at, notAfter: expiredAt, nameOf }
    return { kind: 'assess', index, submitter, fields: item as unknown as SubmissionFields }
  }
  const fields = item as unknown as ViewFields
  const write = readView(services, userId, fields, { kind: op, at, timed: true }, nameOf)
  return { kind: 'view', index, write, nameOf }
}

/**
 * An expired token syncs its own views of the time when it was still good, and nothing else.
 * @throws WaymarkError FORBIDDEN, TOKEN_EXPIRED
 */
export function checkGrace(
  principal: Principal,
  expiredAt: number,
  userId: string,
  at: number,
  field: () => string,
): void {
  if (userId !== principal.userId) throw new WaymarkError('FORBIDDEN')
  if (at > expiredAt) throw new WaymarkError('TOKEN_EXPIRED', { field: field() })
}

function isOperation(op: unknown): op is Operation {
  return typeof op === 'string' && Object.hasOwn(ITEMS, op)
}
