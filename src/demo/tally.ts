/** What has become of a loaded school, asked of the server. */
import { each, must, type Server } from './client.ts'
import type { DemoContext, School } from './types.ts'

/** The learners of one context by how far they are. */
export interface Tally {
  readonly collectionId: string
  readonly contextId: string
  readonly kind: DemoContext['kind']
  readonly enrolled: number
  readonly notStarted: number
  readonly inProgress: number
  readonly complete: number
  /** Mean of the learners' completion percentages, rounded. */
  readonly meanPercentage: number
}

interface Summary {
  readonly status: 0 | 1 | 2
  readonly completionPercentage: number
}

const READS_AT_ONCE = 16

/** Reads the summary of every enrolment and counts. */
export async function tallySchool(school: School, server: Server): Promise<readonly Tally[]> {
  const summaries = new Map<DemoContext, Summary[]>(school.contexts.map((context) => [context, []]))
  await each(school.enrolments, READS_AT_ONCE, async ({ userId, collectionId, contextId }) => {
    const key = { userId, collectionId, contextId }
    const summary = await must(server, 'POST', '/v1/summary/read', key)
    const context = school.contexts.find((one) => one.collectionId === collectionId && one.contextId === contextId)
    // The result of summary/read, of which two fields are used.
    if (context !== undefined) summaries.get(context)?.push(summary as Summary)
  })
  return [...summaries].map(([{ collectionId, contextId, kind }, read]) => {
    const count = (status: number): number => read.filter((summary) => summary.status === status).length
    const sum = read.reduce((total, summary) => total + summary.completionPercentage, 0)
    return {
      collectionId,
      contextId,
      kind,
      enrolled: read.length,
      notStarted: count(0),
      inProgress: count(1),
      complete: count(2),
      meanPercentage: read.length === 0 ? 0 : Math.round(sum / read.length),
    }
  })
}

/** The table of it as text. */
export function tallyTable(rows: readonly Tally[]): string {
  const header = ['collection', 'context', 'kind', 'enrolled', 'not started', 'in progress', 'complete', 'mean']
  const cells = rows.map((row) => [
    row.collectionId,
    row.contextId,
    row.kind,
    String(row.enrolled),
    String(row.notStarted),
    String(row.inProgress),
    String(row.complete),
    `${String(row.meanPercentage)} %`,
  ])
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)))
  return [header, ...cells]
    .map((row) =>
      row
        // Words to the left, figures to the right.
        .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}
