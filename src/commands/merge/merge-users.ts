import type { Config } from '../../config.ts'
import { mustAsk, withInstallation } from '../reach.ts'

interface Counts {
  readonly enrolments: number
  readonly views: number
  readonly attempts: number
  readonly renamedAttempts: number
}

/** What POST /v1/user/merge answers. */
export interface MergeReport {
  readonly joined: Counts
  readonly merge: Counts & {
    readonly fromUserId: string
    readonly intoUserId: string
    readonly mergedOn: number
    readonly by: string
  }
}

/**
 * `waymark merge-users`: merges one learner into another, and says what came.
 * @throws FolderInUse, StoreRefused; WrongUse where the two cannot be meant; Error with the refusal
 */
export async function mergeUsers(config: Config, from: string, into: string, json: boolean): Promise<void> {
  const report = await withInstallation(config, (installation) =>
    mustAsk<MergeReport>(installation, 'POST', '/v1/user/merge', { fromUserId: from, intoUserId: into }),
  )
  process.stdout.write(`${json ? JSON.stringify(report) : mergeText(report)}\n`)
}

/** What a merge brought, in a sentence. */
export function mergeText({ joined, merge }: MergeReport): string {
  const { fromUserId, intoUserId, mergedOn, by } = merge
  if (joined.enrolments + joined.views + joined.attempts === 0) {
    const at = new Date(mergedOn).toISOString()
    return `nothing has come for ${fromUserId} since it was merged into ${intoUserId} on ${at} (asked for by ${by})`
  }
  const counts = [
    counted(joined.enrolments, 'enrolment'),
    counted(joined.views, 'view'),
    counted(joined.attempts, 'attempt'),
  ].join(', ')
  const renamed = joined.renamedAttempts > 0 ? `; ${counted(joined.renamedAttempts, 'attempt')} got another id` : ''
  return `${fromUserId} is ${intoUserId} now: ${counts}${renamed}`
}

function counted(count: number, name: string): string {
  return `${String(count)} ${name}${count === 1 ? '' : 's'}`
}
