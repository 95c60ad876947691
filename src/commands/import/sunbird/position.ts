/** How far an import has come, noted in the commits of its rows: ended at any moment, it goes on where it was. */
import type { SummaryComparison } from '../../../ports/repair.ts'
import type { HistoryNote } from '../../../ports/history.ts'
import type { Totals } from './totals.ts'

export interface Position {
  /** Of the files: others are begun anew. */
  readonly fingerprint: string
  /** So many files are done. */
  readonly files: number
  /** Of the next file, the line on which the last row began that is done; 0: none is. */
  readonly line: number
  readonly totals: Totals
  /** How long the file of refused rows was then. */
  readonly refusedBytes: number
}

const NAME = 'import:sunbird'

export function noteOf(position: Position): HistoryNote {
  return { name: NAME, text: JSON.stringify(position) }
}

/** Where to begin: behind what an earlier run of the same files has done, where it did not come to its end. */
export async function begin(notes: SummaryComparison, fingerprint: string, anew: boolean): Promise<Position> {
  const noted = await notes.noted(NAME)
  // Nothing but `noteOf` writes it.
  const position = noted === undefined ? undefined : (JSON.parse(noted) as Position)
  if (!anew && position?.fingerprint === fingerprint) return position
  return { fingerprint, files: 0, line: 0, totals: {}, refusedBytes: 0 }
}

/** The import has come to its end: the next one begins with the first file. */
export function finish(notes: SummaryComparison): Promise<void> {
  return notes.note(NAME, undefined)
}
