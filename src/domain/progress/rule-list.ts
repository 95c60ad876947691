/** Rules given to an instance as a list, as a dry run and a change of mode take them. Source: progress modes, "Dry run". */
import { WaymarkError } from '../errors.ts'
import { readRules } from './read-rule.ts'
import { byId, type StoredRule } from './stored-rule.ts'

/**
 * Reads a list of rules from untrusted JSON, each with an optional `default`. Where none says `default`, all hold in every
 * context that names no rules.
 * @throws WaymarkError as `readRules` does, with the path of the field at fault, such as `[0].any[1].completedWithin`
 */
export function readRuleList(value: unknown): readonly StoredRule[] {
  const items = Array.isArray(value) ? value.map(withoutDefault) : undefined
  const rules = readRules(items === undefined ? value : items.map(({ rule }) => rule))
  const said = (items ?? []).map(({ byDefault }, index) => {
    if (byDefault !== undefined && typeof byDefault !== 'boolean') {
      throw new WaymarkError('INVALID_FIELD', { field: `[${String(index)}].default` })
    }
    return byDefault
  })
  const all = said.every((byDefault) => byDefault === undefined)
  return rules.map((rule, index) => ({ rule, byDefault: all || said[index] === true }))
}

function withoutDefault(item: unknown): { readonly rule: unknown; readonly byDefault: unknown } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return { rule: item, byDefault: undefined }
  const fields = new Map<string, unknown>(Object.entries(item))
  const byDefault = fields.get('default')
  fields.delete('default')
  return { rule: Object.fromEntries(fields), byDefault }
}

/**
 * The rules of an instance after a list took their place. Former ones stay for the contexts that name them, and hold
 * nowhere else: a context never names a rule that is not there.
 */
export function replacedBy(kept: readonly StoredRule[], list: readonly StoredRule[]): readonly StoredRule[] {
  const ids = new Set(list.map(({ rule }) => rule.id))
  const former = kept.filter(({ rule }) => !ids.has(rule.id)).map(({ rule }) => ({ rule, byDefault: false }))
  return byId([...former, ...list])
}
