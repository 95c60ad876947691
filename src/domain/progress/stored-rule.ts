/** Rules of carrying over as an instance keeps them: which there are, and which hold where a context names none. */
import { WaymarkError } from '../errors.ts'
import { compareText } from '../id.ts'
import { readRule, RULES_MAX } from './read-rule.ts'
import type { Rule } from './rule.ts'

/** A rule as it is kept. */
export interface StoredRule {
  readonly rule: Rule
  /** Whether it holds in every context that names no rules. */
  readonly byDefault: boolean
}

/** The rules of an instance, as `rulesInForce` takes them. */
export interface InstanceRules {
  readonly known: ReadonlyMap<string, Rule>
  /** Ids of those that hold by default, by id: so are they tried. */
  readonly defaults: readonly string[]
}

/** The rules of an instance, out of all that it keeps. */
export function instanceRules(stored: Iterable<StoredRule>): InstanceRules {
  const sorted = byId(stored)
  return {
    known: new Map(sorted.map(({ rule }) => [rule.id, rule])),
    defaults: sorted.filter(({ byDefault }) => byDefault).map(({ rule }) => rule.id),
  }
}

/** Rules in the order of their ids. */
export function byId(stored: Iterable<StoredRule>): readonly StoredRule[] {
  return [...stored].sort((a, b) => compareText(a.rule.id, b.rule.id))
}

/**
 * What a rule would be among those that are kept: new, the same as or another than the one under its id, or one too many.
 * Both must have been read by `readRule`, which writes the same conditions in the same way.
 */
export function placeOf(
  stored: StoredRule,
  kept: ReadonlyMap<string, StoredRule>,
): 'NEW' | 'SAME' | 'OTHER' | 'TOO_MANY' {
  const before = kept.get(stored.rule.id)
  if (before === undefined) return kept.size < RULES_MAX ? 'NEW' : 'TOO_MANY'
  const same = before.byDefault === stored.byDefault && JSON.stringify(before.rule) === JSON.stringify(stored.rule)
  return same ? 'SAME' : 'OTHER'
}

/**
 * Reads a rule with its `default` (left out: false) from untrusted JSON.
 * @throws WaymarkError as `readRule` does
 */
export function readStoredRule(fields: Readonly<Record<string, unknown>>): StoredRule {
  const { default: byDefault = false, ...rule } = fields
  if (typeof byDefault !== 'boolean') throw new WaymarkError('INVALID_FIELD', { field: 'default' })
  return { rule: readRule(rule), byDefault }
}
