/** The file of all summaries of one learner: its signed link, and the file itself, streamed page by page. */
import { Readable } from 'node:stream'
import { csvStream } from '../codec/csv.ts'
import { WaymarkError } from '../domain/errors.ts'
import type { Services } from './route.ts'
import { summaryAnswer, summaryParts, type SummaryParts } from './summary-answer.ts'
import { completionPercentage } from '../domain/progress/summary.ts'
import { isActive } from '../domain/progress/enrolment.ts'

export const FORMATS = ['json', 'csv'] as const
export type Format = (typeof FORMATS)[number]

const PATH = '/v1/summary/file/'
const PURPOSE = 'summary-file'

/** A link `…/{userId}_viewer_summary.csv` that works until it expires. */
export function fileLink(
  services: Services,
  userId: string,
  format: Format,
  origin: string,
  nowMs: number,
): { readonly url: string; readonly expiresAt: number } {
  const expiresAt = nowMs + services.config.LINK_LIFETIME
  const signature = services.links.sign([PURPOSE, userId, format], expiresAt)
  const name = `${encodeURIComponent(userId)}_viewer_summary.${format}`
  return { url: `${origin}${PATH}${name}?expires=${String(expiresAt)}&signature=${signature}`, expiresAt }
}

export interface FileRequest {
  readonly userId: string
  readonly format: Format
}

/**
 * What a link is for.
 * @throws WaymarkError NOT_FOUND, LINK_INVALID, LINK_EXPIRED
 */
export function readFileLink(
  services: Services,
  name: string,
  query: Readonly<Record<string, unknown>>,
  nowMs: number,
): FileRequest {
  const match = /^(.*)_viewer_summary\.(json|csv)$/s.exec(name)
  const [, userId = '', extension] = match ?? []
  const format = FORMATS.find((known) => known === extension)
  if (format === undefined) throw new WaymarkError('NOT_FOUND')
  const { expires, signature } = query
  const expiresAt = typeof expires === 'string' && /^\d{1,16}$/.test(expires) ? Number(expires) : undefined
  if (expiresAt === undefined || typeof signature !== 'string') throw new WaymarkError('LINK_INVALID')
  if (!services.links.verify([PURPOSE, userId, format], expiresAt, signature)) throw new WaymarkError('LINK_INVALID')
  if (nowMs > expiresAt) throw new WaymarkError('LINK_EXPIRED')
  return { userId, format }
}

/** A file name that every file system and header takes. */
export function safeFileName(request: FileRequest): string {
  const name = request.userId.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100)
  return `${name}_viewer_summary.${request.format}`
}

const COLUMNS = [
  'userId',
  'collectionId',
  'collectionName',
  'contextId',
  'active',
  'status',
  'completionPercentage',
  'progress',
  'required',
  'leafNodesCount',
  'enrolledDate',
  'completedOn',
] as const

/** The file's bytes, made while they are sent: memory holds one page. */
export function summaryFile(services: Services, request: FileRequest): Readable {
  if (request.format === 'json') return Readable.from(jsonParts(services, request.userId))
  return Readable.from(csvRows(services, request.userId)).compose(csvStream(COLUMNS))
}

async function* allParts(services: Services, userId: string): AsyncGenerator<SummaryParts> {
  let after: string | undefined
  do {
    const page = await services.store.progress.enrolmentsOf(userId, { after, limit: services.config.PAGE_ITEMS })
    for (const enrolled of page.items) yield summaryParts(services, enrolled)
    after = page.next
  } while (after !== undefined)
}

async function* jsonParts(services: Services, userId: string): AsyncGenerator<string> {
  yield '['
  let separator = '\n'
  for await (const parts of allParts(services, userId)) {
    yield separator + JSON.stringify(summaryAnswer(parts))
    separator = ',\n'
  }
  yield '\n]\n'
}

async function* csvRows(services: Services, userId: string): AsyncGenerator<readonly unknown[]> {
  for await (const parts of allParts(services, userId)) yield csvRow(parts)
}

function csvRow({ key, enrolment, summary, publication }: SummaryParts): readonly unknown[] {
  const progress = summary?.progress ?? 0
  const required = summary?.required ?? 0
  return [
    key.userId,
    key.collectionId,
    publication?.structure.name ?? '',
    key.contextId,
    String(enrolment !== undefined && isActive(enrolment)),
    summary?.status ?? 0,
    completionPercentage(progress, required),
    progress,
    required,
    publication?.structure.root.leaves.length ?? 0,
    timeText(enrolment?.firstEnrolledAt),
    timeText(summary?.completedAt),
  ]
}

function timeText(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : new Date(milliseconds).toISOString()
}
