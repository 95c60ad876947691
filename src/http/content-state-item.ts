/** One element of a content-state update, from what was sent to what is to be recorded. */
import { WaymarkError, type ErrorCode } from '../domain/errors.ts'
import type { Sender } from './batch-item.ts'
import { readAssessment } from './content-state-assessment.ts'
import { readContent, readTimes } from './content-state-content.ts'
import type { Fields, StateItem } from './content-state-element.ts'
import { isFields, replaceAliases } from './input.ts'
import type { Services } from './route.ts'

/** Which list an element stands in, and where. */
export interface Place {
  readonly list: 'contents' | 'assessments'
  readonly index: number
}

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
