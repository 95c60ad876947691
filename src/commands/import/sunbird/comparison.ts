/** What the export says of progress, row by row, beside what is recomputed here. */
import type { EnrolmentKey } from '../../../domain/progress/key.ts'
import type { Mode } from '../../../domain/progress/mode.ts'
import type { Store } from '../../../ports/store.ts'
import { ACTIVITY_AGGREGATES, type ActivityClaim } from '../../../transformers/sunbird-export/activity-aggregates.ts'
import { compareActivity, compareEnrolment } from '../../../transformers/sunbird-export/compare.ts'
import { COURSE_BATCHES } from '../../../transformers/sunbird-export/course-batches.ts'
import { ENROLMENTS, type EnrolmentImport } from '../../../transformers/sunbird-export/enrolments.ts'
import type { ExportFile } from './files.ts'
import { knownOf } from './known.ts'
import { openFile, type ReadingOptions } from './open-file.ts'
import { remarksOf } from './read-files.ts'
import type { RowRemark } from './refused-file.ts'
import type { ComparedRow } from './report.ts'
import type { Counts } from './totals.ts'

export interface ComparisonParts {
  readonly store: Store
  readonly mode: Mode
  readonly options: ReadingOptions
  readonly onCompared: (row: ComparedRow) => void
  readonly onRemarks: (remarks: readonly RowRemark[]) => void
  /** Called with the bytes of the file that were read so far. */
  readonly onBytes: (bytes: number) => void
}

/** What was compared. */
export interface ComparisonTotals {
  readonly compared: number
  /** Rows that say something else than what is recomputed. */
  readonly differing: number
  /** Differences by their reason. */
  readonly reasons: Readonly<Record<string, number>>
  /** Rows of `user_activity_agg`, which are read for this alone. */
  readonly activities: Pick<Counts, 'read' | 'refused' | 'noted'>
}

/** Reads the claims of an export again and compares each. */
export class Comparison {
  readonly #parts: ComparisonParts
  /** Collections by the context that they are taken in: rows of units name the context alone. */
  readonly #collections = new Map<string, Set<string>>()
  readonly #reasons = new Map<string, number>()
  readonly #activities = { read: 0, refused: 0, noted: 0 }
  #compared = 0
  #differing = 0

  constructor(parts: ComparisonParts) {
    this.#parts = parts
  }

  get totals(): ComparisonTotals {
    const reasons = Object.fromEntries([...this.#reasons].sort(([a], [b]) => (a < b ? -1 : 1)))
    return { compared: this.#compared, differing: this.#differing, reasons, activities: this.#activities }
  }

  /** Files come in the order in which they were found. */
  async file(file: ExportFile): Promise<void> {
    switch (file.table) {
      case 'course_batch':
        return this.#batches(file)
      case 'user_enrolments':
        return this.#enrolments(file)
      case 'user_activity_agg':
        return this.#activitiesIn(file)
      case 'content_hierarchy':
      case 'user_content_consumption':
      case 'assessment_aggregator':
    }
  }

  async #batches(file: ExportFile): Promise<void> {
    for await (const row of openFile(file, COURSE_BATCHES, this.#parts.options).rows) {
      if ('value' in row) this.#takenIn(row.value)
    }
  }

  async #enrolments(file: ExportFile): Promise<void> {
    const { options, onBytes } = this.#parts
    const { rows, bytesRead } = openFile(file, ENROLMENTS, options)
    for await (const row of rows) {
      onBytes(bytesRead())
      // What was refused is told already.
      if (!('value' in row)) continue
      this.#takenIn(row.value.key)
      await this.#enrolment(row.value)
    }
  }

  async #activitiesIn(file: ExportFile): Promise<void> {
    const { options, onBytes, onRemarks } = this.#parts
    const { rows, bytesRead } = openFile(file, ACTIVITY_AGGREGATES, options)
    for await (const row of rows) {
      onBytes(bytesRead())
      this.#activities.read += 1
      const remarks = remarksOf(file, row)
      onRemarks(remarks)
      for (const { kind } of remarks) this.#activities[kind] += 1
      if ('value' in row) await this.#activity(row.value)
    }
  }

  #takenIn({ collectionId, contextId }: { readonly collectionId: string; readonly contextId: string }): void {
    const known = this.#collections.get(contextId)
    if (known === undefined) this.#collections.set(contextId, new Set([collectionId]))
    else known.add(collectionId)
  }

  async #enrolment({ key, claim }: EnrolmentImport): Promise<void> {
    const { store, mode } = this.#parts
    const known = await knownOf(store, mode, key, claim.contents.keys())
    this.#tell({ ...key, table: 'user_enrolments', differences: compareEnrolment(claim, known) })
  }

  async #activity(claim: ActivityClaim): Promise<void> {
    const { store, mode } = this.#parts
    const { key } = claim
    const collectionId = claim.of === 'unit' ? await this.#collectionOf(key) : key.collectionId
    const known = await knownOf(store, mode, { ...key, collectionId }, claim.scores.keys())
    const unitId = claim.of === 'unit' ? key.collectionId : undefined
    const differences = compareActivity(claim, known)
    this.#tell({ ...key, collectionId, unitId, table: 'user_activity_agg', differences })
  }

  /** The collection of a unit, of those that are taken in its context; the unit itself where none is known. */
  async #collectionOf({ collectionId: unitId, contextId }: EnrolmentKey): Promise<string> {
    for (const collectionId of this.#collections.get(contextId) ?? []) {
      const published = await this.#parts.store.catalogue.publication(collectionId)
      if (published?.structure.units.some(({ id }) => id === unitId) === true) return collectionId
    }
    return unitId
  }

  #tell(row: ComparedRow): void {
    this.#compared += 1
    if (row.differences.length === 0) return
    this.#differing += 1
    for (const { reason } of row.differences) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    this.#parts.onCompared(row)
  }
}
