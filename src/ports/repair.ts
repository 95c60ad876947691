/** Summaries that are not what their raw rows say: finding them, and putting them right by recomputing. */
import type { EnrolmentKey } from '../domain/progress/key.ts'
import type { SummaryDifference } from '../domain/progress/summary-difference.ts'
import type { Page, PageRequest } from './page.ts'

/** One context of a collection: a batch of a course. */
export interface RepairPlace {
  readonly collectionId: string
  readonly contextId: string
}

/** What the store knows of its summaries. */
export interface SummaryComparison {
  /**
   * Those who take part in one place, by learner; without a place every enrolment that has, or should have, a summary, by
   * learner, collection and context.
   */
  list(place: RepairPlace | undefined, page: PageRequest): Promise<Page<EnrolmentKey>>
  /** How many `list` lists in all. */
  count(place: RepairPlace | undefined): Promise<number>
  /** Stored against recomputed: those of these keys that differ. Changes nothing. */
  differences(keys: readonly EnrolmentKey[]): Promise<readonly SummaryDifference[]>
  /** What was noted last under a name, and not taken away. */
  noted(name: string): Promise<string | undefined>
  /** Notes something durably; undefined takes the note away. */
  note(name: string, text: string | undefined): Promise<void>
}

export interface RepairRequest {
  /** Undefined: the whole store. */
  readonly place: RepairPlace | undefined
  /** Whether it only looks. */
  readonly dryRun: boolean
  /** Who asks: each goes on where it ended itself. */
  readonly by: 'operator' | 'schedule'
  /** Whether it begins from the start although an earlier one did not come to its end. */
  readonly anew: boolean
  /** Without `after` it goes on where an earlier one ended that did not come to its end; a dry run begins anew. */
  readonly page: PageRequest
}

/** One page that was looked at and, but for a dry run, put right. */
export interface RepairedPage {
  /** Looked at on this page. */
  readonly looked: number
  /** Looked at up to the end of this page, by an earlier call that did not come to its end too. */
  readonly lookedSoFar: number
  /** Those that differed, likewise. */
  readonly differedSoFar: number
  /** How many there are in all; told on the first page of a call alone. */
  readonly total: number | undefined
  /** Those of this page that differed. */
  readonly differences: readonly SummaryDifference[]
  readonly next: string | undefined
}

export interface SummaryRepair {
  /**
   * Looks at one page, and recomputes whatever differs.
   * @throws WaymarkError INVALID_CURSOR
   */
  page(request: RepairRequest): Promise<RepairedPage>
  /** The same for enrolments that are named; answers those that differed. */
  these(keys: readonly EnrolmentKey[], dryRun: boolean): Promise<readonly SummaryDifference[]>
}

/** A store that has nothing to repair. */
export const nothingToRepair: SummaryRepair = {
  page: () =>
    Promise.resolve({ looked: 0, lookedSoFar: 0, differedSoFar: 0, total: 0, differences: [], next: undefined }),
  these: () => Promise.resolve([]),
}
