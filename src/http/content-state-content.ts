/** One content of a content-state update. */
import Type, { type TSchema } from 'typebox'
import type { ViewFact } from '../domain/progress/view.ts'
import type { ViewWrite } from '../ports/progress-store.ts'
import type { Sender } from './batch-item.ts'
import { keyFields, ownerOf, readTime, type Fields, type NameOf, type StateItem } from './content-state-element.ts'
import { readStateTime } from './content-state-time.ts'
import { Input } from './input.ts'
import { readView, type ViewFields } from './record-view.ts'
import type { Services } from './route.ts'
import { Progress, ProgressDetails } from './schemas.ts'

/** Elements carry whatever clients have: what is not used here is not looked at. */
const CONTENT = new Input<TSchema>(
  Type.Object({
    ...keyFields,
    status: Type.Integer({ minimum: 0 }),
    progress: Type.Optional(Progress),
    progressDetails: Type.Optional(ProgressDetails),
  }),
)
/** When a content was looked at and completed, as the client says. */
export interface Times {
  readonly access?: number | undefined
  readonly completed?: number | undefined
}

/** @throws WaymarkError DATE_FORMAT_ERRROR */
export function readTimes(item: Fields, nameOf: NameOf): Times {
  const timeOf = (name: string): number | undefined =>
    item[name] === undefined ? undefined : readStateTime(item[name], nameOf(name))
  timeOf('lastUpdatedTime')
  const completed = timeOf('lastCompletedTime')
  // Clients without one send it empty.
  const access = ['', 'null'].includes(String(item['lastAccessTime'])) ? undefined : timeOf('lastAccessTime')
  return { access, completed }
}

/** @throws WaymarkError that names the field at fault */
export function readContent(services: Services, sender: Sender, item: Fields, times: Times, nameOf: NameOf): StateItem {
  const details = item['progressDetails']
  if (typeof details === 'string') item['progressDetails'] = parsed(details)
  CONTENT.check(item, nameOf)
  // The schema has just been checked.
  const checked = item as unknown as Required<Omit<ViewFields, 'timespent'>> & { userId?: string; status: number }
  const { status } = checked
  const userId = ownerOf(sender, checked.userId, nameOf)
  const bounded = (at: number, name: string): number => readTime(services, sender, userId, at, () => nameOf(name))
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

/** Details that a client sends as JSON text; what is none is refused by the schema. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
