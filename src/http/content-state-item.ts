/** One element of a content-state update, from what was sent to what is to be recorded. */
import Type, { type TSchema } from 'typebox'
import { WaymarkError, type ErrorCode } from '../domain/errors.ts'
import { readMillis } from '../domain/progress/assess-event.ts'
import type { ViewFact } from '../domain/progress/view.ts'
import type { ViewWrite } from '../ports/progress-store.ts'
import { authorise } from './access.ts'
import { checkGrace, type Sender } from './batch-item.ts'
import { readClientTime } from './client-time.ts'
import { readStateTime } from './content-state-time.ts'
import { Input, isFields, replaceAliases } from './input.ts'
import { readView, type ViewFields } from './record-view.ts'
import type { Services } from './route.ts'
import { AttemptId, CollectionId, ContentId, ContextId, Progress, ProgressDetails, UserId } from './schemas.ts'
import type { SubmissionFields, Submitter } from './submit-attempts.ts'

/** Which list an element stands in, and where. */
export interface Place {
  readonly list: 'contents' | 'assessments'
  readonly index: number
}

/** An element that may be recorded, if its batch takes it. */
export interface StateItem {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
  readonly contentId: string
  /** When it happened, UTC milliseconds. */
  readonly at: number
  /** An attempt, which is recorded before the views that follow from it. */
  readonly attempt: { readonly submitter: Submitter; readonly fields: SubmissionFields } | undefined
  readonly views: readonly ViewWrite[]
  readonly nameOf: (path: string) => string
}

type Fields = Record<string, unknown>
type NameOf = (path: string) => string

const keyFields = {
  userId: Type.Optional(UserId),
  collectionId: CollectionId,
  contextId: ContextId,
  contentId: ContentId,
}

/** Elements carry whatever clients have: what is not used here is not looked at. */
const CONTENT = new Input<TSchema>(
  Type.Object({
    ...keyFields,
    status: Type.Integer({ minimum: 0 }),
    progress: Type.Optional(Progress),
    progressDetails: Type.Optional(ProgressDetails),
  }),
)
const ASSESSMENT = new Input<TSchema>(
  Type.Object({
    ...keyFields,
    attemptId: AttemptId,
    assessmentTs: Type.Union([Type.Number(), Type.String({ maxLength: 64 })]),
    events: Type.Array(Type.Unknown()),
  }),
)

/** What each list wants, in the order in which its clients are told of it. */
const REQUIRED: Readonly<Record<Place['list'], readonly (readonly [name: string, code: ErrorCode])[]>> = {
  contents: [
    ['contextId', 'COURSE_BATCH_ID_MISSING'],
    ['collectionId', 'COURSE_ID_REQUIRED_ERROR'],
    ['contentId', 'CONTENT_ID_REQUIRED_ERROR'],
    ['status', 'CONTENT_STATUS_MISSING_ERROR'],
  ],
  assessments: [
    ['assessmentTs', 'ATTEMPTED_DATE_REQUIRED'],
    ['collectionId', 'COURSE_ID_REQUIRED_ERROR'],
    ['contentId', 'CONTENT_ID_REQUIRED_ERROR'],
    ['contextId', 'COURSE_BATCH_ID_MISSING'],
    ['userId', 'USERID_MISSING'],
    ['attemptId', 'ATTEMPT_ID_REQUIRED_ERROR'],
    ['events', 'EVENTS_DATA_MISSING'],
  ],
}

/**
 * Checks one element by itself: its form, whose it is, and when it happened.
 * @throws WaymarkError that names the field at fault
 */
export function readStateItem(services: Services, sender: Sender, sent: unknown, { list, index }: Place): StateItem {
  const place = `${list}[${String(index)}]`
  if (!isFields(sent)) throw new WaymarkError('INVALID_FIELD', { field: sender.nameOf(place) })
  const item: Fields = Object.assign(Object.create(null) as Fields, sent)
  // What is null was left out, as serializers of clients write it.
  for (const name of Object.keys(item)) if (item[name] === null) Reflect.deleteProperty(item, name)
  const { nameOf } = replaceAliases(item, (path) => sender.nameOf(`${place}.${path}`))
  const times = list === 'contents' ? readTimes(item, nameOf) : {}
  for (const [name, code] of REQUIRED[list]) {
    const value = item[name]
    const blank = value === undefined || (typeof value === 'string' && value.trim() === '')
    if (blank) throw new WaymarkError(code, { field: nameOf(name) })
  }
  return list === 'contents'
    ? readContent(services, sender, item, times, nameOf)
    : readAssessment(services, sender, item, nameOf)
}

/** When a content was looked at and completed, as the client says. */
interface Times {
  readonly access?: number | undefined
  readonly completed?: number | undefined
}

function readTimes(item: Fields, nameOf: NameOf): Times {
  const timeOf = (name: string): number | undefined =>
    item[name] === undefined ? undefined : readStateTime(item[name], nameOf(name))
  timeOf('lastUpdatedTime')
  const completed = timeOf('lastCompletedTime')
  // Clients without one send it empty.
  const access = ['', 'null'].includes(String(item['lastAccessTime'])) ? undefined : timeOf('lastAccessTime')
  return { access, completed }
}

function readContent(services: Services, sender: Sender, item: Fields, times: Times, nameOf: NameOf): StateItem {
  const details = item['progressDetails']
  if (typeof details === 'string') item['progressDetails'] = parsed(details)
  CONTENT.check(item, nameOf)
  // The schema has just been checked.
  const checked = item as unknown as Required<Omit<ViewFields, 'timespent'>> & { userId?: string; status: number }
  const { status } = checked
  const userId = ownerOf(sender, checked.userId, nameOf)
  const bounded = (at: number, name: string): number => {
    const time = boundedTime(services, sender, at, () => nameOf(name))
    if (sender.expiredAt !== undefined) checkGrace(sender.principal, sender.expiredAt, userId, time, () => nameOf(name))
    return time
  }
  const completed = status < 2 ? undefined : times.completed
  const access = bounded(times.access ?? completed ?? sender.nowMs, 'lastAccessTime')
  const completedAt = completed === undefined ? access : bounded(completed, 'lastCompletedTime')
  const write = (kind: ViewFact['kind'], at: number): ViewWrite =>
    readView(services, userId, checked, { kind, at, timed: true }, nameOf)
  const views = [
    // What the player noted belongs to the last access. Without a start it is kept until there is one.
    write('update', access),
    ...(status >= 1 ? [write('start', Math.min(access, completedAt))] : []),
    // Today's systems hold 3 where it came first and 2 where it came later: both are complete.
    ...(status >= 2 ? [write('end', completedAt)] : []),
  ]
  const { collectionId, contextId, contentId } = checked
  const key = { collectionId: String(collectionId), contextId: String(contextId), contentId }
  return { userId, ...key, at: completedAt, attempt: undefined, views, nameOf }
}

function readAssessment(services: Services, sender: Sender, item: Fields, nameOf: NameOf): StateItem {
  ASSESSMENT.check(item, nameOf)
  const { collectionId, contextId, contentId, attemptId, assessmentTs, events } = item as unknown as {
    readonly collectionId: string
    readonly contextId: string
    readonly contentId: string
    readonly attemptId: string
    readonly assessmentTs: number | string
    readonly events: readonly unknown[]
  }
  const userId = ownerOf(sender, item['userId'] as string, nameOf)
  const field = (): string => nameOf('assessmentTs')
  const at = boundedTime(services, sender, readMillis(assessmentTs) ?? assessmentTs, field)
  const { principal, expiredAt, nowMs } = sender
  if (expiredAt !== undefined) checkGrace(principal, expiredAt, userId, at, field)
  const submitter = { userId, nowMs, at, notAfter: expiredAt, nameOf: (path: string) => nameOf(inElement(path)) }
  const key = { collectionId, contextId, contentId }
  const attempt = { submitter, fields: { ...key, attemptId, assessmentTs, assessments: events } }
  // Who submits an assessment has gone through the content (today's systems do so as well).
  const views = (['start', 'end'] as const).map((kind) =>
    readView(services, userId, key, { kind, at, timed: true }, nameOf),
  )
  return { userId, ...key, at, attempt: events.length === 0 ? undefined : attempt, views, nameOf }
}

/** What submissions call `assessments` are the events of this one. */
function inElement(path: string): string {
  return path.replace(/^assessments/, 'events')
}

function ownerOf(sender: Sender, named: string | undefined, nameOf: NameOf): string {
  const { principal } = sender
  const speaksForMany = principal.role === 'service' || principal.role === 'admin'
  const userId = named ?? sender.userId ?? (speaksForMany ? undefined : principal.userId)
  if (userId === undefined) throw new WaymarkError('USERID_MISSING', { field: nameOf('userId') })
  authorise('progress-write', principal, { userId })
  return userId
}

function boundedTime(services: Services, sender: Sender, at: number | string, field: () => string): number {
  return readClientTime(at, sender.nowMs, services.config.CLIENT_TIME_AHEAD_MAX, field)
}

/** Details that a client sends as JSON text; what is none is refused by the schema. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
