/** What the assessment route and the batch share: from submitted events to recorded attempts. */
import { createHash } from 'node:crypto'
import { isId } from '../domain/id.ts'
import { WaymarkError } from '../domain/errors.ts'
import { readAssessEvent, readMillis } from '../domain/progress/assess-event.ts'
import { scoreAttempt, type Answer, type Attempt } from '../domain/progress/attempt.ts'
import { holdsLeaf } from '../domain/progress/hierarchy.ts'
import { fillKey, joinIds, type ViewKey } from '../domain/progress/key.ts'
import { targetRow } from '../domain/progress/mode.ts'
import { readClientTime } from './client-time.ts'
import { isFields, replaceAliases } from './input.ts'
import type { Services } from './route.ts'

/** Fields of a submission after its schema was checked. */
export interface SubmissionFields {
  readonly collectionId?: string | undefined
  readonly contextId?: string | undefined
  readonly contentId?: string | undefined
  readonly attemptId?: string | undefined
  readonly assessmentTs?: number | string | undefined
  readonly assessments: readonly unknown[]
}

/** One attempt to be recorded, and where in the request it stands. */
interface Submission {
  /** The row that it goes to. */
  readonly key: ViewKey
  /** The collection in which it was made, also where the row lies outside it. */
  readonly collectionId: string
  readonly attempt: Attempt
  readonly questions: number
  readonly path: string
}

/** Who submits, when, and how the client names its fields. */
export interface Submitter {
  readonly userId: string
  readonly nowMs: number
  /** When the client says that it happened; otherwise each submission says it, or its latest answer. */
  readonly at?: number | undefined
  /** When the token expired, where an expired one may still sync: nothing later is taken. */
  readonly notAfter?: number | undefined
  readonly nameOf: (path: string) => string
}

/**
 * Records the attempts of one request. Everything is read and checked before anything is written.
 * @throws WaymarkError that names the field at fault
 */
export async function submitAttempts(
  services: Services,
  submitter: Submitter,
  fields: SubmissionFields,
): Promise<unknown> {
  const submissions = readSubmissions(services, submitter, fields)
  for (const submission of submissions) await checkContent(services, submission, submitter)
  const recorded = await Promise.all(
    submissions.map(async ({ key, attempt }) => {
      const { outcome, attempt: kept, countedIn } = await services.store.progress.submitAttempt(key, attempt)
      services.metrics.attempt(outcome)
      return {
        contentId: key.contentId,
        attemptId: kept.attemptId,
        outcome,
        score: kept.score,
        max_score: kept.maxScore,
        ...(countedIn === undefined ? {} : { countedIn }),
      }
    }),
  )
  const result = Object.create(null) as Record<string, unknown>
  result['attempts'] = recorded
  for (const { contentId } of recorded) result[contentId] = 'SUCCESS'
  return result
}

/** Events as they are, or submissions that wrap them; a wrapper's fields win over those of the request around it. */
function readSubmissions(services: Services, submitter: Submitter, fields: SubmissionFields): readonly Submission[] {
  const { nameOf } = submitter
  const wrapped = fields.assessments.some((item) => isFields(item) && Object.hasOwn(item, 'events'))
  if (!wrapped)
    return [readOne(services, submitter, fields, { events: fields.assessments, path: 'assessments', within: '' })]
  return fields.assessments.map((item, index) => {
    const path = `assessments[${String(index)}]`
    if (!isFields(item)) throw new WaymarkError('INVALID_FIELD', { field: nameOf(path) })
    replaceAliases(item, (inner) => nameOf(`${path}.${inner}`))
    const own = readWrapper(item, submitter, path)
    const { events } = item
    if (!Array.isArray(events)) throw new WaymarkError('INVALID_FIELD', { field: nameOf(`${path}.events`) })
    return readOne(services, submitter, { ...fields, ...own }, { events, path: `${path}.events`, within: `${path}.` })
  })
}

/** The fields of a wrapper `{assessmentTs, attemptId, contentId, collectionId, contextId, userId, events}`. */
function readWrapper(
  item: Readonly<Record<string, unknown>>,
  { userId, nameOf }: Submitter,
  path: string,
): Partial<SubmissionFields> {
  const own: Record<string, string | number> = {}
  for (const name of ['collectionId', 'contextId', 'contentId', 'attemptId'] as const) {
    const value = item[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'string' || !isId(value)) {
      throw new WaymarkError('INVALID_ID', { field: nameOf(`${path}.${name}`) })
    }
    own[name] = value
  }
  const { assessmentTs, userId: named } = item
  if (named !== undefined && named !== userId) {
    throw new WaymarkError('CONFLICTING_FIELDS', { field: nameOf(`${path}.userId`) })
  }
  if (typeof assessmentTs === 'number' || typeof assessmentTs === 'string') own['assessmentTs'] = assessmentTs
  else if (assessmentTs !== undefined && assessmentTs !== null) {
    throw new WaymarkError('INVALID_FIELD', { field: nameOf(`${path}.assessmentTs`) })
  }
  return own
}

/** The events of one submission: where they stand, and where the fields that go with them do. */
interface Place {
  readonly events: readonly unknown[]
  readonly path: string
  readonly within: string
}

function readOne(
  services: Services,
  submitter: Submitter,
  fields: SubmissionFields,
  { events, path, within }: Place,
): Submission {
  const { contentId, collectionId, contextId, attemptId, assessmentTs } = fields
  const { userId, nameOf, nowMs } = submitter
  const { ASSESS_EVENTS_MAX, CLIENT_TIME_AHEAD_MAX } = services.config
  if (contentId === undefined) throw new WaymarkError('MISSING_FIELD', { field: nameOf(`${within}contentId`) })
  if (events.length === 0) throw new WaymarkError('MISSING_FIELD', { field: nameOf(path) })
  if (events.length > ASSESS_EVENTS_MAX) throw new WaymarkError('BATCH_TOO_LARGE', { field: nameOf(path) })
  const answers = events.map((event, index) => readAnswer(event, nameOf(`${path}[${String(index)}]`)))
  const made = fillKey({ userId, collectionId, contextId, contentId })
  const key = targetRow(services.mode, made)
  const said = assessmentTs === undefined ? submitter.at : millisOf(assessmentTs)
  const latest = answers.reduce((latestAt, answer) => Math.max(latestAt, answer.answeredAt), 0)
  const timeField = nameOf(said === undefined ? path : `${within}assessmentTs`)
  const submittedAt = readClientTime(said ?? latest, nowMs, CLIENT_TIME_AHEAD_MAX, () => timeField)
  if (submitter.notAfter !== undefined && submittedAt > submitter.notAfter) {
    throw new WaymarkError('TOKEN_EXPIRED', { field: timeField })
  }
  const attempt = scoreAttempt(attemptId ?? deriveAttemptId(key, answers), submittedAt, answers)
  return {
    key,
    collectionId: made.collectionId,
    attempt,
    questions: new Set(answers.map((answer) => answer.questionId)).size,
    path,
  }
}

/** Times of submissions come as milliseconds, as text of digits, or as RFC 3339. */
function millisOf(value: number | string): number | string {
  return readMillis(value) ?? value
}

function readAnswer(event: unknown, path: string): Answer {
  const reading = readAssessEvent(event)
  if (reading.ok) return reading.answer
  const field = reading.fault.path === '' ? path : `${path}.${reading.fault.path}`
  throw new WaymarkError('INVALID_FIELD', { field, text: `In the assessment event ${reading.fault.message}.` })
}

/**
 * The id of an attempt whose client gave none: from the learner, the content and the time of the first answer, so that
 * sending it again, or again with more answers, names the same attempt.
 */
function deriveAttemptId(key: ViewKey, answers: readonly Answer[]): string {
  const first = answers.reduce((earliest, answer) => Math.min(earliest, answer.answeredAt), Number.MAX_SAFE_INTEGER)
  const name = joinIds(key.userId, key.collectionId, key.contextId, key.contentId, String(first))
  return createHash('sha256').update(name).digest('hex').slice(0, 32)
}

/** The content must belong to the collection, where that is known, and have as many questions as were answered. */
async function checkContent(services: Services, submission: Submission, { nameOf }: Submitter): Promise<void> {
  const { key, collectionId, questions, path } = submission
  const published = await services.store.catalogue.publication(collectionId)
  if (published === undefined) return
  const { questionTotals } = published.structure
  if (!holdsLeaf(published.structure, key.contentId)) {
    throw new WaymarkError('CONTENT_NOT_IN_COLLECTION', { field: nameOf('contentId') })
  }
  const total = questionTotals.get(key.contentId)
  if (total !== undefined && questions > total) {
    throw new WaymarkError('TOO_MANY_QUESTIONS', {
      field: nameOf(path),
      text: `The attempt answers ${String(questions)} questions, the content has ${String(total)}.`,
    })
  }
}
