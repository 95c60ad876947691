/**
 * `--keep-statuses`: where the rows of contents were archived, their statuses are left in `user_enrolments` alone (viewer-service
 * seed, "One time Data migration"). They are recorded as views, all at the time of the row.
 */
import type { ViewKey } from '../../../domain/progress/key.ts'
import { targetRow } from '../../../domain/progress/mode.ts'
import { COMPLETE, NOT_STARTED, viewStatus, type ViewFact } from '../../../domain/progress/view.ts'
import type { HistoryRow } from '../../../ports/history.ts'
import { ENROLMENTS, type EnrolmentImport } from '../../../transformers/sunbird-export/enrolments.ts'
import { bytesBar } from './bytes-bar.ts'
import type { ExportFile } from './files.ts'
import { openFile } from './open-file.ts'
import type { ReadingParts } from './read-files.ts'

type KeepingParts = Pick<ReadingParts, 'store' | 'mode' | 'options' | 'commitRows'>

/** Records the statuses of contents of which nothing is known; answers how many. A second time there are none. */
export async function keepStatuses(parts: KeepingParts, files: readonly ExportFile[]): Promise<number> {
  const { history } = parts.store
  const toRead = files.filter(({ table }) => table === 'user_enrolments')
  const bar = bytesBar('keep statuses', toRead)
  let [kept, waiting]: [number, HistoryRow[]] = [0, []]
  const commit = async (): Promise<void> => {
    const outcomes = await history.record(waiting)
    kept += outcomes.filter((outcome) => outcome !== 'SAME').length
    waiting = []
  }
  for (const file of toRead) {
    const { rows, bytesRead } = openFile(file, ENROLMENTS, parts.options)
    for await (const row of rows) {
      bar.update(bytesRead())
      if ('value' in row) waiting.push(...(await missingViews(parts, row.value)))
      if (waiting.length >= parts.commitRows) await commit()
    }
    bar.next(file)
  }
  await commit()
  bar.end()
  return kept
}

/** Views of the contents that an enrolment says were begun or completed, and of which there is no row. */
async function missingViews(
  { store, mode }: KeepingParts,
  { key, claim, writtenAt }: EnrolmentImport,
): Promise<readonly HistoryRow[]> {
  const missing: HistoryRow[] = []
  for (const [contentId, status] of claim.contents) {
    if (status <= NOT_STARTED) continue
    const row = targetRow(mode, { ...key, contentId })
    const known = (await store.progress.views(row, [contentId])).get(contentId)
    if (viewStatus(known) === NOT_STARTED) missing.push(viewOf(row, status, writtenAt))
  }
  return missing
}

function viewOf(key: ViewKey, status: number, at: number): HistoryRow {
  const facts: readonly ViewFact['kind'][] = status >= COMPLETE ? ['start', 'end'] : ['start']
  return { kind: 'views', writes: facts.map((kind) => ({ key, fact: { kind, at, timed: true } })) }
}
