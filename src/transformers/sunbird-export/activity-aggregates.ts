/**
 * `user_activity_agg`: counts and scores as today's system aggregated them. They are derived there, so they are compared
 * with what is recomputed and never taken over.
 */
import { readCqlNumber } from '../../codec/cql-scalar.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { RowFault, type ExportRow } from './export-row.ts'
import { taken, type Table } from './table.ts'

/** Best score of one content. Undefined is what the row does not say. */
export interface ClaimedScore {
  readonly score: number
  readonly maxScore: number | undefined
  readonly attempts: number | undefined
}

export interface ActivityClaim {
  /** Whether the activity is the collection itself, or a unit of one (then `collectionId` is the unit's id). */
  readonly of: 'collection' | 'unit'
  readonly key: EnrolmentKey
  readonly completedCount: number | undefined
  readonly scores: ReadonlyMap<string, ClaimedScore>
}

export const ACTIVITY_AGGREGATES: Table<ActivityClaim> = {
  name: 'user_activity_agg',
  columns: [['activity_type'], ['activity_id'], ['user_id'], ['context_id'], ['aggregates', 'agg']],
  read: (row) => {
    const type = row.id('activity_type')
    const context = row.id('context_id')
    const contextId = context.startsWith('cb:') ? context.slice('cb:'.length) : context
    if (contextId === '') throw new RowFault('context_id', 'context_id names no batch')
    const numbers = numbersOf(row)
    return taken({
      of: type.toLowerCase() === 'course' ? 'collection' : 'unit',
      key: { userId: row.id('user_id'), collectionId: row.id('activity_id'), contextId },
      completedCount: numbers.get('completedCount'),
      scores: scoresOf(numbers),
    })
  },
}

/** Both generations of the map; the newer one, of doubles, wins. */
function numbersOf(row: ExportRow): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const column of ['agg', 'aggregates']) {
    for (const [name, text] of row.map(column)) {
      const number = typeof text === 'string' ? readCqlNumber(text) : undefined
      if (number === undefined) throw new RowFault(column, `${column} must hold numbers`)
      numbers.set(name, number)
    }
  }
  return numbers
}

const SCORE = 'score:'

function scoresOf(numbers: ReadonlyMap<string, number>): Map<string, ClaimedScore> {
  const scores = new Map<string, ClaimedScore>()
  for (const [name, score] of numbers) {
    if (!name.startsWith(SCORE)) continue
    // A content id may itself hold colons.
    const contentId = name.slice(SCORE.length)
    const maxScore = numbers.get(`max_score:${contentId}`)
    scores.set(contentId, { score, maxScore, attempts: numbers.get(`attempts_count:${contentId}`) })
  }
  return scores
}
