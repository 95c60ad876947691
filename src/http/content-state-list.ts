/** A learner's contents in a batch as clients of the content-state API read them. */
import { WaymarkError } from '../domain/errors.ts'
import { isId } from '../domain/id.ts'
import { compareAttempts, type Attempt } from '../domain/progress/attempt.ts'
import { viewCompletedAt, viewProgress, viewStatus, type ViewRow } from '../domain/progress/view.ts'
import type { Principal } from './access.ts'
import { envelopeTime } from './envelope.ts'
import { wantedRows, type Wanted } from './read-key.ts'
import { learnerOf, type Services } from './route.ts'

/** Attempts that are told of one content, the latest ones. Clients of this API were never told more. */
const ATTEMPTS_TOLD_MAX = 25

interface Fields {
  readonly collectionId?: string | undefined
  readonly courseIds?: unknown
}
type NameOf = (path: string) => string

/** What is read of a request. */
interface ReadCall {
  readonly principal: Principal
  readonly nameOf: NameOf
  readonly body: Fields & {
    readonly userId?: string | undefined
    readonly contextId?: string | undefined
    readonly contentIds?: unknown
    readonly fields?: unknown
  }
}

/**
 * What is asked for of a learner's contents in a batch.
 * @throws WaymarkError MANDATORY_PARAMETER_MISSING, DATA_TYPE_ERROR, INVALID_ID
 */
export async function contentList(services: Services, call: ReadCall): Promise<readonly unknown[]> {
  const { principal, nameOf, body } = call
  const userId = learnerOf(call)
  const collectionId = askedCourse(body, nameOf)
  const contentIds = idsOf(body.contentIds, nameOf, 'contentIds')
  const fields = idsOf(body.fields, nameOf, 'fields') ?? []
  if (collectionId === undefined) throw missing('courseId', nameOf('collectionId'))
  const { contextId } = body
  if (contextId === undefined) throw missing('batchId', nameOf('contextId'))
  const wanted = await wantedRows(services, {
    principal,
    userId,
    fields: { collectionId, contextId, contentId: contentIds?.length === 0 ? undefined : contentIds },
    nameOf: (path) => nameOf(path === 'contentId' ? 'contentIds' : path),
  })
  const where = { batchId: contextId, courseId: collectionId, collectionId }
  const rows = await Promise.all(wanted.map((asked) => readRows(services, asked)))
  return rows.flat().map(({ contentId, view, attempts }) => ({
    contentId,
    ...where,
    ...viewFields(view),
    ...(fields.includes('score') ? { score: attempts.map(attemptFields) } : {}),
  }))
}

interface ContentRow {
  readonly contentId: string
  readonly view: ViewRow
  readonly attempts: readonly Attempt[]
}

/** Facts that wait for their start are no view yet. */
async function readRows(services: Services, { key, contentIds }: Wanted): Promise<readonly ContentRow[]> {
  const { progress } = services.store
  const [views, attempts] = await Promise.all([progress.views(key, contentIds), progress.attempts(key, contentIds)])
  return [...views].flatMap(([contentId, view]) => {
    if (viewStatus(view) === 0) return []
    const latest = [...(attempts.get(contentId) ?? [])].sort(compareAttempts).slice(-ATTEMPTS_TOLD_MAX)
    return [{ contentId, view, attempts: latest }]
  })
}

function viewFields(view: ViewRow): Record<string, unknown> {
  const completedAt = viewCompletedAt(view)
  return {
    status: viewStatus(view),
    progress: viewProgress(view),
    lastAccessTime: envelopeTime(view.lastAccessAt),
    lastCompletedTime: completedAt === null ? null : envelopeTime(completedAt),
    progressdetails: view.details === null ? {} : (JSON.parse(view.details) as unknown),
  }
}

function attemptFields(attempt: Attempt): Record<string, unknown> {
  return {
    attemptId: attempt.attemptId,
    lastAttemptedOn: attempt.submittedAt,
    totalMaxScore: attempt.maxScore,
    totalScore: attempt.score,
  }
}

/** The course that is asked for, under any of its names. */
export function askedCourse({ collectionId, courseIds }: Fields, nameOf: NameOf): string | undefined {
  const listed = idsOf(courseIds, nameOf, 'courseIds')
  return collectionId ?? listed?.[0]
}

/** @throws WaymarkError DATA_TYPE_ERROR where it is no list, INVALID_ID where one of its elements is no id */
function idsOf(value: unknown, nameOf: NameOf, name: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) {
    throw new WaymarkError('DATA_TYPE_ERROR', { field: nameOf(name), text: `Data type of ${name} should be List.` })
  }
  return value.map((id: unknown, index) => {
    if (typeof id === 'string' && isId(id)) return id
    throw new WaymarkError('INVALID_ID', { field: nameOf(`${name}[${String(index)}]`) })
  })
}

function missing(name: string, field: string): WaymarkError {
  return new WaymarkError('MANDATORY_PARAMETER_MISSING', { field, text: `Mandatory parameter ${name} is missing.` })
}
