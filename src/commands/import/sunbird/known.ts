import type { Attempt } from '../../../domain/progress/attempt.ts'
import { leavesEver } from '../../../domain/progress/hierarchy.ts'
import type { EnrolmentKey } from '../../../domain/progress/key.ts'
import { MODE_TABLE, summaryRow, type Mode } from '../../../domain/progress/mode.ts'
import type { ViewRow } from '../../../domain/progress/view.ts'
import type { Store } from '../../../ports/store.ts'
import type { Known } from '../../../transformers/sunbird-export/compare.ts'

/**
 * All that is known here of an enrolment, to be compared with what an export claims.
 * @param named contents that are looked at where the collection is not published.
 */
export async function knownOf(
  { progress, catalogue }: Store,
  mode: Mode,
  key: EnrolmentKey,
  named: Iterable<string>,
): Promise<Known> {
  const structure = (await catalogue.publication(key.collectionId))?.structure
  const summary = await progress.summary(key)
  const contents = structure === undefined ? [...named] : leavesEver(structure)
  return { structure, summary, ...(await countedRows(progress, mode, key, contents)) }
}

/** The rows that count in an enrolment, where the mode has them. */
async function countedRows(
  progress: Store['progress'],
  mode: Mode,
  key: EnrolmentKey,
  contents: readonly string[],
): Promise<Pick<Known, 'views' | 'attempts'>> {
  if (MODE_TABLE[mode].leafOfSummary !== 'content') {
    const row = summaryRow(mode, key, '')
    return { views: await progress.views(row), attempts: await progress.attempts(row) }
  }
  const [views, attempts] = [new Map<string, ViewRow>(), new Map<string, readonly Attempt[]>()]
  for (const content of contents) {
    const row = summaryRow(mode, key, content)
    for (const [id, view] of await progress.views(row, [content])) views.set(id, view)
    for (const [id, made] of await progress.attempts(row, [content])) attempts.set(id, made)
  }
  return { views, attempts }
}
