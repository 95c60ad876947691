import { instanceRules, placeOf, type InstanceRules, type StoredRule } from '../../domain/progress/stored-rule.ts'
import type { Rule } from '../../domain/progress/rule.ts'
import type { RuleRemoved } from '../../ports/catalogue.ts'
import type { Statements } from './database.ts'
import type { SqliteLog } from './log.ts'
import { noteRulesChanged, rulesRevision } from './revisions.ts'

/** All rules, decoded. */
interface Kept {
  readonly stored: ReadonlyMap<string, StoredRule>
  readonly instance: InstanceRules
  readonly revision: number
}

/** Rules of carrying over in table `rule`, kept decoded: there are few. Writes run in the transaction of the caller. */
export class RuleTable {
  readonly #statements: Statements
  readonly #log: SqliteLog
  #kept: Kept | undefined

  constructor(statements: Statements, log: SqliteLog) {
    this.#statements = statements
    this.#log = log
  }

  now(): Kept {
    return (this.#kept ??= this.#read())
  }

  #read(): Kept {
    const rows = this.#statements.of('SELECT rule_id, by_default, data FROM rule ORDER BY rule_id').all()
    const stored = rows.map((row): readonly [string, StoredRule] => [
      String(row['rule_id']),
      // Only put writes this column, from rules.
      { rule: JSON.parse(String(row['data'])) as Rule, byDefault: row['by_default'] === 1 },
    ])
    const byId = new Map(stored)
    return { stored: byId, instance: instanceRules(byId.values()), revision: rulesRevision(this.#statements) }
  }

  /** Writes a rule that is new, and where it may replace one also another; answers what it was among those kept. */
  put(stored: StoredRule, replaces: boolean): ReturnType<typeof placeOf> {
    const place = placeOf(stored, this.now().stored)
    if (place !== 'NEW' && !(place === 'OTHER' && replaces)) return place
    this.#statements
      .of('INSERT OR REPLACE INTO rule (rule_id, by_default, data) VALUES (?, ?, ?)')
      .run(stored.rule.id, stored.byDefault ? 1 : 0, JSON.stringify(stored.rule))
    this.#changed(stored.rule.id)
    return place
  }

  remove(ruleId: string): RuleRemoved {
    if (!this.now().stored.has(ruleId)) return 'UNKNOWN'
    // Reads every context: removing a rule is rare, and an index would cost every write of a context.
    const named = this.#statements
      .of("SELECT 1 FROM context, json_each(context.data, '$.rules') AS named WHERE named.value = ? LIMIT 1")
      .get(ruleId)
    if (named !== undefined) return 'IN_USE'
    this.#statements.of('DELETE FROM rule WHERE rule_id = ?').run(ruleId)
    this.#changed(ruleId)
    return 'REMOVED'
  }

  #changed(ruleId: string): void {
    noteRulesChanged(this.#statements)
    this.#log.append({ type: 'rules-changed', ruleId })
    this.#forget()
    this.#log.noteUndo(() => {
      this.#forget()
    })
  }

  #forget(): void {
    this.#kept = undefined
  }
}
