import { WaymarkError } from '../domain/errors.ts'
import type { SummaryDifference } from '../domain/progress/summary-difference.ts'
import { nextTurn, type Every } from '../ports/clock.ts'
import type { RepairedPage, RepairRequest, SummaryComparison, SummaryRepair } from '../ports/repair.ts'
import { again, type Again } from './again.ts'
import type { Recomputing } from './carry-first.ts'

/**
 * Puts summaries right by the one operation that makes them (decision 0005): what it leaves is what aggregation would
 * have left, and a second time changes nothing. How far it has come is noted after each page.
 * @param commitMax summaries that are compared, and recomputed, before requests have their turn.
 */
export function summaryRepair(
  comparison: SummaryComparison,
  recomputing: Pick<Recomputing, 'recompute'>,
  commitMax: number,
): SummaryRepair {
  const these: SummaryRepair['these'] = async (keys, dryRun) => {
    const found: SummaryDifference[] = []
    for (let done = 0; done < keys.length; done += commitMax) {
      if (done > 0) await new Promise<void>(nextTurn)
      const differences = await comparison.differences(keys.slice(done, done + commitMax))
      if (!dryRun && differences.length > 0) await recomputing.recompute(differences.map(({ key }) => key))
      found.push(...differences)
    }
    return found
  }
  return {
    these,
    page: async (request) => {
      const { place, dryRun, anew, page } = request
      const name = noteOf(request)
      const fresh = dryRun || anew
      const begin = readStretch(page.after ?? (fresh ? undefined : await comparison.noted(name)))
      const total = page.after === undefined ? await comparison.count(place) : undefined
      const { items, next } = await comparison.list(place, { after: begin.after, limit: page.limit })
      const differences = await these(items, dryRun)
      const looked = begin.looked + items.length
      const differed = begin.differed + differences.length
      const cursor = next === undefined ? undefined : `${String(looked)}.${String(differed)}.${next}`
      if (!dryRun) await comparison.note(name, cursor)
      return {
        looked: items.length,
        lookedSoFar: looked,
        differedSoFar: differed,
        total,
        differences,
        next: cursor,
      }
    },
  }
}

function noteOf({ place, by }: RepairRequest): string {
  return `repair:${by}:${JSON.stringify(place === undefined ? [] : [place.collectionId, place.contextId])}`
}

/** What a cursor says: where the page begins, and what was counted before it. */
interface Stretch {
  readonly looked: number
  readonly differed: number
  readonly after: string | undefined
}

function readStretch(cursor: string | undefined): Stretch {
  if (cursor === undefined) return { looked: 0, differed: 0, after: undefined }
  const [, looked, differed, after] = /^(\d{1,15})\.(\d{1,15})\.(.+)$/.exec(cursor) ?? []
  if (after === undefined) throw new WaymarkError('INVALID_CURSOR', { field: 'query.cursor' })
  return { looked: Number(looked), differed: Number(differed), after }
}

export interface RepairSchedule {
  /** How long from one turn to the next, milliseconds; 0: never. */
  readonly everyMs: number
  /** Enrolments looked at in one commit, and in one turn. */
  readonly pageSize: number
  readonly turnMax: number
  readonly every: Every
  /** Told of each page. */
  readonly onPage: (looked: number, differences: readonly SummaryDifference[]) => void
  readonly onError: (error: unknown) => void
}

/**
 * Looks at some enrolments again and again, one stretch of the store after the other, and puts right what differs.
 * Returns what ends it.
 */
export function repairEvery(repair: SummaryRepair, schedule: RepairSchedule): () => void {
  const { everyMs, pageSize, turnMax, every, onPage, onError } = schedule
  if (everyMs === 0) return () => undefined
  const turn: Again['turn'] = async (ended) => {
    for (let looked = 0; looked < turnMax && !ended();) {
      const limit = Math.min(pageSize, turnMax - looked)
      const page: RepairedPage = await repair.page({
        place: undefined,
        dryRun: false,
        by: 'schedule',
        anew: false,
        page: { limit },
      })
      onPage(page.looked, page.differences)
      looked += page.looked
      // At the end of the store the next turn begins anew.
      if (page.next === undefined) return
    }
  }
  return again({ everyMs, every, turn, onError })
}
