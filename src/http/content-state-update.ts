/** Records a content-state update, element by element, and answers as its clients read it. */
import { WaymarkError } from '../domain/errors.ts'
import { contextStatus } from '../domain/progress/context.ts'
import type { ViewWrite } from '../ports/progress-store.ts'
import type { Sender } from './batch-item.ts'
import type { StateItem } from './content-state-element.ts'
import { readStateItem, type Place } from './content-state-item.ts'
import { failure, faultResult, SUCCESS } from './envelope.ts'
import type { Answer, Services } from './route.ts'
import { submitAttempts } from './submit-attempts.ts'

export interface StateUpdate {
  readonly contents: readonly unknown[]
  readonly assessments: readonly unknown[]
}

/** What became of one element: the element as it was read, or why it was refused. */
interface Fate {
  readonly place: Place
  readonly item: StateItem | undefined
  readonly refusal: WaymarkError | undefined
}

/**
 * Records what may be recorded and says of the rest why not. Elements are independent, merge, and may come in any order.
 * @throws WaymarkError BATCH_TOO_LARGE, MISSING_FIELD where there is nothing in it
 */
export async function updateContentState(services: Services, sender: Sender, update: StateUpdate): Promise<Answer> {
  const places = (['contents', 'assessments'] as const).flatMap((list) =>
    update[list].map((sent, index) => ({ place: { list, index }, sent })),
  )
  if (places.length === 0) throw new WaymarkError('MISSING_FIELD', { field: sender.nameOf('contents') })
  if (places.length > services.config.BATCH_ITEMS_MAX) {
    throw new WaymarkError('BATCH_TOO_LARGE', { field: sender.nameOf(places[0]?.place.list ?? 'contents') })
  }
  const fates = await Promise.all(
    places.map(async ({ place, sent }): Promise<Fate> => {
      let item: StateItem | undefined
      try {
        item = readStateItem(services, sender, sent, place)
        await checkBatch(services, item)
        if (item.attempt !== undefined) await submitAttempts(services, item.attempt.submitter, item.attempt.fields)
        return { place, item, refusal: undefined }
      } catch (error) {
        return { place, item, refusal: refusalOf(services, error) }
      }
    }),
  )
  return answer(sender, await recordViews(services, fates))
}

/**
 * A batch must be known, and have run when it happened: what a learner did offline in time counts, however late it comes.
 * @throws WaymarkError BATCH_NOT_EXISTS, NOT_A_ON_GOING_BATCH
 */
async function checkBatch(services: Services, { collectionId, contextId, at, nameOf }: StateItem): Promise<void> {
  const context = await services.store.catalogue.context(collectionId, contextId)
  if (context === undefined) {
    // Who is enrolled in the collection itself has no batch that could be known.
    if (contextId === collectionId) return
    throw new WaymarkError('BATCH_NOT_EXISTS', { field: nameOf('contextId') })
  }
  if (contextStatus(context, at) !== 'ongoing') {
    throw new WaymarkError('NOT_A_ON_GOING_BATCH', { field: nameOf('contextId') })
  }
}

/** All views in one commit; where the store fails, every element is refused alike, and may be sent again. */
async function recordViews(services: Services, fates: readonly Fate[]): Promise<readonly Fate[]> {
  const writes: readonly ViewWrite[] = fates.flatMap(({ item, refusal }) =>
    item === undefined || refusal !== undefined ? [] : item.views,
  )
  if (writes.length === 0) return fates
  try {
    for (const { outcome } of await services.store.progress.recordViews(writes)) services.metrics.view(outcome)
    return fates
  } catch (error) {
    const refusal = refusalOf(services, error)
    return fates.map((fate) => (fate.refusal === undefined ? { ...fate, refusal } : fate))
  }
}

function refusalOf(services: Services, error: unknown): WaymarkError {
  if (error instanceof WaymarkError) return error
  const fault = new WaymarkError('INTERNAL_ERROR', { cause: error })
  services.report(fault)
  return fault
}

/** Lists of batches in the answer: today's clients read there why nothing of a batch was recorded. */
const BATCH_LISTS = ['NOT_A_ON_GOING_BATCH', 'BATCH_NOT_EXISTS'] as const

/**
 * `{"<contentId>": "SUCCESS", "<batchId>": "SUCCESS"}` and the lists of batches; where anything was refused, every element
 * by itself under `items`. All recorded: 200. All refused alike: that status, except for batches, which is 200 as ever.
 */
function answer(sender: Sender, fates: readonly Fate[]): Answer {
  const result = Object.create(null) as Record<string, unknown>
  for (const { place, item, refusal } of fates) {
    if (item === undefined || refusal !== undefined) continue
    result[item.contentId] = 'SUCCESS'
    if (place.list === 'assessments') result[item.contextId] = 'SUCCESS'
  }
  for (const list of BATCH_LISTS) {
    const refused = fates.flatMap(({ item, refusal }) => (refusal?.code === list ? (item?.contextId ?? []) : []))
    if (refused.length > 0) result[list] = [...new Set(refused)]
  }
  const refusals = fates.flatMap(({ refusal }) => refusal ?? [])
  const [first] = refusals
  if (first === undefined) return { result }
  result['items'] = fates.map((fate, index) => itemAnswer(sender, fate, index))
  const waits = refusals.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? [])
  const retryAfterSeconds = waits.length === 0 ? undefined : Math.max(...waits)
  const allRefused = refusals.length === fates.length
  if (allRefused && refusals.every(({ code }) => BATCH_LISTS.some((list) => list === code))) return { result }
  if (!allRefused || !refusals.every(({ status }) => status === first.status)) {
    return { status: 207, result, retryAfterSeconds }
  }
  return {
    status: first.status,
    result: Object.assign(result, faultResult(first)),
    outcome: failure(first),
    retryAfterSeconds,
  }
}

/** One element: contents first, then assessments, each in the order in which it was sent. */
function itemAnswer(sender: Sender, { place, item, refusal }: Fate, index: number): Record<string, unknown> {
  const { list, index: position } = place
  return {
    index,
    id: sender.nameOf(`${list}[${String(position)}]`),
    ...(item === undefined ? {} : { contentId: item.contentId }),
    status: refusal?.status ?? 200,
    params: refusal === undefined ? SUCCESS : failure(refusal),
    result: refusal === undefined ? {} : faultResult(refusal),
  }
}
