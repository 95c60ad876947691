import type { Config } from '../../config.ts'
import { withInstallation } from '../reach.ts'
import { openReport, totalsText } from './report.ts'
import { repairPages, type RepairOptions } from './run.ts'

/**
 * `waymark repair`: looks at every enrolment, and recomputes the summaries that are not right.
 * @throws FolderInUse, StoreRefused
 */
export async function repair(config: Config, options: RepairOptions): Promise<void> {
  const { dryRun = false, json = false } = options
  const report = openReport(json, dryRun)
  const totals = await withInstallation(config, (installation) =>
    repairPages(installation, undefined, options, config.PAGE_ITEMS_MAX, report),
  )
  report.end({ ...totals }, totalsText(totals.looked, totals.differed, dryRun))
}
