/** JSON forms of structures and summaries, as stores keep them: maps as lists of pairs, since ids may be `__proto__`. */
import type { Structure } from '../domain/progress/hierarchy.ts'
import type { Summary } from '../domain/progress/summary.ts'
import { COMPLETE, IN_PROGRESS, NOT_STARTED, type Status } from '../domain/progress/view.ts'

export function encodeStructure(structure: Structure): string {
  return JSON.stringify({
    ...structure,
    ancestors: [...structure.ancestors],
    questionTotals: [...structure.questionTotals],
  })
}

export function decodeStructure(text: string): Structure {
  // Written by encodeStructure alone.
  const stored = JSON.parse(text) as Omit<Structure, 'ancestors' | 'questionTotals'> & {
    ancestors: [string, string[]][]
    questionTotals: [string, number][]
  }
  return { ...stored, ancestors: new Map(stored.ancestors), questionTotals: new Map(stored.questionTotals) }
}

/** What is stored of a summary beside its figures. Its completion is a raw fact and has a place of its own. */
export interface StoredSummary {
  /** One digit of status per leaf of the publication, in its order. */
  readonly leaves: string
  /** JSON of the figures of units and of scores; null where there are neither. */
  readonly details: string | null
}

/** Figures that have columns of their own. */
export type SummaryFigures = Pick<Summary, 'publication' | 'progress' | 'required' | 'status'>

type StoredDetails = readonly [
  units: readonly (readonly [progress: number, status: Status])[],
  scores: readonly (readonly [contentId: string, score: number, maxScore: number])[],
]

/** @param structure the publication that the summary was computed under. */
export function encodeSummary(summary: Summary, structure: Structure): StoredSummary {
  let leaves = ''
  for (const leaf of structure.root.leaves) leaves += String(summary.contentStatus.get(leaf) ?? NOT_STARTED)
  if (summary.units.length === 0 && summary.scores.size === 0) return { leaves, details: null }
  const details: StoredDetails = [
    summary.units.map(({ progress, status }) => [progress, status]),
    [...summary.scores].map(([id, { score, maxScore }]) => [id, score, maxScore]),
  ]
  return { leaves, details: JSON.stringify(details) }
}

/** @param structure the publication of `figures`. */
export function decodeSummary(
  figures: SummaryFigures,
  stored: StoredSummary,
  structure: Structure,
  completedAt: number | undefined,
): Summary {
  const { root } = structure
  const contentStatus = new Map<string, Status>()
  let index = 0
  for (const leaf of root.leaves) {
    const status = statusOf(stored.leaves.charCodeAt(index))
    if (status !== NOT_STARTED) contentStatus.set(leaf, status)
    index += 1
  }
  // Written by encodeSummary alone.
  const [units, scores] = stored.details === null ? NO_DETAILS : (JSON.parse(stored.details) as StoredDetails)
  const { publication, progress, required, status } = figures
  return {
    contentStatus,
    scores: new Map(scores.map(([id, score, maxScore]) => [id, { score, maxScore }])),
    progress,
    required,
    leafNodesCount: root.leaves.length,
    status,
    units: structure.units.map((unit, index) => {
      const [done = 0, unitStatus = NOT_STARTED] = units[index] ?? []
      const counts = { required: unit.required.length, leafNodesCount: unit.leaves.length }
      return { id: unit.id, progress: done, ...counts, status: unitStatus }
    }),
    completedAt,
    publication,
  }
}

const NO_DETAILS: StoredDetails = [[], []]
const DIGIT_0 = 48

function statusOf(digit: number): Status {
  const status = digit - DIGIT_0
  return status === IN_PROGRESS || status === COMPLETE ? status : NOT_STARTED
}
