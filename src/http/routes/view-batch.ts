import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import type { ViewRecorded } from '../../ports/progress-store.ts'
import { readItem, type AssessItem, type Sender, type ViewItem } from '../batch-item.ts'
import { faultResult, failure, SUCCESS } from '../envelope.ts'
import { isFields } from '../input.ts'
import { JsonText, jsonOf } from '../json-text.ts'
import { viewAnswer } from '../record-view.ts'
import { defineRoute, type Answer, type Services } from '../route.ts'
import { closed, UserId } from '../schemas.ts'
import { submitAttempts } from '../submit-attempts.ts'

/** What became of an item: what it is answered, or why it was refused. */
type Fate = { readonly status: number; readonly result: unknown } | WaymarkError

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
    const fates = await recordItems(services, { ...call, userId: call.body.userId }, items)
    const waits = fates.flatMap((fate) => (fate instanceof WaymarkError ? (fate.retryAfterSeconds ?? []) : []))
    const retryAfterSeconds = waits.length === 0 ? undefined : Math.max(...waits)
    return { ...batchAnswer(items, fates), retryAfterSeconds }
  },
})

/** Checks every item; then records all views together and each submission of attempts by itself. In request order. */
async function recordItems(services: Services, sender: Sender, items: readonly unknown[]): Promise<readonly Fate[]> {
  // Each place is filled below.
  const fates = Array.from<Fate>({ length: items.length })
  const views: ViewItem[] = []
  const assessments: AssessItem[] = []
  for (const [index, sent] of items.entries()) {
    try {
      const item = readItem(services, sender, sent, index)
      if (item.kind === 'view') views.push(item)
      else assessments.push(item)
    } catch (error) {
      fates[index] = refusalOf(services, error)
    }
  }
  await Promise.all([
    recordViews(services, views, fates),
    ...assessments.map(async ({ index, submitter, fields }) => {
      try {
        fates[index] = { status: 200, result: await submitAttempts(services, submitter, fields) }
      } catch (error) {
        fates[index] = refusalOf(services, error)
      }
    }),
  ])
  return fates
}

/** The store records all views or none: where it fails, each of them is refused alike. */
async function recordViews(services: Services, views: readonly ViewItem[], fates: Fate[]): Promise<void> {
  if (views.length === 0) return
  try {
    const recorded = await services.store.progress.recordViews(views.map(({ write }) => write))
    for (const [position, view] of views.entries()) fates[view.index] = viewFate(services, view, recorded[position])
  } catch (error) {
    const refusal = refusalOf(services, error)
    for (const { index } of views) fates[index] = refusal
  }
}

function viewFate(services: Services, { write, nameOf }: ViewItem, recorded: ViewRecorded | undefined): Fate {
  try {
    if (recorded === undefined) throw new Error('the store did not say what became of a view')
    const { outcome, result } = viewAnswer(services, write, recorded, nameOf)
    return { status: outcome === 'KEPT_UNTIL_START' ? 202 : 200, result }
  } catch (error) {
    return refusalOf(services, error)
  }
}

/** Even a fault of the program in one item must not hide how its batch-mates fared. */
function refusalOf(services: Services, error: unknown): WaymarkError {
  if (error instanceof WaymarkError) return error
  const fault = new WaymarkError('INTERNAL_ERROR', { cause: error })
  services.report(fault)
  return fault
}

const SUCCESS_TEXT = JSON.stringify(SUCCESS)

/** `{index, id, status, params, result}`: where an item stands, its id if it has one, and its fate. */
function itemText(sent: unknown, index: number, fate: Fate): string {
  const id = isFields(sent) && typeof sent['id'] === 'string' ? JSON.stringify(sent['id']) : 'null'
  const [params, result] =
    fate instanceof WaymarkError
      ? [JSON.stringify(failure(fate)), JSON.stringify(faultResult(fate))]
      : [SUCCESS_TEXT, jsonOf(fate.result)]
  return `{"index":${String(index)},"id":${id},"status":${String(fate.status)},"params":${params},"result":${result}}`
}

/** All recorded: 200. All refused alike: that status, with the first item's error. Otherwise 207. */
function batchAnswer(items: readonly unknown[], fates: readonly Fate[]): Answer {
  const list = `"items":[${fates.map((fate, index) => itemText(items[index], index, fate)).join(',')}]`
  const [first] = fates
  if (first instanceof WaymarkError && fates.every(({ status }) => status === first.status)) {
    const { field } = faultResult(first)
    const named = field === undefined ? '' : `,"field":${JSON.stringify(field)}`
    return { status: first.status, result: new JsonText(`{${list}${named}}`), outcome: failure(first) }
  }
  return { status: fates.every(({ status }) => status === 200) ? 200 : 207, result: new JsonText(`{${list}}`) }
}
