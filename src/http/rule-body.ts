/** A rule of carrying over as it comes in a body, and as it is answered. */
import Type from 'typebox'
import { WaymarkError } from '../domain/errors.ts'
import { readStoredRule, type StoredRule } from '../domain/progress/stored-rule.ts'

/** Read by the domain, which names the condition at fault. */
export const RuleBody = Type.Record(Type.String(), Type.Unknown())

/** What a body holds, for the docs. */
export const RULE_FORM =
  '`any` or `all` of its conditions must hold: `{"completedWithin": "P3M"}` (so long ago, by the calendar, its old end outside), `{"completedDuring": "context"}` (from the start to the end of the context), `{"sourceContext": "ongoing"}` (where it was completed still runs), `{"always": true}`, or `any` and `all` again. `default`: it holds in every context that names no rules.'

/**
 * Reads a rule; a refusal names the field as the client does.
 * @throws WaymarkError as `readStoredRule` does
 */
export function readRuleBody(fields: Readonly<Record<string, unknown>>, nameOf: (path: string) => string): StoredRule {
  try {
    return readStoredRule(fields)
  } catch (error) {
    if (!(error instanceof WaymarkError) || error.field === undefined) throw error
    throw new WaymarkError(error.code, { field: nameOf(error.field), cause: error })
  }
}

export const RuleAnswer = Type.Object({
  id: Type.String(),
  any: Type.Optional(Type.Array(Type.Unknown())),
  all: Type.Optional(Type.Array(Type.Unknown())),
  default: Type.Boolean({ description: 'Whether it holds in every context that names no rules.' }),
})

export function ruleAnswer({ rule, byDefault }: StoredRule): Record<string, unknown> {
  return { ...rule, default: byDefault }
}
