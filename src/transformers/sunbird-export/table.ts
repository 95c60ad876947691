import type { HierarchyLimits } from '../../domain/progress/hierarchy.ts'
import type { ExportRow } from './export-row.ts'

/** What bounds the rows of every table. */
export interface ImportRules {
  /** UTC milliseconds: what is reported as done later than this is refused. */
  readonly nowMs: number
  /** IANA name: the zone of dates without a time. */
  readonly timeZone: string
  readonly detailsBytesMax: number
  readonly detailsDepthMax: number
  readonly hierarchy: HierarchyLimits
}

/** Something that a row says and that was not taken over as it is, without refusing the row. */
export interface Note {
  readonly column: string
  readonly text: string
}

export interface Taken<T> {
  readonly value: T
  readonly notes: readonly Note[]
}

/** A table of today's system: what its rows mean here. */
export interface Table<T> {
  readonly name: string
  /** Columns without which a file is not of this table; of each, the names that generations of the schema gave it. */
  readonly columns: readonly (readonly string[])[]
  /**
   * Pure: the same row gives the same facts, so that a file can be read again.
   * @throws RowFault
   */
  readonly read: (row: ExportRow, rules: ImportRules) => Taken<T>
}

/** A value that needs no remark. */
export function taken<T>(value: T): Taken<T> {
  return { value, notes: [] }
}
