/** Learners with the same shape of progress: who they are, what they take, and what the bulk loader gives them. */

export interface Group {
  /** Prefix of all ids. Groups are loaded in the order of their names, so that rows are appended to the tables. */
  readonly name: string
  readonly learners: number
  /** Courses over which the learners are spread; each learner takes one. */
  readonly courses: number
  /** Contents of each course. */
  readonly leaves: number
  /** Whether learners have completed some contents (see `doneOf`) or have only started all. */
  readonly completed: boolean
  /** Whether there are view rows, or summaries alone. */
  readonly views: boolean
  /** Whether the courses are published. */
  readonly published: boolean
  /** Whether learners are enrolled and have their summaries. */
  readonly enrolled: boolean
  /** How many ends of views of each learner the log holds that no worker has read. */
  readonly unread: number
}

/** When the views of the bulk loader began and ended, milliseconds since 1970. */
export const STARTED_AT = 1_767_225_600_000
export const COMPLETED_AT = 1_767_229_200_000

export function group(name: string, learners: number, leaves: number, options: Partial<Group> = {}): Group {
  const defaults = { courses: 1, completed: false, views: true, published: false, enrolled: false, unread: 0 }
  return { name, learners, leaves, ...defaults, ...options }
}

export interface Ids {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
}

export const userOf = ({ name }: Group, learner: number): string => `${name}-u${String(learner).padStart(7, '0')}`

export const collectionOf = ({ name }: Group, course: number): string => `${name}-c${String(course).padStart(3, '0')}`

export const contentOf = (collectionId: string, leaf: number): string =>
  `${collectionId}-k${String(leaf).padStart(6, '0')}`

export function idsOf(group: Group, learner: number): Ids {
  const collectionId = collectionOf(group, learner % group.courses)
  return { userId: userOf(group, learner), collectionId, contextId: `${collectionId}-b1` }
}

/** How many contents, from the first on, the bulk loader completed for a learner. */
export function doneOf(group: Group, learner: number): number {
  if (group.unread > 0) return group.unread
  return group.completed ? (learner * 7) % (group.leaves + 1) : 0
}
