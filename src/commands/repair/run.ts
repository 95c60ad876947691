/** Has the pages of a repair done one after the other, no faster than is allowed, and tells of each. */
import { setTimeout as pause } from 'node:timers/promises'
import { progressBar } from '../../progress-bar.ts'
import { mustAsk, type Installation } from '../reach.ts'
import type { DifferenceRow, Report } from './report.ts'

export interface RepairOptions {
  readonly dryRun?: boolean
  readonly anew?: boolean
  /** Most enrolments in a second. */
  readonly rate?: number
  readonly json?: boolean
}

/** What was done. */
export interface RepairTotals {
  /** Enrolments looked at, by an earlier run that did not come to its end too. */
  readonly looked: number
  readonly differed: number
  /** Enrolments looked at by this run. */
  readonly lookedNow: number
}

/** POST /v1/summary/repair */
interface PageAnswer {
  readonly looked: number
  readonly differed: number
  readonly page: number
  readonly total?: number
  readonly differences: readonly DifferenceRow[]
  readonly nextCursor?: string
}

/** Beside a running server requests come first. */
const RATE_BESIDE = 2000

/** Waits after each page until as much time has gone by as so many may take. */
export function paced(installation: Installation, rate: number | undefined): (done: number) => Promise<void> {
  const perSecond = rate ?? (installation.running ? RATE_BESIDE : undefined)
  const begun = performance.now()
  return async (done) => {
    if (perSecond === undefined) return
    const early = (done / perSecond) * 1000 - (performance.now() - begun)
    if (early > 0) await pause(early)
  }
}

/** @param place the context that is repaired; undefined: everything. @param pageMax most that a page may hold. */
export async function repairPages(
  installation: Installation,
  place: { readonly collectionId: string; readonly contextId: string } | undefined,
  { dryRun = false, anew = false, rate }: RepairOptions,
  pageMax: number,
  report: Report,
): Promise<RepairTotals> {
  const wait = paced(installation, rate)
  const bar = progressBar(dryRun ? 'compare' : 'recompute')
  const query = new URLSearchParams({ limit: String(Math.min(pageMax, rate ?? pageMax)) })
  let [total, lookedNow, earlier] = [0, 0, 0]
  for (;;) {
    const path = `/v1/summary/repair?${query.toString()}`
    const page = await mustAsk<PageAnswer>(installation, 'POST', path, { ...place, dryRun, anew })
    if (page.total !== undefined) {
      earlier = page.looked - page.page
      total = page.total
      if (earlier > 0) process.stderr.write(`goes on behind ${String(earlier)} that an earlier run has looked at\n`)
    }
    lookedNow += page.page
    for (const row of page.differences) report.row(row)
    // What was done before has no part in the rate.
    bar.update(lookedNow, total - earlier)
    if (page.nextCursor === undefined) {
      bar.end()
      return { looked: page.looked, differed: page.differed, lookedNow }
    }
    query.set('cursor', page.nextCursor)
    await wait(lookedNow)
  }
}
