/** What the three view routes and the batch share: from checked fields to a fact, and from its outcome to the seed's answer. */
import { WaymarkError } from '../domain/errors.ts'
import { fillKey, type ViewKey } from '../domain/progress/key.ts'
import { targetRow } from '../domain/progress/mode.ts'
import { viewProgress, viewStatus, type ViewFact, type ViewOutcome } from '../domain/progress/view.ts'
import { exceedsDepth } from './json-body.ts'
import { JsonText } from './json-text.ts'
import type { ViewRecorded, ViewWrite } from '../ports/progress-store.ts'
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
  readonly result: JsonText
}

/**
 * Which row a view request is about, and what it says happened.
 * @throws WaymarkError DETAILS_TOO_LARGE
 */
export function readView(
  services: Services,
  userId: string,
  fields: ViewFields,
  when: { readonly kind: ViewFact['kind']; readonly at: number; readonly timed: boolean },
  nameOf: (path: string) => string,
): ViewWrite {
  const fact: ViewFact = {
    kind: when.kind,
    at: when.at,
    timed: when.timed,
    progress: progressOf(fields),
    timespentSeconds: fields.timespent,
    details: detailsOf(services, fields, nameOf),
  }
  const { collectionId, contextId, contentId } = fields
  return { key: targetRow(services.mode, fillKey({ userId, collectionId, contextId, contentId })), fact }
}

/**
 * What is answered for a view that the store was given.
 * @throws WaymarkError VIEW_NOT_STARTED
 */
export function viewAnswer(
  services: Services,
  { key, fact }: ViewWrite,
  { outcome, row, countedIn }: ViewRecorded,
  nameOf: (path: string) => string,
): ViewAnswer {
  services.metrics.view(outcome)
  if (outcome === 'VIEW_NOT_STARTED') throw new WaymarkError('VIEW_NOT_STARTED', { field: nameOf('contentId') })
  return { outcome, result: viewResult(key, TEXTS[fact.kind], { outcome, row, countedIn }) }
}

/** `{"<contentId>": text, "view": {…}}`; a content that is itself called `view` keeps its text. */
function viewResult(key: ViewKey, text: string, { outcome, row, countedIn }: ViewRecorded): JsonText {
  const content = `${JSON.stringify(key.contentId)}:"${text}"`
  if (key.contentId === 'view') return new JsonText(`{${content}}`)
  const [status, progress] = [String(viewStatus(row)), String(viewProgress(row))]
  const elsewhere = countedIn === undefined ? '' : `,"countedIn":${JSON.stringify(countedIn)}`
  const view = `{"outcome":"${outcome}","status":${status},"progress":${progress}${elsewhere}}`
  return new JsonText(`{"view":${view},${content}}`)
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
