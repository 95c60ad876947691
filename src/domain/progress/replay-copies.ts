/**
 * Decides copies by replaying what is known of one content and one learner in the order in which it happened, not in
 * which it was told of (progress modes, rule 6). carry.ts is the face of this file. Times are UTC milliseconds.
 */
import { contextStatus } from './context.ts'
import {
  ownCompletion,
  type ContentHistory,
  type ContentRow,
  type CopyDecision,
  type CopyTarget,
  type Refusal,
  type RefusalReason,
} from './copying.ts'
import { isActive, type Enrolment } from './enrolment.ts'
import { compareViewKeys, viewId, type ViewKey } from './key.ts'
import { isOrganic, MODE_TABLE } from './mode.ts'
import { compareCopied, type Copied } from './provenance.ts'
import { tryRules, type RuleAnswer } from './rule.ts'

/**
 * A completion that may be carried: the learner's own in a row, also where a copy had made the row complete before. What
 * the learner did counts whether or not it was told of before the copy was made.
 */
interface Original {
  readonly row: ContentRow
  readonly startedAt: number
  readonly completedAt: number
}

/** What has come of one target so far. */
interface Draft {
  readonly target: CopyTarget
  readonly key: ViewKey
  copied: Copied | null
  readonly refused: Map<string, Refusal>
}

/** State of one replay, by row. */
interface Replay {
  readonly history: ContentHistory
  readonly rows: ReadonlyMap<string, ContentRow>
  readonly originals: Map<string, Original>
  readonly drafts: Map<string, Draft>
}

interface Moment {
  readonly at: number
  /** At one time: completions are known, then copied to where the learner is enrolled, then enrolments look back. */
  readonly phase: 'completed' | 'copied-on' | 'enrolled'
  readonly key: ViewKey
  /** Brings the replay past this moment. */
  readonly happen: () => void
}
const PHASES: readonly Moment['phase'][] = ['completed', 'copied-on', 'enrolled']

/**
 * Decides the row of one content in every enrolment that contains it. At enrolment the best earlier completion is
 * taken; after it the first elsewhere while the learner is enrolled. One decision for each target, in the targets' order.
 */
export function replayCopies(history: ContentHistory): readonly CopyDecision[] {
  const drafts = new Map<string, Draft>()
  for (const target of history.targets) {
    const key: ViewKey = { ...target.key, contentId: history.contentId }
    drafts.set(viewId(key), { target, key, copied: null, refused: new Map() })
  }
  const rows = new Map(history.rows.map((row) => [viewId(row.key), row]))
  const replay: Replay = { history, rows, originals: new Map(orphans(history.rows)), drafts }
  for (const moment of momentsOf(replay)) moment.happen()
  return [...drafts.values()].map((draft) => concludeDraft(replay, draft))
}

/** Copies whose originals were removed stand in for them. */
function orphans(rows: readonly ContentRow[]): [string, Original][] {
  const present = new Set(rows.filter((row) => ownCompletion(row) !== null).map((row) => viewId(row.key)))
  return rows.flatMap((row) => {
    if (row.copied === null || present.has(viewId(row.copied.from)) || present.has(viewId(row.key))) return []
    const { startedAt, completedAt } = row.copied
    return [[viewId(row.key), { row, startedAt, completedAt }]]
  })
}

function momentsOf(replay: Replay): readonly Moment[] {
  const moments: Moment[] = []
  for (const row of replay.history.rows) {
    const at = ownCompletion(row)
    if (at === null) continue
    const original: Original = { row, startedAt: row.times?.startedAt ?? at, completedAt: at }
    moments.push({
      at,
      phase: 'completed',
      key: row.key,
      happen: () => void replay.originals.set(viewId(row.key), original),
    })
    moments.push({ at, phase: 'copied-on', key: row.key, happen: () => copyOn(replay, original) })
  }
  for (const draft of replay.drafts.values()) {
    for (const at of enrolmentMoments(draft.target.enrolment)) {
      moments.push({ at, phase: 'enrolled', key: draft.key, happen: () => lookBack(replay, draft, at) })
    }
  }
  return moments.sort(
    (a, b) => a.at - b.at || PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || compareViewKeys(a.key, b.key),
  )
}

/** The first enrolment, and the latest where the learner had left in between: each looks at what was done before it. */
function enrolmentMoments(enrolment: Enrolment): readonly number[] {
  const { firstEnrolledAt, enrolledAt, unenrolledAt } = enrolment
  return unenrolledAt !== null && isActive(enrolment) && enrolledAt > firstEnrolledAt
    ? [firstEnrolledAt, enrolledAt]
    : [firstEnrolledAt]
}

/** Continuously: a completion goes to every enrolment in force that is not complete yet (progress modes, rule 2). */
function copyOn(replay: Replay, original: Original): void {
  const id = viewId(original.row.key)
  for (const [targetId, draft] of replay.drafts) {
    if (targetId === id || draft.copied !== null || replay.originals.has(targetId)) continue
    take(draft, [tryContinuously(replay.history, draft, original)])
  }
}

/** At enrolment: the newest of the completions that pass (progress modes, rules 1 and 3). */
function lookBack(replay: Replay, draft: Draft, at: number): void {
  if (draft.copied !== null || replay.originals.has(viewId(draft.key))) return
  const { mode } = replay.history
  const { carries, sources } = MODE_TABLE[mode].enrolment
  const tried: (Copied | Refusal)[] = []
  for (const original of replay.originals.values()) {
    if (carries !== 'copies') tried.push(refuse(original, 'mode', at))
    else if (sources === 'in-collection' && isOrganic(original.row.key)) {
      tried.push(refuse(original, 'source-organic', at))
    } else tried.push(tryAt(replay.history, draft, original, at))
  }
  take(draft, tried)
}

function tryContinuously(history: ContentHistory, draft: Draft, original: Original): Copied | Refusal {
  const at = original.completedAt
  const { enrolment, context } = draft.target
  if (MODE_TABLE[history.mode].completionElsewhere.carries !== 'copies') return refuse(original, 'mode', at)
  if (!inForce(enrolment, at)) return refuse(original, 'not-enrolled-then', at)
  // A context that has yet to begin takes copies: enrolling early must not be worse than enrolling late.
  if (context !== undefined && contextStatus(context, at) === 'ended') return refuse(original, 'context-ended', at)
  return tryAt(history, draft, original, at)
}

/** Whether the learner was enrolled at a time, as far as the facts that are kept tell. */
function inForce({ firstEnrolledAt, enrolledAt, unenrolledAt }: Enrolment, at: number): boolean {
  if (at < firstEnrolledAt) return false
  return unenrolledAt === null || at < unenrolledAt || (enrolledAt >= unenrolledAt && at >= enrolledAt)
}

function tryAt(history: ContentHistory, draft: Draft, original: Original, at: number): Copied | Refusal {
  const { row, startedAt, completedAt } = original
  const { context: targetContext, rules } = draft.target
  const tried = tryRules(rules, {
    completedAt,
    sourceContext: row.context,
    targetContext,
    at,
    timeZone: history.timeZone,
  })
  const answer = tried.at(-1)
  if (answer === undefined || !answer.holds) return refuse(original, 'no-rule-holds', at, tried)
  return { from: row.key, at, startedAt, completedAt, ruleId: answer.ruleId, findings: answer.findings }
}

/** Takes the best of what was tried, and notes of the others why they were not taken. */
function take(draft: Draft, tried: readonly (Copied | Refusal)[]): void {
  let best: Copied | null = null
  for (const result of tried) {
    if ('reason' in result) draft.refused.set(viewId(result.from), result)
    else if (best === null || compareCopied(result, best) < 0) best = result
  }
  for (const result of tried) {
    if ('reason' in result || result === best) continue
    const { from, completedAt, at } = result
    draft.refused.set(viewId(from), { from, reason: 'another-was-taken', completedAt, at, tried: [] })
  }
  if (best === null) return
  draft.copied = best
  draft.refused.delete(viewId(best.from))
}

function refuse(
  original: Original,
  reason: RefusalReason,
  at: number | null,
  tried: readonly RuleAnswer[] = [],
): Refusal {
  return { from: original.row.key, reason, completedAt: original.completedAt, at, tried }
}

function concludeDraft(replay: Replay, draft: Draft): CopyDecision {
  const { copied, key: target } = draft
  const kind = copied === null ? kindWithoutCopy(replay, draft) : 'copy'
  return {
    target,
    kind,
    copied,
    // Told only where someone asks why: of many enrolments each would list the rows of all others.
    get refused() {
      return kind === 'complete' || kind === 'kept' ? [] : refusedOf(replay, draft)
    },
  }
}

function kindWithoutCopy({ history, rows, originals }: Replay, { key }: Draft): CopyDecision['kind'] {
  const id = viewId(key)
  const own = rows.get(id)
  if (originals.has(id)) {
    const completedAt = own === undefined ? null : ownCompletion(own)
    if (completedAt === null) return 'kept'
    // The first completion stays, also one that was copied here from a row that is no more.
    const { copied = null } = own ?? {}
    const source = copied === null ? undefined : rows.get(viewId(copied.from))
    const isGone = source === undefined || ownCompletion(source) === null
    return copied !== null && isGone && copied.completedAt < completedAt ? 'kept' : 'complete'
  }
  const blank = MODE_TABLE[history.mode].enrolment.blankRows && (own?.times?.startedAt ?? null) === null
  return blank ? 'blank' : 'none'
}

/** Every other row of the content that was not taken: also those that never came into question. */
function refusedOf(replay: Replay, draft: Draft): readonly Refusal[] {
  const refused: Refusal[] = []
  for (const row of replay.history.rows) {
    const id = viewId(row.key)
    if (id === viewId(draft.key) || (draft.copied !== null && id === viewId(draft.copied.from))) continue
    refused.push(draft.refused.get(id) ?? notInQuestion(replay, row))
  }
  return refused.sort((a, b) => compareViewKeys(a.from, b.from))
}

function notInQuestion(replay: Replay, row: ContentRow): Refusal {
  const id = viewId(row.key)
  const copied = replay.drafts.get(id)?.copied ?? row.copied
  const own = replay.originals.get(id)
  if (own !== undefined) return refuse(own, 'another-was-taken', null)
  const reason = copied === null ? 'not-complete' : 'is-a-copy'
  return { from: row.key, reason, completedAt: copied?.completedAt ?? null, at: null, tried: [] }
}
