/**
 * `user_content_consumption`: what a learner viewed. The table has no time of the start, and the time of completion moves
 * with every further one, so the earliest time that a row holds stands for the start.
 */
import type { ViewKey } from '../../domain/progress/key.ts'
import { COMPLETE, type ViewFact } from '../../domain/progress/view.ts'
import type { ViewWrite } from '../../ports/progress-store.ts'
import { RowFault, type ExportRow } from './export-row.ts'
import { taken, type ImportRules, type Table } from './table.ts'

/** One row's view as facts; none where it was not started. */
export const CONTENT_CONSUMPTION: Table<readonly ViewWrite[]> = {
  name: 'user_content_consumption',
  columns: [['userid'], ['collectionid', 'courseid'], ['contextid', 'batchid'], ['contentid'], ['status']],
  read: (row, rules) => {
    const key: ViewKey = {
      userId: row.id('userid'),
      collectionId: row.id('collectionid', 'courseid'),
      contextId: row.id('contextid', 'batchid'),
      contentId: row.id('contentid'),
    }
    return taken(factsOf(row, rules).map((fact) => ({ key, fact })))
  },
}

function factsOf(row: ExportRow, rules: ImportRules): ViewFact[] {
  const status = row.integer('status') ?? 0
  if (status < 0) throw new RowFault('status', 'status must be 0, 1 or 2')
  const progress = progressOf(row, status)
  const details = detailsOf(row, rules)
  const accessed = row.past(rules.nowMs, 'last_access_time', 'lastaccesstime')
  const completed = row.past(rules.nowMs, 'last_completed_time', 'lastcompletedtime')
  const updated = row.past(rules.nowMs, 'last_updated_time', 'lastupdatedtime')
  const written = row.past(rules.nowMs, 'datetime')
  // Rows that only carry counters have no status, or 0.
  if (status === 0) return []
  const latest = accessed ?? completed ?? updated ?? written
  if (latest === undefined) throw new RowFault('last_access_time', 'the row says of no time when it was')
  const start = Math.min(latest, completed ?? latest, updated ?? latest, written ?? latest)
  const facts: ViewFact[] = [{ kind: 'start', at: start, timed: true }]
  if (latest > start || progress > 0 || details !== undefined) {
    facts.push({ kind: 'update', at: latest, timed: true, progress, details })
  }
  // Rows that were new when they came hold whatever status was sent, also 3.
  if (status >= COMPLETE) facts.push({ kind: 'end', at: completed ?? latest, timed: true })
  return facts
}

/** Of a view that is complete the end says enough. */
function progressOf(row: ExportRow, status: number): number {
  const progress = row.number('progress') ?? 0
  if (status >= COMPLETE) return 0
  if (progress < 0 || progress > 100) throw new RowFault('progress', 'progress must be 0 to 100')
  return progress
}

function detailsOf(row: ExportRow, rules: ImportRules): string | undefined {
  const details = row.text('progressdetails')
  if (details === undefined) return undefined
  if (Buffer.byteLength(details) > rules.detailsBytesMax) {
    throw new RowFault('progressdetails', `progressdetails has more than ${String(rules.detailsBytesMax)} bytes`)
  }
  const json = parsed(details)
  // Clients without details send none, and the table then holds the word.
  if (json === null) return undefined
  if (typeof json !== 'object' || Array.isArray(json)) {
    throw new RowFault('progressdetails', 'progressdetails is no JSON object')
  }
  if (isDeeper(json, rules.detailsDepthMax)) {
    throw new RowFault(
      'progressdetails',
      `progressdetails is nested deeper than ${String(rules.detailsDepthMax)} levels`,
    )
  }
  return JSON.stringify(json)
}

function parsed(details: string): unknown {
  try {
    return JSON.parse(details) as unknown
  } catch {
    // The parser's own words quote the text, which may be private.
    throw new RowFault('progressdetails', 'progressdetails is not JSON')
  }
}

function isDeeper(json: unknown, depthMax: number): boolean {
  if (typeof json !== 'object' || json === null) return false
  return depthMax === 0 || Object.values(json).some((value) => isDeeper(value, depthMax - 1))
}
