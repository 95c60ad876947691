/** What commands ask about dead letters and groups, in the words of the routes. */
import { mustAsk, part, type Installation } from './reach.ts'

/** A dead letter as it is listed: GET /v1/events/dead-letters. */
export interface LetterRow {
  readonly group: string
  readonly position: number
  readonly state: 'dead' | 'waiting'
  readonly type?: string
  readonly loggedAt?: string
  readonly failedAt?: string
  readonly retryAt?: string
  readonly tries?: number
  readonly reason?: string
}

/** GET /v1/events/dead-letters/:group/:position */
export interface LetterAnswer extends LetterRow {
  readonly topic?: string
  readonly key?: string
  readonly event?: Readonly<Record<string, unknown>>
  readonly problem?: string
  readonly entry?: Readonly<Record<string, unknown>>
}

/** GET /v1/events/groups */
export interface GroupRow {
  readonly name: string
  readonly kind: 'events' | 'worker'
  readonly position: number
  readonly last: number
  readonly behind: number
  readonly waiting: number
  readonly dead: number
  readonly paused: boolean
  readonly reason?: string
  readonly running: boolean
}

/** All dead letters of a group, or of all groups, page by page. */
export async function allLetters(installation: Installation, group?: string): Promise<readonly LetterRow[]> {
  const letters: LetterRow[] = []
  const query = new URLSearchParams(group === undefined ? {} : { group })
  for (;;) {
    const path = `/v1/events/dead-letters?${query.toString()}`
    const page = await mustAsk<{ deadLetters: readonly LetterRow[]; nextCursor?: string }>(installation, 'GET', path)
    letters.push(...page.deadLetters)
    if (page.nextCursor === undefined) return letters
    query.set('cursor', page.nextCursor)
  }
}

export function letterPath(group: string, position: number): string {
  return `/v1/events/dead-letters/${part(group)}/${String(position)}`
}

/** Columns as wide as what stands in them. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

/** A report on stdout as JSON. */
export function printJson(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
}
