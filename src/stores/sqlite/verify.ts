/** Checks a store against its invariants (reliability 3.2). Derived rows are put right by recomputing; raw rows never. */
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Statements } from './database.ts'
import type { EnrolmentPages } from './enrolment-pages.ts'
import type { Summaries } from './summaries.ts'
import type { Writer } from './writer.ts'

/** What a check found wrong. */
export interface Finding {
  readonly check: string
  readonly found: string
  /** Whether it was put right. */
  readonly repaired: boolean
}

export interface Verification {
  /** Enrolments whose summary was compared with its raw rows. */
  readonly summaries: number
  readonly views: number
  readonly findings: readonly Finding[]
}

/** Called as the work goes on: how much of how much is done. */
export type VerifyProgress = (done: number, total: number) => void

const PAGE = 500

/** What must hold of each raw row: a query that counts the rows that break it. */
const RAW_CHECKS: readonly { readonly check: string; readonly sql: string }[] = [
  {
    check: 'progress of a view lies in 0 to 100',
    sql: 'SELECT count(*) AS n FROM view WHERE NOT (progress BETWEEN 0 AND 100)',
  },
  {
    check: 'no access of a view lies before its start or end',
    sql: 'SELECT count(*) AS n FROM view WHERE last_access_at < max(coalesce(started_at, 0), coalesce(completed_at, 0))',
  },
  { check: 'time spent is not negative', sql: 'SELECT count(*) AS n FROM view WHERE timespent_s < 0' },
  {
    check: 'details and their time come together',
    sql: 'SELECT count(*) AS n FROM view WHERE (details IS NULL) <> (details_at IS NULL)',
  },
  {
    check: 'an attempt is first submitted before it is last submitted',
    sql: 'SELECT count(*) AS n FROM attempt WHERE first_submitted_at > submitted_at',
  },
  {
    check: 'enrolled for the first time before the last time',
    sql: 'SELECT count(*) AS n FROM participation WHERE first_enrolled_at > enrolled_at',
  },
  {
    check: 'every view belongs to a participation',
    sql: 'SELECT count(*) AS n FROM view WHERE participation NOT IN (SELECT participation FROM participation)',
  },
  {
    check: 'every view is of a known content',
    sql: 'SELECT count(*) AS n FROM view WHERE content NOT IN (SELECT content FROM content)',
  },
  {
    check: 'every attempt belongs to a participation',
    sql: 'SELECT count(*) AS n FROM attempt WHERE participation NOT IN (SELECT participation FROM participation)',
  },
  {
    check: 'every attempt is of a known content',
    sql: 'SELECT count(*) AS n FROM attempt WHERE content NOT IN (SELECT content FROM content)',
  },
  {
    check: 'nobody was merged into themselves, and no merge renamed more attempts than it brought',
    sql: 'SELECT count(*) AS n FROM merged WHERE from_user = into_user OR renamed_attempts NOT BETWEEN 0 AND attempts',
  },
  {
    check: 'no consumer is ahead of the log',
    sql: 'SELECT count(*) AS n FROM position WHERE seq > (SELECT coalesce(max(seq), 0) FROM log)',
  },
]

/** What a verification works with. */
export interface VerifyParts {
  readonly statements: Statements
  readonly writer: Writer
  readonly summaries: Summaries
  readonly pages: EnrolmentPages
  /**
   * Derives anew what was copied or moved to an enrolment, inside the transaction of the caller; answers whether anything
   * was otherwise. Undefined where nothing is carried over.
   */
  readonly carryAgain: ((key: EnrolmentKey) => boolean) | undefined
  /** Notes viewed rows that copying would not find; answers how many. Inside the transaction of the caller. */
  readonly noteViews: (() => number) | undefined
}

/**
 * Verifies everything, a page of enrolments at a time, so that memory stays flat. The workers must have caught up:
 * what they have not yet read is behind, not wrong.
 */
export async function verifyStore(parts: VerifyParts, onProgress: VerifyProgress): Promise<Verification> {
  const { statements, writer, summaries, pages, carryAgain, noteViews } = parts
  const findings: Finding[] = [...checkFile(statements), ...checkRaw(statements)]
  const noted = noteViews === undefined ? 0 : await writer.submit(noteViews)
  if (noted > 0) findings.push({ check: 'copying finds every view', found: `${String(noted)} rows`, repaired: true })
  const total = pages.countSummarised()
  let compared = 0
  let after: string | undefined
  do {
    const { items: keys, next } = pages.summarised({ after, limit: PAGE })
    const carried = carryAgain === undefined ? [] : await writer.submit(() => keys.filter(carryAgain))
    findings.push(...carried.map((key) => repaired('copies and moves are what the facts say', key)))
    const wrong = keys.filter((key) => summaries.differs(key))
    if (wrong.length > 0) {
      await writer.submit(() => {
        for (const key of wrong) summaries.recompute(key)
      })
    }
    // What was carried anew makes a summary another: that is one fault, not two.
    const told = wrong.filter((key) => !carried.includes(key))
    findings.push(...told.map((key) => repaired('a summary equals what its raw rows say', key)))
    compared += keys.length
    onProgress(compared, total)
    after = next
  } while (after !== undefined)
  const views = Number(statements.of('SELECT count(*) AS n FROM view').get()?.['n'])
  return { summaries: compared, views, findings }
}

function repaired(check: string, { userId, collectionId, contextId }: EnrolmentKey): Finding {
  return { check, found: `${collectionId} / ${contextId} of ${userId}`, repaired: true }
}

/** SQLite's own check of every page and index. */
export function checkFile(statements: Statements): readonly Finding[] {
  const rows = statements.of('PRAGMA integrity_check').all()
  const said = rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok')
  return said.map((found) => ({ check: 'the file is sound', found, repaired: false }))
}

/** What raw rows break. */
export function checkRaw(statements: Statements): readonly Finding[] {
  return RAW_CHECKS.flatMap(({ check, sql }) => {
    const count = Number(statements.of(sql).get()?.['n'])
    return count === 0 ? [] : [{ check, found: `${String(count)} rows`, repaired: false }]
  })
}
