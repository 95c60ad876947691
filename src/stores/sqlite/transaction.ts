import type { Transaction } from '../../ports/deliveries.ts'
import type { Statements } from './database.ts'
import type { SqliteLog } from './log.ts'

/** What a job of the writer may do for its caller. Used inside a transaction only. */
export function sqliteTransaction(statements: Statements, log: Pick<SqliteLog, 'append'>): Transaction {
  return {
    emit: (emission) => {
      log.append(emission)
    },
    kept: (name) => {
      const value = statements.of('SELECT value FROM kept WHERE name = ?').get(name)?.['value']
      return value === undefined ? undefined : (JSON.parse(String(value)) as unknown)
    },
    keep: (name, value) => {
      if (value === undefined) statements.of('DELETE FROM kept WHERE name = ?').run(name)
      else {
        statements
          .of('INSERT INTO kept (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
          .run(name, JSON.stringify(value))
      }
    },
  }
}
