/**
 * The summary of one enrolment, recomputed from raw rows (DESIGN decision 2): a trigger says what to recompute, never
 * what to add. Source: viewer-service seed, "Viewer Summary"; reliability invariants 8, 9, 11, 13.
 */
import { compareText } from '../id.ts'
import { chooseAttempt, type Attempt } from './attempt.ts'
import type { Era, Structure, Unit } from './hierarchy.ts'
import { COMPLETE, IN_PROGRESS, NOT_STARTED, viewCompletedAt, viewStatus, type Status, type ViewTimes } from './view.ts'

/** Progress of one node: the collection or a unit. */
export interface NodeSummary {
  readonly id: string
  /** Required leaves completed. */
  readonly progress: number
  readonly required: number
  readonly leafNodesCount: number
  readonly status: Status
}

/** A score with the maximum of the attempt that it is from. */
export interface Score {
  readonly score: number
  readonly maxScore: number
}

export interface Summary {
  /** Status 1 or 2 of each leaf that was started, in the order of the hierarchy. */
  readonly contentStatus: ReadonlyMap<string, Status>
  readonly scores: ReadonlyMap<string, Score>
  /** Count of completed required leaves, as today's systems store it. */
  readonly progress: number
  readonly required: number
  readonly leafNodesCount: number
  readonly status: Status
  readonly units: readonly NodeSummary[]
  /** When the enrolment first was complete, UTC milliseconds. It stays, whatever is published later. */
  readonly completedAt: number | undefined
  /** Publication of the collection that the numbers were computed under. */
  readonly publication: number
}

/** The raw rows of one enrolment. */
export interface RawProgress {
  readonly views: ReadonlyMap<string, ViewTimes>
  /** Attempts by content id. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>
  /** The completion on record, if there is one, UTC milliseconds. */
  readonly completedAt: number | undefined
}

/** Whether there is anything to summarise: facts that still wait for their start are no view yet. */
export function hasProgress(raw: RawProgress): boolean {
  if (raw.attempts.size > 0 || raw.completedAt !== undefined) return true
  for (const view of raw.views.values()) if (viewStatus(view) !== NOT_STARTED) return true
  return false
}

/**
 * Whole percent of required leaves completed: rounded down, so that 100 is shown only when all are complete. A node
 * without required leaves is never complete and shows 0.
 */
export function completionPercentage(completed: number, required: number): number {
  return required === 0 ? 0 : Math.floor((completed * 100) / required)
}

/** Recomputes the summary of one enrolment. Pure: the same rows and structure give the same summary. */
export function summarise(structure: Structure, publication: number, raw: RawProgress): Summary {
  const contentStatus = new Map<string, Status>()
  for (const leaf of structure.root.leaves) {
    const status = viewStatus(raw.views.get(leaf))
    if (status !== NOT_STARTED) contentStatus.set(leaf, status)
  }
  const root = summariseNode(structure.root, contentStatus)
  const completedAt = completionTime(structure, raw)
  return {
    contentStatus,
    scores: scoresOf(structure, raw),
    progress: root.progress,
    required: root.required,
    leafNodesCount: root.leafNodesCount,
    status: completedAt === undefined ? root.status : COMPLETE,
    units: structure.units.map((unit) => summariseNode(unit, contentStatus)),
    completedAt,
    publication,
  }
}

function summariseNode(unit: Unit, contentStatus: ReadonlyMap<string, Status>): NodeSummary {
  let progress = 0
  for (const leaf of unit.required) if (contentStatus.get(leaf) === COMPLETE) progress += 1
  const required = unit.required.length
  const started = unit.leaves.some((leaf) => contentStatus.has(leaf))
  const complete = required > 0 && progress === required
  const status = complete ? COMPLETE : started ? IN_PROGRESS : NOT_STARTED
  return { id: unit.id, progress, required, leafNodesCount: unit.leaves.length, status }
}

/**
 * When the collection was first complete: of all eras of what it required, today's and former ones, the earliest moment
 * at which the learner had completed that era's leaves within it. Work done before an era counts from its beginning.
 * So a later publication adds only later moments, and a late message only earlier ones (decision 0007).
 */
function completionTime(structure: Structure, raw: RawProgress): number | undefined {
  const { root, requiredSince, formerEras } = structure
  const today: Era = { required: root.required, since: requiredSince, until: Number.POSITIVE_INFINITY }
  let first = raw.completedAt
  for (const era of [...formerEras, today]) {
    const lastLeafAt = allCompletedAt(era.required, raw.views)
    if (lastLeafAt === undefined) continue
    const at = Math.max(lastLeafAt, era.since)
    if (at <= era.until && (first === undefined || at < first)) first = at
  }
  return first
}

/** When the last of these leaves was completed; undefined where one is not, or where there are none. */
export function allCompletedAt(leaves: readonly string[], views: ReadonlyMap<string, ViewTimes>): number | undefined {
  let last: number | undefined
  for (const leaf of leaves) {
    const view = views.get(leaf)
    const at = view === undefined ? null : viewCompletedAt(view)
    if (at === null) return undefined
    if (last === undefined || at > last) last = at
  }
  return last
}

/** The score that counts of every content that was attempted, whether or not it is still a leaf. */
function scoresOf(structure: Structure, raw: RawProgress): ReadonlyMap<string, Score> {
  const scores = new Map<string, Score>()
  // In the order of their ids: stores keep rows in orders of their own.
  for (const [contentId, attempts] of [...raw.attempts].sort(([a], [b]) => compareText(a, b))) {
    const chosen = chooseAttempt(structure.attemptPolicy, attempts)
    if (chosen !== undefined) scores.set(contentId, { score: chosen.score, maxScore: chosen.maxScore })
  }
  return scores
}
