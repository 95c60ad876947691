/** One assessment of a content-state update. */
import Type, { type TSchema } from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import { readMillis } from '../domain/progress/assess-event.ts'
import type { Sender } from './batch-item.ts'
import { keyFields, ownerOf, readTime, type Fields, type NameOf, type StateItem } from './content-state-element.ts'
import { Input, isFields } from './input.ts'
import { readView } from './record-view.ts'
import type { Services } from './route.ts'
import { AttemptId } from './schemas.ts'

const ASSESSMENT = new Input<TSchema>(
  Type.Object({
    ...keyFields,
    attemptId: AttemptId,
    assessmentTs: Type.Union([Type.Number(), Type.String({ maxLength: 64 })]),
    events: Type.Array(Type.Unknown()),
  }),
)

/** @throws WaymarkError that names the field at fault */
export function readAssessment(services: Services, sender: Sender, item: Fields, nameOf: NameOf): StateItem {
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
  // Else they would be read as submissions of their own, in places that were not looked at.
  const nested = events.findIndex((event) => isFields(event) && Object.hasOwn(event, 'events'))
  if (nested >= 0) throw new WaymarkError('INVALID_FIELD', { field: nameOf(`events[${String(nested)}].events`) })
  const at = readTime(services, sender, userId, readMillis(assessmentTs) ?? assessmentTs, () => nameOf('assessmentTs'))
  const { expiredAt, nowMs } = sender
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
