/**
 * Rules of carrying over: data, not code. Whether a rule holds for a source row and a target, and why.
 * Source: viewer-service seed, "Carry Forward Mode"; progress modes, "Rules (copy and move)". Read from JSON by
 * read-rule.ts. All times are UTC milliseconds.
 */
import { contextStatus, type ContextStatus, type ContextTimes } from './context.ts'

/** One condition of a rule; `any` and `all` nest. */
export type Condition =
  /** ISO 8601 duration back from the moment of carrying, by the calendar, open at its old end. */
  | { readonly completedWithin: string }
  /** From the start to the end of the target's context, both inside. */
  | { readonly completedDuring: 'context' }
  /** The source's context is running at the moment of carrying. */
  | { readonly sourceContext: 'ongoing' }
  | { readonly always: true }
  | Conditions

/** Several conditions: at least one, or each of them, must hold. */
export type Conditions = { readonly any: readonly Condition[] } | { readonly all: readonly Condition[] }

/** A rule: named in every copy and move that it caused. */
export type Rule = { readonly id: string } & Conditions

/**
 * The rules that hold in a context, in the order in which they are tried: those that it names, or the instance's default.
 * @param named ids; null: the context names none. Of ids that are not known (any more) nothing holds.
 */
export function rulesInForce(
  named: readonly string[] | null,
  defaults: readonly string[],
  known: ReadonlyMap<string, Rule>,
): readonly Rule[] {
  return (named ?? defaults).flatMap((id) => known.get(id) ?? [])
}

/** What a rule is tried on. */
export interface RuleCase {
  /** When the source was completed; null where it is not. */
  readonly completedAt: number | null
  /** The source's context; undefined where it has none (an organic row). */
  readonly sourceContext: ContextTimes | undefined
  readonly targetContext: ContextTimes | undefined
  /** The moment of carrying: of enrolment, or of completion elsewhere. */
  readonly at: number
  /** The instance's time zone, IANA name: calendar months are counted in it. */
  readonly timeZone: string
}

/** What one condition came to, with the dates that were compared. */
export type Finding =
  | {
      readonly kind: 'completed-within'
      readonly holds: boolean
      readonly duration: string
      readonly completedAt: number | null
      /** The old end of the window, itself outside. */
      readonly after: number
      readonly at: number
    }
  | {
      readonly kind: 'completed-during'
      readonly holds: boolean
      readonly completedAt: number | null
      /** Whether the target has a context at all; without one the condition cannot hold. */
      readonly inContext: boolean
      /** Null: open. */
      readonly startsAt: number | null
      readonly endsAt: number | null
    }
  | {
      readonly kind: 'source-context'
      readonly holds: boolean
      readonly status: ContextStatus | 'none'
      readonly at: number
    }
  | { readonly kind: 'always'; readonly holds: true }

/** A rule's answer, with the conditions that decided it: those that made it hold, or kept it from holding. */
export interface RuleAnswer {
  readonly ruleId: string
  readonly holds: boolean
  readonly findings: readonly Finding[]
}

/** Tries one rule. */
export function tryRule(rule: Rule, on: RuleCase): RuleAnswer {
  return { ruleId: rule.id, ...tryCondition(rule, on) }
}

/** Tries rules in their order up to the first that holds: it comes last in the list, and is the only one that holds. */
export function tryRules(rules: readonly Rule[], on: RuleCase): readonly RuleAnswer[] {
  const answers: RuleAnswer[] = []
  for (const rule of rules) {
    const answer = tryRule(rule, on)
    answers.push(answer)
    if (answer.holds) break
  }
  return answers
}

type Verdict = Pick<RuleAnswer, 'holds' | 'findings'>

function tryCondition(condition: Condition, on: RuleCase): Verdict {
  if ('any' in condition) return tryEach(condition.any, on, true)
  if ('all' in condition) return tryEach(condition.all, on, false)
  const finding = find(condition, on)
  return { holds: finding.holds, findings: [finding] }
}

/** `any` ends at the first that holds, `all` at the first that does not; that one alone is then the reason. */
function tryEach(conditions: readonly Condition[], on: RuleCase, endsAt: boolean): Verdict {
  const findings: Finding[] = []
  for (const condition of conditions) {
    const verdict = tryCondition(condition, on)
    if (verdict.holds === endsAt) return verdict
    findings.push(...verdict.findings)
  }
  return { holds: !endsAt, findings }
}

function find(condition: Exclude<Condition, Conditions>, on: RuleCase): Finding {
  const { completedAt, at } = on
  if ('completedWithin' in condition) {
    const after = windowStart(condition.completedWithin, at, on.timeZone)
    const holds = completedAt !== null && completedAt > after && completedAt <= at
    return { kind: 'completed-within', holds, duration: condition.completedWithin, completedAt, after, at }
  }
  if ('completedDuring' in condition) {
    const { startsAt = null, endsAt = null } = on.targetContext ?? {}
    const inContext = on.targetContext !== undefined
    const started = completedAt !== null && (startsAt === null || completedAt >= startsAt)
    const holds = inContext && started && (endsAt === null || completedAt <= endsAt)
    return { kind: 'completed-during', holds, completedAt, inContext, startsAt, endsAt }
  }
  if ('sourceContext' in condition) {
    const status = on.sourceContext === undefined ? 'none' : contextStatus(on.sourceContext, at)
    return { kind: 'source-context', holds: status === 'ongoing', status, at }
  }
  return { kind: 'always', holds: true }
}

/**
 * The old end of a window: so long before a moment by the calendar and wall clock of a time zone. Three months before
 * 31 May is 28 February, or 29 in a leap year; across a change of the clocks the wall time stays.
 */
export function windowStart(duration: string, at: number, timeZone: string): number {
  if (latest.duration !== duration || latest.at !== at || latest.timeZone !== timeZone) {
    latest = { duration, at, timeZone, start: reckonStart(duration, at, timeZone) }
  }
  return latest.start
}

/** What was asked last: enrolling asks the same for every source of every leaf, and the calendar is slow. */
let latest = { duration: '', at: 0, timeZone: '', start: 0 }

function reckonStart(duration: string, at: number, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).subtract(duration).epochMilliseconds
}
