/**
 * Reads rules from untrusted JSON. Refusals carry a stable code and the path of the field at fault, in the body's own
 * terms (`any[1].completedWithin`). Source: progress modes, "Rules (copy and move)".
 */
import { WaymarkError, type ErrorCode } from '../errors.ts'
import { isId } from '../id.ts'
import type { Condition, Conditions, Rule } from './rule.ts'

/** Levels of `any` and `all`, the rule's own included. */
export const RULE_DEPTH_MAX = 4
/** Conditions in one rule, on all levels. */
export const RULE_CONDITIONS_MAX = 32
/** Rules of one instance or context. */
export const RULES_MAX = 100
/** The shortest window of `completedWithin`, seconds. */
export const WINDOW_SECONDS_MIN = 1
/** The longest, years. */
export const WINDOW_YEARS_MAX = 100

/** What a condition can be. */
export const KINDS = ['completedWithin', 'completedDuring', 'sourceContext', 'always', 'any', 'all'] as const
export type Kind = (typeof KINDS)[number]
const KIND_SET: ReadonlySet<string> = new Set(KINDS)

/** What has been read of one rule so far. */
interface Reading {
  conditions: number
}

/**
 * Reads one rule.
 * @param path where it stands in the body; empty: it is the body.
 * @throws WaymarkError MISSING_FIELD, UNKNOWN_FIELD, INVALID_FIELD, INVALID_ID, INVALID_DURATION, RULE_CONTRADICTS,
 * RULE_TOO_LARGE, JSON_TOO_DEEP
 */
export function readRule(value: unknown, path = ''): Rule {
  const fields = fieldsOf(value, path)
  const id = fields.get('id')
  if (id === undefined) refuse('MISSING_FIELD', below(path, 'id'))
  if (typeof id !== 'string' || !isId(id)) refuse('INVALID_ID', below(path, 'id'))
  fields.delete('id')
  const kind = onlyKind(fields, path)
  if (kind !== 'any' && kind !== 'all') refuse('UNKNOWN_FIELD', below(path, kind))
  return { id, ...readConditions(kind, fields.get(kind), below(path, kind), 1, { conditions: 0 }) }
}

/**
 * Reads a list of rules, in the order in which they are tried; ids must differ.
 * @throws WaymarkError as `readRule` does
 */
export function readRules(value: unknown, path = ''): readonly Rule[] {
  if (!Array.isArray(value)) refuse('INVALID_FIELD', path)
  if (value.length > RULES_MAX) refuse('RULE_TOO_LARGE', path)
  const ids = new Set<string>()
  return value.map((item: unknown, index) => {
    const rule = readRule(item, `${path}[${String(index)}]`)
    if (ids.has(rule.id)) refuse('RULE_CONTRADICTS', `${path}[${String(index)}].id`)
    ids.add(rule.id)
    return rule
  })
}

function readConditions(
  kind: 'any' | 'all',
  value: unknown,
  path: string,
  depth: number,
  reading: Reading,
): Conditions {
  if (depth > RULE_DEPTH_MAX) refuse('JSON_TOO_DEEP', path)
  // No conditions: `any` of none never holds, `all` of none always does; neither can be meant.
  if (!Array.isArray(value) || value.length === 0) refuse('INVALID_FIELD', path)
  const conditions: Condition[] = []
  for (const [index, item] of value.entries()) {
    reading.conditions += 1
    if (reading.conditions > RULE_CONDITIONS_MAX) refuse('RULE_TOO_LARGE', path)
    conditions.push(readCondition(item, `${path}[${String(index)}]`, depth, reading))
  }
  if (kind === 'any') return { any: conditions }
  refuseTwoWindows(conditions, path)
  return { all: conditions }
}

function readCondition(value: unknown, path: string, depth: number, reading: Reading): Condition {
  const fields = fieldsOf(value, path)
  const kind = onlyKind(fields, path)
  const field = below(path, kind)
  const content = fields.get(kind)
  switch (kind) {
    case 'completedWithin':
      return { completedWithin: readDuration(content, field) }
    case 'completedDuring':
      return content === 'context' ? { completedDuring: content } : refuse('INVALID_FIELD', field)
    case 'sourceContext':
      return content === 'ongoing' ? { sourceContext: content } : refuse('INVALID_FIELD', field)
    case 'always':
      if (content === false) refuse('RULE_CONTRADICTS', field)
      return content === true ? { always: true } : refuse('INVALID_FIELD', field)
    case 'any':
    case 'all':
      return readConditions(kind, content, field, depth + 1, reading)
  }
}

/** Two windows that must both hold say two things of one date: one of them is a mistake. */
function refuseTwoWindows(conditions: readonly Condition[], path: string): void {
  let first: string | undefined
  for (const [index, condition] of conditions.entries()) {
    if (!('completedWithin' in condition)) continue
    if (first !== undefined && first !== condition.completedWithin) {
      refuse('RULE_CONTRADICTS', `${path}[${String(index)}].completedWithin`)
    }
    first = condition.completedWithin
  }
}

/** The duration in its canonical form. */
function readDuration(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > 64) refuse('INVALID_DURATION', field)
  try {
    const duration = Temporal.Duration.from(value)
    const relativeTo = Temporal.PlainDate.from('2000-01-01')
    const seconds = duration.total({ unit: 'seconds', relativeTo })
    if (seconds >= WINDOW_SECONDS_MIN && duration.total({ unit: 'years', relativeTo }) <= WINDOW_YEARS_MAX)
      return duration.toString()
  } catch {
    // Temporal's own RangeError says no more than "not a duration"; the refusal names the field.
  }
  refuse('INVALID_DURATION', field)
}

/** The one kind that a condition is of. Two would leave open whether any or all of them must hold. */
function onlyKind(fields: ReadonlyMap<string, unknown>, path: string): Kind {
  let found: Kind | undefined
  for (const name of fields.keys()) {
    if (!isKind(name)) refuse('UNKNOWN_FIELD', below(path, name))
    if (found !== undefined) refuse('RULE_CONTRADICTS', below(path, name))
    found = name
  }
  return found ?? refuse('MISSING_FIELD', below(path, 'any'))
}

function isKind(name: string): name is Kind {
  return KIND_SET.has(name)
}

function fieldsOf(value: unknown, path: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('INVALID_FIELD', path)
  return new Map(Object.entries(value))
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function refuse(code: ErrorCode, field: string): never {
  throw new WaymarkError(code, { field: field === '' ? undefined : field })
}
