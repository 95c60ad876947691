/** JSON forms of structures and summaries, as stores keep them: maps as lists of pairs, since ids may be `__proto__`. */
import type { Structure } from '../domain/progress/hierarchy.ts'
import type { Summary } from '../domain/progress/summary.ts'
import type { Status } from '../domain/progress/view.ts'

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

/** The summary without its completion, which is a raw fact and has a row of its own. */
export function encodeSummary(summary: Summary): string {
  return JSON.stringify({
    ...summary,
    contentStatus: [...summary.contentStatus],
    scores: [...summary.scores].map(([id, score]) => [id, score.score, score.maxScore]),
    completedAt: undefined,
  })
}

export function decodeSummary(text: string, completedAt: number | undefined): Summary {
  // Written by encodeSummary alone.
  const stored = JSON.parse(text) as Omit<Summary, 'contentStatus' | 'scores' | 'completedAt'> & {
    contentStatus: [string, Status][]
    scores: [string, number, number][]
  }
  return {
    ...stored,
    contentStatus: new Map(stored.contentStatus),
    scores: new Map(stored.scores.map(([id, score, maxScore]) => [id, { score, maxScore }])),
    completedAt,
  }
}
