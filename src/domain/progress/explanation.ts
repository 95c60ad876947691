/**
 * Why a view or a summary is as it is: the answer of the two explain operations, as data. Sentences are made of it by
 * tell-explanation.ts. Source: progress modes, "Explain"; viewer-service seed, the cons of the copy modes
 * ("Explainability of the data becomes very complex"). Times are UTC milliseconds.
 */
import type { Refusal } from './copying.ts'
import type { EnrolmentKey, ViewKey } from './key.ts'
import { MODE_TABLE, targetRow, type Mode } from './mode.ts'
import { shownTimes, type Copied, type Migrated, type Moved, type Provenance } from './provenance.ts'
import { completionPercentage, type Summary } from './summary.ts'
import { NOT_STARTED, viewCompletedAt, viewStatus, type Status, type ViewTimes } from './view.ts'

/** Rows that an explanation follows back: a copy of a copy exists only where originals were removed. */
export const CHAIN_ROWS_MAX = 8

/** One row as it is stored. */
export interface RowAccount {
  /** The learner's facts that count there: own ones, and those that moved there. */
  readonly times: ViewTimes | undefined
  /** What the learner did in this very row. */
  readonly own: ViewTimes | undefined
  readonly provenance: Provenance
}

/** One step of how a row came to be; `row` is the row of which it tells. */
export type Link = { readonly row: ViewKey } & (
  | { readonly kind: 'viewed'; readonly startedAt: number; readonly completedAt: number | null }
  | ({ readonly kind: 'copied' } & Copied)
  /** The same where the reader may not learn which row it was copied from. */
  | ({ readonly kind: 'copied-from-elsewhere' } & Omit<Copied, 'from'>)
  | ({ readonly kind: 'moved-to' } & Moved)
  | ({ readonly kind: 'moved-from' } & Moved)
  | ({ readonly kind: 'migrated' } & Migrated)
  | { readonly kind: 'enrolled'; readonly at: number }
)

/** Why one view is answered as it is. */
export interface ViewExplanation {
  readonly asked: ViewKey
  /** The row that answers. */
  readonly target: ViewKey
  readonly mode: Mode
  readonly status: Status
  readonly completedAt: number | null
  /** From the row asked for back to where the progress was made. */
  readonly chain: readonly Link[]
  /** Where it is not started: the sources that were looked at and why each was refused. */
  readonly refused: readonly Refusal[]
  /** Whether rows in other places were left out, if there are any, because the reader may not learn of them. */
  readonly withheld: boolean
}

/** What an explanation is made from. */
export interface ViewQuestion {
  readonly mode: Mode
  /** The key asked for, filled in. */
  readonly asked: ViewKey
  /** The rows on the way, by key; undefined where there is none. */
  readonly rowAt: (key: ViewKey) => RowAccount | undefined
  /** What `lookAtSources` answers for the target row; read only where the view is not started. */
  readonly lookAtSources: (target: ViewKey) => readonly Refusal[]
}

/** Explains one view. */
export function explainView(question: ViewQuestion): ViewExplanation {
  const { mode, asked, rowAt } = question
  const target = targetRow(mode, asked)
  const account = rowAt(target)
  const times = account === undefined ? undefined : shownTimes(account.times, account.provenance)
  const status = viewStatus(times)
  return {
    asked,
    target,
    mode,
    status,
    completedAt: times === undefined ? null : viewCompletedAt(times),
    chain: chainOf(target, rowAt),
    refused: status === NOT_STARTED ? question.lookAtSources(target) : [],
    withheld: false,
  }
}

function chainOf(target: ViewKey, rowAt: ViewQuestion['rowAt']): readonly Link[] {
  const chain: Link[] = []
  const rows = [target]
  for (const row of rows) {
    const account = rowAt(row)
    if (account === undefined) continue
    // That a row left behind moved here has been said already where it arrived.
    chain.push(...linksOf(row, account).filter(({ kind }) => row === target || kind !== 'moved-to'))
    rows.push(...rowsBehind(row, account.provenance).slice(0, CHAIN_ROWS_MAX - rows.length))
  }
  return chain
}

/** The rows that a row's progress came from. */
function rowsBehind(row: ViewKey, { copied, movedFrom }: Provenance): readonly ViewKey[] {
  const left = movedFrom.map(({ fromContextId }) => ({ ...row, contextId: fromContextId }))
  return copied === null ? left : [copied.from, ...left]
}

function linksOf(row: ViewKey, { own, provenance }: RowAccount): readonly Link[] {
  const { copied, movedTo, movedFrom, migrated, enrolledAt } = provenance
  const links: Link[] = []
  if (movedTo !== null) links.push({ kind: 'moved-to', row, ...movedTo })
  if (copied !== null) links.push({ kind: 'copied', row, ...copied })
  for (const moved of movedFrom) links.push({ kind: 'moved-from', row, ...moved })
  for (const migration of migrated) links.push({ kind: 'migrated', row, ...migration })
  const startedAt = own?.startedAt ?? null
  if (own !== undefined && startedAt !== null) {
    links.push({ kind: 'viewed', row, startedAt, completedAt: viewCompletedAt(own) })
  }
  if (links.length === 0 && enrolledAt !== null) links.push({ kind: 'enrolled', row, at: enrolledAt })
  return links
}

/** Why a collection's summary is as it is. */
export interface SummaryExplanation {
  readonly key: EnrolmentKey
  readonly mode: Mode
  /** Which rows the leaves count from. */
  readonly rows: 'context' | 'collection' | 'content'
  readonly status: Status
  /** Required leaves completed, how many are required, and whole percent. */
  readonly progress: number
  readonly required: number
  readonly percentage: number
  readonly completedAt: number | null
  /** Each leaf, in the order of the hierarchy. */
  readonly leaves: readonly ViewExplanation[]
}

/**
 * Explains one summary.
 * @param leaves the explanation of every leaf, as `explainView` gives it for (u, L, X, leaf)
 */
export function explainSummary(
  mode: Mode,
  key: EnrolmentKey,
  summary: Pick<Summary, 'progress' | 'required' | 'status' | 'completedAt'>,
  leaves: readonly ViewExplanation[],
): SummaryExplanation {
  const { progress, required, status, completedAt } = summary
  return {
    key,
    mode,
    rows: MODE_TABLE[mode].leafOfSummary,
    status,
    progress,
    required,
    percentage: completionPercentage(progress, required),
    completedAt: completedAt ?? null,
    leaves,
  }
}
