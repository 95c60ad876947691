/**
 * An explanation for a reader who may see a learner only within some collections, such as an instructor: rows elsewhere
 * are left out. Whether there are any is not told either: `withheld` is always set. Source: progress modes, "Explain".
 */
import type { Link, ViewExplanation } from './explanation.ts'
import { compareViewKeys, type ViewKey } from './key.ts'

type IsSeen = (row: ViewKey) => boolean

/**
 * Leaves out of an explanation what lies outside the collections. The row that answers is told of wherever it lies:
 * reading the view shows it too. Of a copy in it stays what that reading shows, but not where it came from.
 */
export function withinCollections(explanation: ViewExplanation, collections: ReadonlySet<string>): ViewExplanation {
  const { target, chain, refused } = explanation
  const isSeen: IsSeen = (row) => collections.has(row.collectionId) || compareViewKeys(row, target) === 0
  return {
    ...explanation,
    chain: chain.flatMap((link) => (isSeen(link.row) ? seenLink(link, isSeen) : [])),
    refused: refused.filter(({ from }) => isSeen(from)),
    withheld: true,
  }
}

function seenLink(link: Link, isSeen: IsSeen): readonly Link[] {
  if (!('from' in link) || isSeen(link.from)) return [link]
  // Former rows are history: nothing that is shown elsewhere tells of them.
  if (link.kind === 'migrated') return []
  const { row, at, startedAt, completedAt, ruleId, findings } = link
  return [{ kind: 'copied-from-elsewhere', row, at, startedAt, completedAt, ruleId, findings }]
}
