/**
 * Counts what changes in the catalogue: one counter for the whole store, in table `meta`. What changed keeps the number
 * that it got, so that of several things the one that changed last has the greatest.
 */
import type { Statements } from './database.ts'

const RULES = 'rules-revision'

/** The next number, inside the transaction of the caller. */
export function nextRevision(statements: Statements): number {
  const row = statements
    .of(
      `INSERT INTO meta (name, value) VALUES ('catalogue-revision', '1')
       ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value`,
    )
    .get()
  return Number(row?.['value'])
}

/** The number of the last change of any rule, which a rule that was removed cannot keep itself; 0: there was none. */
export function rulesRevision(statements: Statements): number {
  return Number(statements.of('SELECT value FROM meta WHERE name = ?').get(RULES)?.['value'] ?? 0)
}

/** Notes that a rule changed, inside the transaction of the caller. */
export function noteRulesChanged(statements: Statements): void {
  statements
    .of('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
    .run(RULES, String(nextRevision(statements)))
}
