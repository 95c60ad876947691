/**
 * The peer that a team would build in an afternoon: fastify, pg, INSERT … ON CONFLICT. `peer-server.ts SOCKET-FOLDER`.
 * One statement and one commit per request, durable before its answer.
 */
import Fastify from 'fastify'
import type { AddressInfo } from 'node:net'

/** What is used of the package `pg`, which need not be installed. */
interface Pool {
  query(statement: {
    readonly name: string
    readonly text: string
    readonly values: readonly unknown[]
  }): Promise<unknown>
  query(text: string): Promise<unknown>
}
interface Pg {
  readonly Pool: new (options: Readonly<Record<string, unknown>>) => Pool
}

interface Update {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
  readonly contentId: string
  readonly progress: number
  readonly timespent: number
  readonly progressDetails: object
}

const CONNECTIONS = 16
/** Kept apart from the import, so that the types do not ask for a package that may be missing. */
const PACKAGE = 'pg'

const text = { type: 'string', minLength: 1, maxLength: 256 }
const schema = {
  type: 'object',
  required: ['userId', 'collectionId', 'contextId', 'contentId', 'progress', 'timespent'],
  properties: {
    userId: text,
    collectionId: text,
    contextId: text,
    contentId: text,
    progress: { type: 'number', minimum: 0, maximum: 100 },
    timespent: { type: 'number', minimum: 0 },
    progressDetails: { type: 'object' },
  },
}

const UPSERT = `INSERT INTO view (user_id, collection_id, context_id, content_id, last_access_at, progress, timespent_s, details)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (user_id, collection_id, context_id, content_id) DO UPDATE SET
    last_access_at = greatest(view.last_access_at, excluded.last_access_at),
    progress = greatest(view.progress, excluded.progress),
    timespent_s = greatest(view.timespent_s, excluded.timespent_s),
    details = excluded.details`

const [socketFolder = ''] = process.argv.slice(2)
const imported = (await import(PACKAGE)) as { readonly default: Pg }
const pool = new imported.default.Pool({
  host: socketFolder,
  user: 'bench',
  database: 'postgres',
  max: CONNECTIONS,
})
const app = Fastify()
app.post<{ Body: { request: Update } }>(
  '/v1/view/update',
  { schema: { body: { type: 'object', required: ['request'], properties: { request: schema } } } },
  async (sent) => {
    const { userId, collectionId, contextId, contentId, progress, timespent, progressDetails } = sent.body.request
    const details = JSON.stringify(progressDetails)
    const values = [userId, collectionId, contextId, contentId, Date.now(), progress, timespent, details]
    await pool.query({ name: 'upsert', text: UPSERT, values })
    return { responseCode: 'OK', result: { [contentId]: 'SUCCESS' } }
  },
)
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
process.stdout.write(`Peer listens on http://127.0.0.1:${String(port)}\n`)
