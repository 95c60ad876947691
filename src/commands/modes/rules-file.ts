import { readFileSync } from 'node:fs'
import { WaymarkError } from '../../domain/errors.ts'
import { readRuleList, replacedBy } from '../../domain/progress/rule-list.ts'
import { RULES_MAX } from '../../domain/progress/read-rule.ts'
import type { StoredRule } from '../../domain/progress/stored-rule.ts'
import { WrongUse } from '../wrong-use.ts'

const FORM = `a JSON list of rules, for example [{"id": "recent", "any": [{"completedWithin": "P3M"}]}]`

/**
 * Reads the file of `--rules`.
 * @returns undefined where none is named: then the instance's rules hold.
 * @throws WrongUse naming the field and the code
 */
export function readRulesFile(path: string | undefined): readonly StoredRule[] | undefined {
  if (path === undefined) return undefined
  try {
    return readRuleList(JSON.parse(readText(path)))
  } catch (error) {
    if (error instanceof SyntaxError) throw new WrongUse(`--rules: ${path} is not JSON (INVALID_JSON): write ${FORM}`)
    if (!(error instanceof WaymarkError)) throw error
    const field = error.field === undefined ? '' : `, field ${error.field}`
    throw new WrongUse(`--rules: ${path}${field}: ${error.code}. ${error.message} Its form: ${FORM}`)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new WrongUse(`--rules: ${path} cannot be read (${reason}): name a file with ${FORM}`)
  }
}

/**
 * The rules of an instance after those of the file took their place.
 * @throws WrongUse where there would be too many, because former ones stay for the contexts that name them
 */
export function rulesAfter(
  kept: readonly StoredRule[],
  list: readonly StoredRule[] | undefined,
): readonly StoredRule[] | undefined {
  if (list === undefined) return undefined
  const after = replacedBy(kept, list)
  if (after.length <= RULES_MAX) return after
  throw new WrongUse(
    `--rules: with those of the instance there would be ${String(after.length)} rules (RULES_FULL), ${String(RULES_MAX)} at most: give rules ids of the instance's, or delete some there first`,
  )
}
