/** A learner's enrolments as clients of the content-state API list them. */
import { isActive } from '../domain/progress/enrolment.ts'
import { contextStatus, type Context, type ContextStatus } from '../domain/progress/context.ts'
import { summaryRow } from '../domain/progress/mode.ts'
import { COMPLETE, viewStatus, type Status } from '../domain/progress/view.ts'
import type { EnrolmentKey } from '../domain/progress/key.ts'
import type { Enrolled } from '../ports/progress-store.ts'
import { envelopeTime } from './envelope.ts'
import type { Services } from './route.ts'
import { summaryAnswer, summaryParts } from './summary-answer.ts'

/** Courses in one answer, those that were used last. Clients of this API know no pages and were never told more. */
export const COURSES_TOLD_MAX = 1000

/** How batches are counted in this API. */
const BATCH_STATUS: Readonly<Record<ContextStatus, number>> = { upcoming: 0, ongoing: 1, ended: 2 }

/** Enrolments in force, the last used first. What is complete, retired or no longer published stands among them. */
export async function courseList(services: Services, userId: string): Promise<readonly unknown[]> {
  const enrolled: Enrolled[] = []
  let after: string | undefined
  do {
    const page = await services.store.progress.enrolmentsOf(userId, { limit: services.config.PAGE_ITEMS_MAX, after })
    enrolled.push(...page.items.filter(({ enrolment }) => isActive(enrolment)))
    after = page.next
  } while (after !== undefined)
  const courses = await Promise.all(enrolled.map((one) => courseOf(services, one)))
  return courses
    .sort((a, b) => b.usedAt - a.usedAt)
    .slice(0, COURSES_TOLD_MAX)
    .map(({ course }) => course)
}

async function courseOf(services: Services, enrolled: Enrolled): Promise<{ usedAt: number; course: unknown }> {
  const { enrolment, ...key } = enrolled
  const { userId, collectionId, contextId } = key
  const [parts, context] = await Promise.all([
    summaryParts(services, enrolled),
    services.store.catalogue.context(collectionId, contextId),
  ])
  const last = await lastRead(services, key, [...(parts.summary?.contentStatus.keys() ?? [])])
  const { contentStatus, collection, completionPercentage, progress, status, issuedCertificates } = summaryAnswer(parts)
  const { structure } = parts.publication ?? {}
  const leafNodesCount = structure?.root.leaves.length ?? 0
  const course = {
    userId,
    courseId: collectionId,
    collectionId,
    contentId: collectionId,
    batchId: contextId,
    active: true,
    status,
    completionPercentage: status === COMPLETE ? 100 : completionPercentage,
    progress,
    leafNodesCount,
    contentStatus,
    courseName: structure?.name ?? '',
    description: structure?.description ?? '',
    courseLogoUrl: structure?.logo ?? '',
    enrolledDate: envelopeTime(enrolment.firstEnrolledAt),
    completedOn: parts.summary?.completedAt ?? null,
    certificates: [],
    issuedCertificates,
    lastReadContentId: last?.contentId ?? null,
    lastReadContentStatus: last?.status ?? null,
    lastContentAccessTime: last?.at ?? null,
    content: { ...(collection as object), appIcon: structure?.logo ?? '' },
    batch: context === undefined ? {} : batchAnswer(services, context),
  }
  return { usedAt: last?.at ?? enrolment.enrolledAt, course }
}

interface LastRead {
  readonly contentId: string
  readonly status: Status
  readonly at: number
}

/** The content that was looked at last, wherever the mode keeps its row. */
async function lastRead(
  services: Services,
  key: EnrolmentKey,
  contentIds: readonly string[],
): Promise<LastRead | undefined> {
  const places = new Map<string, { place: EnrolmentKey; ids: string[] }>()
  for (const id of contentIds) {
    const { collectionId, contextId, userId } = summaryRow(services.mode, key, id)
    const name = JSON.stringify([collectionId, contextId])
    const known = places.get(name) ?? { place: { userId, collectionId, contextId }, ids: [] }
    known.ids.push(id)
    places.set(name, known)
  }
  let last: LastRead | undefined
  for (const { place, ids } of places.values()) {
    for (const [contentId, row] of await services.store.progress.views(place, ids)) {
      if (last === undefined || row.lastAccessAt > last.at) {
        last = { contentId, status: viewStatus(row), at: row.lastAccessAt }
      }
    }
  }
  return last
}

function batchAnswer(services: Services, context: Context): Record<string, unknown> {
  return {
    identifier: context.contextId,
    batchId: context.contextId,
    name: context.name,
    startDate: context.startDate,
    endDate: context.endDate,
    enrollmentEndDate: context.enrollmentEndDate,
    status: BATCH_STATUS[contextStatus(context, services.clock.nowMs())],
  }
}
