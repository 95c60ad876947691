/** What a store offers to carrying: raw facts, and tables for what is derived of them. All inside the caller's transaction. */
import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Context } from '../../domain/progress/context.ts'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Copied, Migrated, Moved } from '../../domain/progress/provenance.ts'
import type { Rule } from '../../domain/progress/rule.ts'
import type { ViewRow } from '../../domain/progress/view.ts'
import type { Publication } from '../../ports/catalogue.ts'

/** What the learner did, where it was done. */
export interface FactTables {
  view(key: ViewKey): ViewRow | undefined
  /** All rows under one key, by content. */
  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow>
  /** Likewise attempts: all, or those of one content. */
  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]>
  mergeAttempt(key: ViewKey, attempt: Attempt): void
  enrolment(key: EnrolmentKey): Enrolment | undefined
  /** When the collection was completed under this key, as far as it is on record. */
  completion(key: EnrolmentKey): number | undefined
  /** Every (collection, context) in which the learner has an enrolment, a view or an attempt: all, or of one collection. */
  participationsOf(userId: string, collectionId?: string): readonly EnrolmentKey[]
  /** Former rows that a row was made from when the mode changed. */
  migrated(key: ViewKey): readonly Migrated[]
}

/** What was derived for one row of a content. */
export interface CopyRow {
  readonly key: ViewKey
  /** The enrolment that made the row; null where viewing did. */
  readonly enrolledAt: number | null
  readonly copied: Copied | null
}

/** Rows of the copy modes, so that all rows of one content and learner are found without looking at any other. */
export interface CopyTable {
  /** Every row of a content that a learner has: viewed, copied or made by enrolling. */
  rowsOf(userId: string, contentId: string): readonly CopyRow[]
  /** Rows that lie under one key. */
  rowsUnder(key: EnrolmentKey): readonly CopyRow[]
  at(key: ViewKey): CopyRow | undefined
  put(row: CopyRow): void
  /** Removes the rows under one key, but that of one content, where one is named. */
  remove(key: EnrolmentKey, kept?: string): void
  /** The state of the catalogue under which an enrolment was last carried over; undefined: never. */
  revision(key: EnrolmentKey): number | undefined
  setRevision(key: EnrolmentKey, revision: number | undefined): void
  /** Enrolments of a learner that were never carried over, or not since they changed. */
  uncarried(userId: string): readonly EnrolmentKey[]
}

/** Which contexts were left, and for which. */
export interface MoveTable {
  of(userId: string, collectionId: string): ReadonlyMap<string, Moved>
  /** @param moved undefined: it is not left any more. */
  set(key: EnrolmentKey, moved: Moved | undefined): void
}

/** The catalogue as it is now. */
export interface CatalogueNow {
  publicationNow(collectionId: string): Publication | undefined
  contextNow(collectionId: string, contextId: string): Context | undefined
  rulesNow(): { readonly known: ReadonlyMap<string, Rule>; readonly defaults: readonly string[] }
  /** Grows with every change that decides what is carried into a context. */
  revisionNow(collectionId: string, contextId: string): number
}
