import type { Config } from '../../config.ts'
import { progressBar } from '../../progress-bar.ts'
import { mustAsk, withInstallation, type Installation } from '../reach.ts'
import { openReport, totalsText, type DifferenceRow, type Report } from './report.ts'
import { paced, repairPages, type RepairOptions } from './run.ts'

export interface SyncOptions extends RepairOptions {
  readonly course: string
  readonly batch: string
  readonly user?: readonly string[]
}

/** POST /v1/enrolment/sync */
interface SyncAnswer {
  readonly looked: number
  readonly differences: readonly DifferenceRow[]
  readonly notEnrolled: readonly string[]
}

/**
 * `waymark sync`: recomputes the summaries of a context, or of some learners in it.
 * @returns whether everyone who was named, or anyone at all, is enrolled there
 * @throws WrongUse for ids that cannot be; FolderInUse, StoreRefused
 */
export async function sync(config: Config, options: SyncOptions): Promise<boolean> {
  const { course, batch, user, dryRun = false, json = false } = options
  const place = { collectionId: course, contextId: batch }
  const report = openReport(json, dryRun)
  return withInstallation(config, async (installation) => {
    if (user !== undefined) return syncUsers(installation, place, user, options, config.PAGE_ITEMS_MAX, report)
    const totals = await repairPages(installation, place, options, config.PAGE_ITEMS_MAX, report)
    const found = totals.looked > 0
    const none = `nobody takes part in batch ${batch} of course ${course}`
    report.end({ ...totals }, found ? totalsText(totals.looked, totals.differed, dryRun) : none)
    return found
  })
}

async function syncUsers(
  installation: Installation,
  place: { readonly collectionId: string; readonly contextId: string },
  users: readonly string[],
  { dryRun = false, rate }: SyncOptions,
  pageMax: number,
  report: Report,
): Promise<boolean> {
  const wait = paced(installation, rate)
  const bar = progressBar(dryRun ? 'compare' : 'recompute')
  const size = Math.min(pageMax, rate ?? pageMax)
  const notEnrolled: string[] = []
  let [looked, differed] = [0, 0]
  for (let done = 0; done < users.length; done += size) {
    await wait(done)
    const userIds = users.slice(done, done + size)
    const answer = await mustAsk<SyncAnswer>(installation, 'POST', '/v1/enrolment/sync', { ...place, userIds, dryRun })
    for (const row of answer.differences) report.row(row)
    looked += answer.looked
    differed += answer.differences.length
    notEnrolled.push(...answer.notEnrolled)
    bar.update(done + userIds.length, users.length)
  }
  bar.end()
  const missing = notEnrolled.map((userId) => `${userId} is not enrolled there`)
  report.end(
    { looked, differed, lookedNow: looked, notEnrolled },
    [...missing, totalsText(looked, differed, dryRun)].join('\n'),
  )
  return notEnrolled.length === 0
}
