/**
 * The summary of one enrolment, recomputed from raw rows (DESIGN decision 2): a trigger says what to recompute, never
 * what to add. Source: viewer-service seed, "Viewer Summary"; reliability invariants 8, 9, 11, 13.
 */
import { chooseAttempt, type Attempt } from './attempt.ts'
import type { Structure, Unit } from './hierarchy.ts'
import { COMPLETE, IN_PROGRESS, NOT_STARTED, viewCompletedAt, viewStatus, type Status, type ViewRow } from './view.ts'

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

/**
 * That an enrolment became complete: a fact, kept for ever. It stays when contents are added later, and its time moves
 * only to an earlier one, and only while the collection is still as it was when it was completed.
 */
export interface Completion {
  /** UTC milliseconds. */
  readonly completedAt: number
  /** Publication of the collection under which it was completed. */
  readonly publication: number
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
  readonly completion: Completion | undefined
  /** Publication of the collection that the numbers were computed under. */
  readonly publication: number
}

/** The raw rows of one enrolment. */
export interface RawProgress {
  readonly views: ReadonlyMap<string, ViewRow>
  /** Attempts by content id. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>
  /** The completion on record, if it ever was complete. */
  readonly completion: Completion | undefined
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
  const completion = completionOf(structure, publication, root, raw)
  return {
    contentStatus,
    scores: scoresOf(structure, raw),
    progress: root.progress,
    required: root.required,
    leafNodesCount: root.leafNodesCount,
    status: completion === undefined ? root.status : COMPLETE,
    units: structure.units.map((unit) => summariseNode(unit, contentStatus)),
    completion,
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

function completionOf(
  structure: Structure,
  publication: number,
  root: NodeSummary,
  raw: RawProgress,
): Completion | undefined {
  const kept = raw.completion
  if (root.status !== COMPLETE) return kept
  if (kept !== undefined && kept.publication !== publication) return kept
  let completedAt = 0
  for (const leaf of structure.root.required) {
    const view = raw.views.get(leaf)
    completedAt = Math.max(completedAt, view === undefined ? 0 : (viewCompletedAt(view) ?? 0))
  }
  if (kept !== undefined && kept.completedAt <= completedAt) return kept
  return { completedAt, publication }
}

/** The score that counts of every content that was attempted, whether or not it is still a leaf. */
function scoresOf(structure: Structure, raw: RawProgress): ReadonlyMap<string, Score> {
  const scores = new Map<string, Score>()
  for (const [contentId, attempts] of raw.attempts) {
    const chosen = chooseAttempt(structure.attemptPolicy, attempts)
    if (chosen !== undefined) scores.set(contentId, { score: chosen.score, maxScore: chosen.maxScore })
  }
  return scores
}
