/** What of one learner would be shown differently in another mode. Source: progress modes, "Dry run". */
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import { joinIds, viewId } from '../../domain/progress/key.ts'
import type { LearnerFacts } from '../../domain/progress/learner-facts.ts'
import { targetRow, type Mode } from '../../domain/progress/mode.ts'
import { completionPercentage, type Summary } from '../../domain/progress/summary.ts'
import { viewStatus, type Status, type ViewRow } from '../../domain/progress/view.ts'
import type { CatalogueNow } from '../../stores/carrying/tables.ts'
import type { ShownProgress } from '../../stores/memory/shown.ts'

/** What a mode shows of one learner. */
export interface Showing {
  readonly mode: Mode
  readonly progress: ShownProgress
}

/** What is shown of an enrolment. */
export interface Figures {
  /** Whole percent of what is required. */
  readonly percentage: number
  readonly complete: boolean
}

export interface RowChange {
  /** As it is asked for. */
  readonly key: ViewKey
  readonly before: Status
  readonly after: Status
}

export interface SummaryChange {
  readonly key: EnrolmentKey
  readonly before: Figures
  readonly after: Figures
}

export interface LearnerComparison {
  /** Rows asked for. */
  readonly rows: number
  readonly enrolments: number
  readonly changedRows: readonly RowChange[]
  readonly changedSummaries: readonly SummaryChange[]
}

/** Compares every row that a learner has or may ask for in an enrolment, and every enrolment's summary. */
export function compareLearner(
  facts: LearnerFacts,
  catalogue: CatalogueNow,
  before: Showing,
  after: Showing,
): LearnerComparison {
  const asked = rowsAskedFor(facts, catalogue)
  const [statusBefore, statusAfter] = [statuses(before), statuses(after)]
  const changedRows = asked
    .map((key) => ({ key, before: statusBefore(key), after: statusAfter(key) }))
    .filter((row) => row.before !== row.after)
  const changedSummaries = facts.enrolments
    .map(({ key }) => ({ key, before: figuresOf(before, key), after: figuresOf(after, key) }))
    .filter((one) => one.before.percentage !== one.after.percentage || one.before.complete !== one.after.complete)
  return { rows: asked.length, enrolments: facts.enrolments.length, changedRows, changedSummaries }
}

/** Every leaf of every enrolment, and every row that there is. */
function rowsAskedFor({ views, enrolments }: LearnerFacts, catalogue: CatalogueNow): readonly ViewKey[] {
  const asked = new Map<string, ViewKey>()
  for (const { key } of views) asked.set(viewId(key), key)
  for (const { key } of enrolments) {
    for (const contentId of catalogue.publicationNow(key.collectionId)?.structure.root.leaves ?? []) {
      const row = { ...key, contentId }
      asked.set(viewId(row), row)
    }
  }
  return [...asked.values()]
}

/** The status under a key asked for. All rows of one place are read at once. */
function statuses({ mode, progress }: Showing): (key: ViewKey) => Status {
  const places = new Map<string, ReadonlyMap<string, ViewRow>>()
  return (key) => {
    const row = targetRow(mode, key)
    const place = joinIds(row.collectionId, row.contextId)
    const views = places.get(place) ?? progress.rows(row).views
    places.set(place, views)
    return viewStatus(views.get(row.contentId))
  }
}

function figuresOf({ progress }: Showing, key: EnrolmentKey): Figures {
  return figures(progress.summary(key))
}

function figures(summary: Summary | undefined): Figures {
  if (summary === undefined) return { percentage: 0, complete: false }
  return {
    percentage: completionPercentage(summary.progress, summary.required),
    complete: summary.completedAt !== undefined,
  }
}
