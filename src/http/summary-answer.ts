/** A summary in the seed's form, and as rows of a spreadsheet. */
import Type from 'typebox'
import { isActive, type Enrolment } from '../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../domain/progress/key.ts'
import { completionPercentage, type NodeSummary, type Summary } from '../domain/progress/summary.ts'
import { NOT_STARTED } from '../domain/progress/view.ts'
import type { Publication } from '../ports/catalogue.ts'
import type { Enrolled } from '../ports/progress-store.ts'
import type { Services } from './route.ts'

const NodeAnswer = Type.Object({
  identifier: Type.String(),
  name: Type.String(),
  leafNodesCount: Type.Integer(),
  progress: Type.Integer({ description: 'Required contents completed.' }),
  required: Type.Integer(),
  completionPercentage: Type.Integer(),
  status: Type.Integer(),
})

export const SummaryAnswer = Type.Object({
  userId: Type.String(),
  collectionId: Type.String(),
  contextId: Type.String(),
  enrolledDate: Type.Union([Type.Integer(), Type.Null()], { description: 'First enrolment, milliseconds since 1970.' }),
  active: Type.Boolean({ description: 'Whether the learner is enrolled now.' }),
  contentStatus: Type.Record(Type.String(), Type.Integer(), {
    description: '1 in progress, 2 complete; not started are left out.',
  }),
  assessmentStatus: Type.Record(Type.String(), Type.Object({ score: Type.Number(), max_score: Type.Number() })),
  collection: Type.Object({
    identifier: Type.String(),
    name: Type.String(),
    logo: Type.String(),
    leafNodesCount: Type.Integer(),
    description: Type.String(),
  }),
  issuedCertificates: Type.Array(Type.Object({})),
  completedOn: Type.Union([Type.Integer(), Type.Null()], { description: 'First completion, milliseconds since 1970.' }),
  progress: Type.Integer({ description: 'Required contents completed.' }),
  completionPercentage: Type.Integer({ description: '0 to 100; 100 only when all required contents are complete.' }),
  status: Type.Integer({
    description: '0 not started, 1 in progress, 2 complete; 2 stays when contents are added later.',
  }),
  units: Type.Array(NodeAnswer),
})

/** One enrolment with what is known of it. */
export interface SummaryParts {
  readonly key: EnrolmentKey
  readonly enrolment: Enrolment | undefined
  readonly summary: Summary | undefined
  readonly publication: Publication | undefined
}

export async function summaryParts(services: Services, { enrolment, ...key }: Enrolled): Promise<SummaryParts> {
  const { progress, catalogue } = services.store
  const [summary, publication] = await Promise.all([progress.summary(key), catalogue.publication(key.collectionId)])
  return { key, enrolment, summary, publication }
}

/** The summary as the seed prints it. Maps have no prototype: `__proto__` is a legal content id. */
export function summaryAnswer({ key, enrolment, summary, publication }: SummaryParts): Record<string, unknown> {
  const structure = publication?.structure
  const scores = [...(summary?.scores ?? [])].map(
    ([id, score]) => [id, { score: score.score, max_score: score.maxScore }] as const,
  )
  const names = new Map(structure?.units.map((unit) => [unit.id, unit.name]))
  return {
    ...key,
    enrolledDate: enrolment?.firstEnrolledAt ?? null,
    active: enrolment !== undefined && isActive(enrolment),
    contentStatus: objectOf(summary?.contentStatus ?? []),
    assessmentStatus: objectOf(scores),
    collection: {
      identifier: key.collectionId,
      name: structure?.name ?? '',
      logo: structure?.logo ?? '',
      leafNodesCount: structure?.root.leaves.length ?? 0,
      description: structure?.description ?? '',
    },
    issuedCertificates: [],
    completedOn: summary?.completedAt ?? null,
    progress: summary?.progress ?? 0,
    completionPercentage: completionPercentage(summary?.progress ?? 0, summary?.required ?? 0),
    status: summary?.status ?? NOT_STARTED,
    units: (summary?.units ?? []).map((unit) => nodeAnswer(unit, names.get(unit.id) ?? '')),
  }
}

function nodeAnswer(node: NodeSummary, name: string): Record<string, unknown> {
  return {
    identifier: node.id,
    name,
    leafNodesCount: node.leafNodesCount,
    progress: node.progress,
    required: node.required,
    completionPercentage: completionPercentage(node.progress, node.required),
    status: node.status,
  }
}

function objectOf<V>(entries: Iterable<readonly [string, V]>): Record<string, V> {
  const object = Object.create(null) as Record<string, V>
  for (const [key, value] of entries) object[key] = value
  return object
}
