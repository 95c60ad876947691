/** What the three view routes and the batch share: from checked fields to a recorded fact and the seed's answer. */
import { WaymarkError } from '../domain/errors.ts'
import { fillKey, type ViewKey } from '../domain/progress/key.ts'
import { targetRow } from '../domain/progress/mode.ts'
import { viewProgress, viewStatus, type ViewFact, type ViewOutcome, type ViewRow } from '../domain/progress/view.ts'
import { exceedsDepth } from './json-body.ts'
import type { Services } from './route.ts'

/** Fields of a view request after its schema was checked. */
export interface ViewFields {
  readonly collectionId?: string | undefined
  readonly contextId?: string | undefined
  readonly contentId: string
  readonly progress?: number | undefined
  readonly timespent?: number | undefined
  readonly progressDetails?: Readonly<Record<string, unknown>> | undefined
}

/** The texts of the seed. */
const TEXTS: Record<ViewFact['kind'], string> = {
  start: 'Progress started',
  update: 'SUCCESS',
  end: 'Progress ended',
}

export interface ViewAnswer {
  readonly outcome: ViewOutcome
  readonly result: unknown
}

/**
 * Records one view request; resolves when it is durable.
 * @throws WaymarkError VIEW_NOT_STARTED, DETAILS_TOO_LARGE, and those of the store
 */
export async function recordView(
  services: Services,
  userId: string,
  fields: ViewFields,
  when: { readonly kind: ViewFact['kind']; readonly at: number; readonly timed: boolean },
  nameOf: (path: string) => string,
): Promise<ViewAnswer> {
  const fact: ViewFact = {
    ...when,
    progress: progressOf(fields),
    timespentSeconds: fields.timespent,
    details: detailsOf(services, fields, nameOf),
  }
  const key = targetRow(services.mode, fillKey({ ...fields, userId }))
  const { outcome, row } = await services.store.progress.recordView(key, fact)
  services.metrics.view(outcome)
  if (outcome === 'VIEW_NOT_STARTED') throw new WaymarkError('VIEW_NOT_STARTED', { field: nameOf('contentId') })
  return { outcome, result: viewResult(key, TEXTS[when.kind], outcome, row) }
}

/** `{"<contentId>": text, "view": {…}}`; a content that is itself called `view` keeps its text. */
function viewResult(key: ViewKey, text: string, outcome: ViewOutcome, row: ViewRow | undefined): unknown {
  const result = Object.create(null) as Record<string, unknown>
  result['view'] = { outcome, status: viewStatus(row), progress: viewProgress(row) }
  result[key.contentId] = text
  return result
}

function progressOf(fields: ViewFields): number | undefined {
  if (fields.progress !== undefined) return fields.progress
  // Players that follow the seed have no field for it and put it among their details; some mean pages or seconds by it.
  const { progress } = fields.progressDetails ?? {}
  return typeof progress === 'number' && progress >= 0 && progress <= 100 ? progress : undefined
}

function detailsOf(services: Services, fields: ViewFields, nameOf: (path: string) => string): string | undefined {
  if (fields.progressDetails === undefined) return undefined
  const { DETAILS_BYTES_MAX, DETAILS_DEPTH_MAX } = services.config
  const text = JSON.stringify(fields.progressDetails)
  if (Buffer.byteLength(text) > DETAILS_BYTES_MAX || exceedsDepth(text, DETAILS_DEPTH_MAX)) {
    throw new WaymarkError('DETAILS_TOO_LARGE', { field: nameOf('progressDetails') })
  }
  return text
}
