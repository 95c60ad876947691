/** Reads the files of an export into a store, one commit after the other, each with the note of how far it has come. */
import type { Mode } from '../../../domain/progress/mode.ts'
import type { HistoryOutcome, HistoryRow } from '../../../ports/history.ts'
import type { Store } from '../../../ports/store.ts'
import { COURSE_BATCHES } from '../../../transformers/sunbird-export/course-batches.ts'
import { HIERARCHIES } from '../../../transformers/sunbird-export/hierarchies.ts'
import type { Reading, RowTaken } from '../../../transformers/sunbird-export/read-table.ts'
import type { ExportFile } from './files.ts'
import { openAlone, openFile, type OpenFile, type ReadingOptions } from './open-file.ts'
import { noteOf, type Position } from './position.ts'
import type { RefusedFile, RowRemark } from './refused-file.ts'
import type { Report } from './report.ts'
import { historyTable, publish, putBatch } from './rows.ts'
import { added, counted } from './totals.ts'

/** Rows wait in memory until so many bytes of their file were read. */
const COMMIT_BYTES = 8 << 20

export interface ReadingParts {
  readonly store: Store
  readonly mode: Mode
  readonly options: ReadingOptions
  readonly commitRows: number
  readonly report: Report
  readonly refused: RefusedFile
  /** Called with the bytes of the file that were read so far. */
  readonly onBytes: (bytes: number) => void
}

/** What a reading says beside its facts. */
export function remarksOf(file: ExportFile, reading: Reading<unknown>): readonly RowRemark[] {
  const where = { file: file.name, line: reading.line }
  if (!('value' in reading)) {
    return [{ kind: 'refused', ...where, column: reading.column ?? null, reason: reading.reason }]
  }
  return reading.notes.map(({ column, text }) => ({ kind: 'noted', ...where, column, reason: text }))
}

/** Rows that wait for their commit. */
interface Waiting<T> {
  readonly rows: RowTaken<T>[]
  readonly remarks: RowRemark[]
  read: number
  line: number
}

/** Does what rows say; the note must hold no sooner than that. */
type Settle<T> = (rows: readonly T[], after: (outcomes: readonly HistoryOutcome[]) => Position) => Promise<Position>

/** Reads one file, behind what of it is done; answers how far the import has come then. */
export function readOneFile(parts: ReadingParts, file: ExportFile, from: Position): Promise<Position> {
  const { store, mode, options } = parts
  const history = historyTable(file.table, mode)
  if (history !== undefined) return readRows(parts, file, openFile(file, history, options), from, recording(store))
  if (file.table === 'course_batch') {
    const settle = cataloguing(store, putBatch)
    return readRows(parts, file, openFile(file, COURSE_BATCHES, options), from, settle)
  }
  const alone = file.form === 'json'
  const opened = alone ? openAlone(file, options) : openFile(file, HIERARCHIES, options)
  // Hierarchies are long: each is done by itself.
  return readRows({ ...parts, commitRows: 1 }, file, opened, from, cataloguing(store, publish))
}

function recording({ history }: Store): Settle<HistoryRow> {
  return async (rows, after) => {
    const outcomes = await history.record(rows, (done) => noteOf(after(done)))
    return after(outcomes)
  }
}

function cataloguing<T>(
  { catalogue, history }: Store,
  put: (catalogue: Store['catalogue'], value: T) => Promise<HistoryOutcome>,
): Settle<T> {
  return async (values, after) => {
    const outcomes: HistoryOutcome[] = []
    for (const value of values) outcomes.push(await put(catalogue, value))
    const position = after(outcomes)
    await history.record([], () => noteOf(position))
    return position
  }
}

async function readRows<T>(
  parts: ReadingParts,
  file: ExportFile,
  opened: OpenFile<T>,
  from: Position,
  settle: Settle<T>,
): Promise<Position> {
  let position = from
  let waiting = nothing<T>(position.line)
  let bytes = 0
  const commit = async (over: boolean): Promise<void> => {
    position = await settleWaiting(parts, file, waiting, position, over, settle)
    waiting = nothing(waiting.line)
    bytes = opened.bytesRead()
    parts.onBytes(bytes)
  }
  for await (const reading of opened.rows) {
    if (reading.line <= position.line) continue
    waiting.read += 1
    waiting.line = reading.line
    waiting.remarks.push(...remarksOf(file, reading))
    if ('value' in reading) waiting.rows.push(reading)
    if (waiting.read >= parts.commitRows || opened.bytesRead() - bytes >= COMMIT_BYTES) await commit(false)
  }
  await commit(true)
  return position
}

function nothing<T>(line: number): Waiting<T> {
  return { rows: [], remarks: [], read: 0, line }
}

/** @param over whether these are the last rows of the file. */
function settleWaiting<T>(
  { report, refused }: ReadingParts,
  { table }: ExportFile,
  { rows, remarks, read, line }: Waiting<T>,
  position: Position,
  over: boolean,
  settle: Settle<T>,
): Promise<Position> {
  for (const remark of remarks) report.remark(remark)
  refused.write(remarks)
  refused.sync()
  const refusals = remarks.filter(({ kind }) => kind === 'refused').length
  const after = (outcomes: readonly HistoryOutcome[]): Position => ({
    ...position,
    files: position.files + (over ? 1 : 0),
    line: over ? 0 : line,
    totals: added(position.totals, table, {
      read,
      refused: refusals,
      noted: remarks.length - refusals,
      ...counted(outcomes),
    }),
    refusedBytes: refused.bytes,
  })
  return settle(
    rows.map(({ value }) => value),
    after,
  )
}
