import type { Webhook, Webhooks } from '../../ports/webhooks.ts'
import type { Row, Statements } from './database.ts'
import type { Writer } from './writer.ts'

/** Webhooks in table `webhook`. */
export class SqliteWebhooks implements Webhooks {
  readonly #statements: Statements
  readonly #writer: Writer

  constructor(statements: Statements, writer: Writer) {
    this.#statements = statements
    this.#writer = writer
  }

  add(webhook: Webhook, most: number): Promise<boolean> {
    return this.#writer.submit(() => {
      const { changes } = this.#statements
        .of('INSERT INTO webhook (webhook_id, data) SELECT ?, ? WHERE (SELECT count(*) FROM webhook) < ?')
        .run(webhook.id, JSON.stringify(webhook), most)
      return Number(changes) > 0
    })
  }

  find(id: string): Promise<Webhook | undefined> {
    return Promise.try(() => this.#find(id))
  }

  #find(id: string): Webhook | undefined {
    const row = this.#statements.of('SELECT data FROM webhook WHERE webhook_id = ?').get(id)
    return row === undefined ? undefined : webhookOf(row)
  }

  list(): Promise<readonly Webhook[]> {
    return Promise.try(() => this.#statements.of('SELECT data FROM webhook ORDER BY webhook').all().map(webhookOf))
  }

  change(id: string, change: (webhook: Webhook) => Webhook): Promise<Webhook | undefined> {
    return this.#writer.submit(() => {
      const known = this.#find(id)
      if (known === undefined) return undefined
      const changed = change(known)
      this.#statements.of('UPDATE webhook SET data = ? WHERE webhook_id = ?').run(JSON.stringify(changed), id)
      return changed
    }, 'own')
  }

  remove(id: string): Promise<boolean> {
    return this.#writer.submit(() => {
      const { changes } = this.#statements.of('DELETE FROM webhook WHERE webhook_id = ?').run(id)
      return Number(changes) > 0
    })
  }
}

function webhookOf(row: Row): Webhook {
  // As add and change wrote it.
  return JSON.parse(String(row['data'])) as Webhook
}
