import Type, { type TSchema } from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { authorise, type Principal } from '../access.ts'
import { readClientTime } from '../client-time.ts'
import { faultResult, failure, SUCCESS, type Outcome } from '../envelope.ts'
import { Input, isFields, replaceAliases } from '../input.ts'
import { recordView, type ViewFields } from '../record-view.ts'
import { defineRoute, learnerOf, type Answer, type Services } from '../route.ts'
import { Assessments, AttemptId, ClientTime, closed, ContentId, UserId, viewFields, viewKey } from '../schemas.ts'
import { submitAttempts, type SubmissionFields } from '../submit-attempts.ts'

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

interface Caller {
  readonly principal: Principal
  readonly expiredAt: number | undefined
  readonly userId: string | undefined
  readonly nowMs: number
}

interface ItemAnswer {
  readonly index: number
  readonly id: string | null
  readonly status: number
  readonly params: Outcome
  readonly result: unknown
}

/** Up to BATCH_ITEMS_MAX items of offline work, answered one by one; a bad one leaves the others unharmed. */
export const viewBatch = defineRoute({
  id: 'api.view.batch',
  method: 'POST',
  url: '/v1/view/batch',
  tag: 'Views',
  summary: 'Sync many views and assessments at once',
  description:
    'Items carry the time at which they happened, may come in any order, late and more than once: the result is the same. An update or end that overtakes its start is kept until the start arrives (item status 202). HTTP 200 where all items were recorded, 207 where they fared differently.',
  access: 'progress-write',
  offline: true,
  body: closed({
    userId: Type.Optional(UserId),
    items: Type.Array(Type.Unknown(), {
      minItems: 1,
      description:
        'Each {op: start | update | end | assess, id, clientTime, contentId, …} with the fields of that request.',
    }),
  }),
  result: closed({
    items: Type.Array(
      Type.Object({
        index: Type.Integer(),
        id: Type.Union([Type.String(), Type.Null()]),
        status: Type.Integer({ description: 'HTTP status that this item alone would have got.' }),
        params: Type.Object({}),
        result: Type.Object({}),
      }),
    ),
  }),
  example: {
    userId: 'rahul',
    items: [
      { op: 'start', id: '1', clientTime: 1735725600000, contentId: 'single-digit-addition' },
      { op: 'end', id: '2', clientTime: 1735726200000, contentId: 'single-digit-addition' },
    ],
  },
  // Each item names its own learner and is authorised by itself.
  target: () => undefined,
  handle: async (services, call) => {
    const { items } = call.body
    if (items.length > services.config.BATCH_ITEMS_MAX) {
      throw new WaymarkError('BATCH_TOO_LARGE', { field: call.nameOf('items') })
    }
    const caller: Caller = { ...call, userId: call.body.userId }
    const answered = await Promise.all(
      items.map((item, index) => answerItem(services, caller, item, index, call.nameOf(`items[${String(index)}]`))),
    )
    const waits = answered.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? [])
    const retryAfterSeconds = waits.length === 0 ? undefined : Math.max(...waits)
    return { ...batchAnswer(answered.map(({ answer }) => answer)), retryAfterSeconds }
  },
})

async function answerItem(
  services: Services,
  caller: Caller,
  item: unknown,
  index: number,
  path: string,
): Promise<{ readonly answer: ItemAnswer; readonly retryAfterSeconds: number | undefined }> {
  const id = isFields(item) && typeof item['id'] === 'string' ? item['id'] : null
  try {
    const { status, result } = await recordItem(services, caller, item, path)
    return { answer: { index, id, status, params: SUCCESS, result }, retryAfterSeconds: undefined }
  } catch (error) {
    // Even a fault of the program in one item must not hide how its batch-mates fared.
    const known = error instanceof WaymarkError ? error : new WaymarkError('INTERNAL_ERROR', { cause: error })
    if (known !== error) services.report(known)
    const { status, retryAfterSeconds } = known
    return { answer: { index, id, status, params: failure(known), result: faultResult(known) }, retryAfterSeconds }
  }
}

async function recordItem(
  services: Services,
  caller: Caller,
  item: unknown,
  path: string,
): Promise<{ status: number; result: unknown }> {
  if (!isFields(item)) throw new WaymarkError('INVALID_FIELD', { field: path })
  const { nameOf } = replaceAliases(item, `${path}.`)
  const op = item['op']
  if (!isOperation(op))
    throw new WaymarkError(op === undefined ? 'MISSING_FIELD' : 'INVALID_FIELD', { field: nameOf('op') })
  // The schema of this kind of item has just been checked.
  const checked = ITEMS[op].check(item, nameOf) as CheckedItem
  const userId = learnerOf({
    body: { userId: checked.userId ?? caller.userId },
    principal: caller.principal,
    nameOf,
  })
  authorise('progress-write', caller.principal, { userId })
  const at = readClientTime(
    checked.clientTime,
    caller.nowMs,
    services.config.CLIENT_TIME_AHEAD_MAX,
    nameOf('clientTime'),
  )
  if (caller.expiredAt !== undefined) checkGrace(caller, userId, at, nameOf('clientTime'))
  if (op === 'assess') {
    const fields = item as unknown as SubmissionFields
    const submitter = { userId, nowMs: caller.nowMs, at, notAfter: caller.expiredAt, nameOf }
    return { status: 200, result: await submitAttempts(services, submitter, fields) }
  }
  const fields = item as unknown as ViewFields
  const { outcome, result } = await recordView(services, userId, fields, { kind: op, at, timed: true }, nameOf)
  return { status: outcome === 'KEPT_UNTIL_START' ? 202 : 200, result }
}

/** An expired token syncs its own views of the time when it was still good, and nothing else. */
function checkGrace(caller: Caller, userId: string, at: number, field: string): void {
  if (userId !== caller.principal.userId) throw new WaymarkError('FORBIDDEN')
  if (caller.expiredAt !== undefined && at > caller.expiredAt) throw new WaymarkError('TOKEN_EXPIRED', { field })
}

function isOperation(op: unknown): op is Operation {
  return typeof op === 'string' && Object.hasOwn(ITEMS, op)
}

/** All recorded: 200. All refused alike: that status, with the first item's error. Otherwise 207. */
function batchAnswer(items: readonly ItemAnswer[]): Answer {
  const result = { items }
  const [first] = items
  if (first === undefined || items.every((item) => item.status === 200)) return { result }
  if (first.status < 400 || items.some((item) => item.status !== first.status)) return { status: 207, result }
  return { status: first.status, result: { ...result, ...(first.result as object) }, outcome: first.params }
}
