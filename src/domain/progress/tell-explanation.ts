/** Explanations in plain sentences: true, naming row, rule and date. Templates: explanation-sentences.ts. */
import type { Refusal } from './copying.ts'
import { ENGLISH, fill, type Sentences } from './explanation-sentences.ts'
import type { Link, SummaryExplanation, ViewExplanation } from './explanation.ts'
import { compareViewKeys, type ViewKey } from './key.ts'
import type { Merge } from './merged-learners.ts'
import { isOrganic, MODE_TABLE, type Mode } from './mode.ts'
import type { Finding, RuleAnswer } from './rule.ts'
import { COMPLETE, NOT_STARTED } from './view.ts'

/** How sentences are told. */
export interface Telling {
  /** Dates are told in this zone, IANA name, with their offset. */
  readonly timeZone: string
  readonly sentences: Sentences
  /** BCP 47, for the words of durations. */
  readonly language: string
}

/** In English, in a time zone. */
export function inEnglish(timeZone: string): Telling {
  return { timeZone, sentences: ENGLISH, language: 'en' }
}

/** Tells why one view is as it is: the answer first, then how it came to be, then what was not taken. */
export function tellView(explanation: ViewExplanation, telling: Telling): readonly string[] {
  const { asked, target, mode, chain, refused, withheld } = explanation
  const { sentences } = telling
  const told = [tellStatus(explanation, telling)]
  if (compareViewKeys(asked, target) !== 0)
    told.push(fill(sentences.mapped, { mode, row: tellStored(target, mode, telling) }))
  told.push(...chain.map((link) => tellLink(link, mode, telling)))
  told.push(...refused.map((refusal) => tellRefusal(refusal, mode, telling)))
  const moved = chain.some(({ kind }) => kind === 'moved-to')
  if (withheld) told.push(sentences.withheld)
  else if (explanation.status === NOT_STARTED && refused.length === 0 && !moved) {
    told.push(fill(sentences.refusedNone, { content: asked.contentId }))
  }
  return told
}

/** Tells why one summary is as it is; `leaves` are told one by one with `tellView`. */
export function tellSummary(explanation: SummaryExplanation, telling: Telling): readonly string[] {
  const { key, mode, rows, status, progress, required, percentage, completedAt } = explanation
  const { sentences } = telling
  const names = { collection: key.collectionId, context: key.contextId }
  const answer =
    status === COMPLETE
      ? fill(sentences.summaryComplete, { ...names, completedAt: tellTime(completedAt, telling) })
      : fill(status === NOT_STARTED ? sentences.summaryNotStarted : sentences.summaryInProgress, names)
  const counts = { progress: String(progress), required: String(required), percentage: String(percentage) }
  return [
    answer,
    required === 0 ? sentences.summaryNothingRequired : fill(sentences.summaryCount, counts),
    // Contents may have been added since, or required before (decision 0007).
    ...(status === COMPLETE && progress < required ? [sentences.summaryStays] : []),
    fill(sentences.summaryRows, { mode, rows: sentences[`rows ${rows}`] }),
  ]
}

/** Tells which accounts became this learner's, and when. */
export function tellMerges(merges: readonly Merge[], telling: Telling): readonly string[] {
  return merges.map(({ fromUserId, mergedAt }) =>
    fill(telling.sentences.merged, { from: fromUserId, at: tellTime(mergedAt, telling) }),
  )
}

function tellStatus({ asked, status, completedAt, chain }: ViewExplanation, telling: Telling): string {
  const row = tellRow(asked, telling)
  if (status === COMPLETE) {
    return fill(telling.sentences.complete, { row, completedAt: tellTime(completedAt, telling) })
  }
  if (status === NOT_STARTED) return fill(telling.sentences.notStarted, { row })
  const viewed = chain.find((link) => link.kind === 'viewed')
  return fill(telling.sentences.inProgress, { row, startedAt: tellTime(viewed?.startedAt ?? null, telling) })
}

/** Names a row by content, collection and context. */
function tellRow(key: ViewKey, { sentences }: Telling): string {
  const names = { content: key.contentId, collection: key.collectionId, context: key.contextId }
  if (isOrganic(key) && key.contextId === key.collectionId) return fill(sentences.rowOrganic, names)
  return fill(key.contextId === key.collectionId ? sentences.rowInCollection : sentences.rowInContext, names)
}

/** The same for a stored row: where all views of a content share one, it does not say where they were made. */
function tellStored(key: ViewKey, mode: Mode, telling: Telling): string {
  const shared = MODE_TABLE[mode].viewInCollection === 'content'
  return shared ? fill(telling.sentences.rowAnywhere, { content: key.contentId }) : tellRow(key, telling)
}

function tellLink(link: Link, mode: Mode, telling: Telling): string {
  const { sentences } = telling
  const row = tellStored(link.row, mode, telling)
  switch (link.kind) {
    case 'viewed': {
      const completedAt = tellTime(link.completedAt, telling)
      const ended =
        link.completedAt === null ? sentences.viewedNotCompleted : fill(sentences.viewedCompleted, { completedAt })
      return fill(sentences.viewed, { row, startedAt: tellTime(link.startedAt, telling), ended })
    }
    case 'copied':
      return fill(sentences.copied, {
        ...carried(link, telling),
        row,
        source: tellRow(link.from, telling),
        completedAt: tellTime(link.completedAt, telling),
      })
    case 'copied-from-elsewhere': {
      const completedAt = tellTime(link.completedAt, telling)
      return fill(sentences.copiedFromElsewhere, { ...carried(link, telling), row, completedAt })
    }
    case 'moved-to':
      return fill(sentences.movedTo, { ...carried(link, telling), row, to: link.toContextId })
    case 'moved-from':
      return fill(sentences.movedFrom, { ...carried(link, telling), row, from: link.fromContextId })
    case 'migrated':
      return fill(sentences.migrated, {
        row,
        source: tellRow(link.from, telling),
        mode: link.fromMode,
        at: tellTime(link.at, telling),
      })
    case 'enrolled':
      return fill(sentences.enrolled, { row, at: tellTime(link.at, telling) })
  }
}

type Carried = Extract<Link, { readonly ruleId: string }>

function carried({ ruleId, at, findings }: Carried, telling: Telling): { rule: string; at: string; because: string } {
  return { rule: ruleId, at: tellTime(at, telling), because: tellFindings(findings, telling) }
}

function tellRefusal(refusal: Refusal, mode: Mode, telling: Telling): string {
  const { sentences } = telling
  const { reason, tried, completedAt } = refusal
  const noRules = reason === 'no-rule-holds' && tried.length === 0
  const because = tried.map((answer) => tellFailure(answer, telling)).join(sentences.or)
  const why = fill(noRules ? sentences['refused no-rules'] : sentences[`refused ${reason}`], {
    mode,
    because,
    at: tellTime(refusal.at, telling),
  })
  const source = tellStored(refusal.from, mode, telling)
  if (completedAt === null) return fill(sentences.refusedNotCompleted, { source, reason: why })
  return fill(sentences.refusedCompleted, { source, completedAt: tellTime(completedAt, telling), reason: why })
}

function tellFailure({ ruleId, findings }: RuleAnswer, telling: Telling): string {
  return fill(telling.sentences.ruleFailed, { rule: ruleId, because: tellFindings(findings, telling) })
}

function tellFindings(findings: readonly Finding[], telling: Telling): string {
  return findings.map((finding) => tellFinding(finding, telling)).join(telling.sentences.and)
}

function tellFinding(finding: Finding, telling: Telling): string {
  const { sentences } = telling
  switch (finding.kind) {
    case 'always':
      return sentences.always
    case 'source-context':
      return fill(sentences[`source ${finding.status}`], { at: tellTime(finding.at, telling) })
    case 'completed-within':
      return fill(sentences[`within ${outcome(finding)}`], {
        completedAt: tellTime(finding.completedAt, telling),
        duration: tellDuration(finding.duration, telling),
        after: tellTime(finding.after, telling),
        at: tellTime(finding.at, telling),
      })
    case 'completed-during':
      if (!finding.inContext) return sentences['during no-context']
      return fill(sentences[`during ${outcome(finding)}`], {
        completedAt: tellTime(finding.completedAt, telling),
        from: finding.startsAt === null ? sentences.openStart : tellTime(finding.startsAt, telling),
        to: finding.endsAt === null ? sentences.openEnd : tellTime(finding.endsAt, telling),
      })
  }
}

function outcome(finding: { holds: boolean; completedAt: number | null }): 'holds' | 'fails' | 'incomplete' {
  if (finding.holds) return 'holds'
  return finding.completedAt === null ? 'incomplete' : 'fails'
}

/** Such as `2026-01-31 10:00:00+05:30`: with its offset, because wall times come twice when the clocks change. */
function tellTime(at: number | null, { timeZone }: Telling): string {
  if (at === null) return '—'
  const moment = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return moment.toString({ timeZoneName: 'never' }).replace('T', ' ')
}

function tellDuration(duration: string, { language }: Telling): string {
  return new Intl.DurationFormat(language, { style: 'long' }).format(Temporal.Duration.from(duration))
}
