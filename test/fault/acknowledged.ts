/** Writes that a server acknowledged, and whether a store still has them. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { storeOptions, systemClock } from '../../src/wire.ts'
import { connect, type HttpClient } from '../support/http-client.ts'
import type { Server } from '../support/process.ts'

/** Names of views that were acknowledged: each is one row. */
export type Acknowledged = Set<string>

const CLIENTS = 32

/**
 * Starts views with names of their own from many connections, until told to stop or the server is gone. Every success is
 * noted the moment it arrives. A third of the requests are batches of ten.
 */
export async function load(
  server: Server,
  round: number,
  acknowledged: Acknowledged,
  until: () => boolean,
): Promise<void> {
  const client = await connect(server)
  let next = 0
  const work = async (): Promise<void> => {
    while (!until()) {
      next += 1
      const name = `r${String(round)}-${String(next)}`
      try {
        if (next % 3 === 0) await startTogether(client, name, acknowledged)
        else if ((await client.post('/v1/view/start', view(name))).status === 200) acknowledged.add(name)
      } catch {
        // The server is gone: what was under way was not acknowledged.
        return
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, work))
  client.close()
}

async function startTogether(client: HttpClient, name: string, acknowledged: Acknowledged): Promise<void> {
  const names = Array.from({ length: 10 }, (_, index) => `${name}-${String(index)}`)
  const items = names.map((each) => ({ op: 'start', id: each, clientTime: Date.now(), ...view(each) }))
  if ((await client.post('/v1/view/batch', { items })).status === 200) for (const each of names) acknowledged.add(each)
}

function view(name: string): { userId: string; contentId: string } {
  return { userId: `learner-${name}`, contentId: `content-${name}` }
}

/** How many acknowledged writes the store in a folder does not have; also says whether SQLite finds its file sound. */
export async function missing(
  folder: string,
  acknowledged: Acknowledged,
): Promise<{ readonly lost: number; readonly sound: boolean }> {
  // As the next start does: what was acknowledged last is folded into its table.
  const store = await openSqliteStore(storeOptions(readConfig({ WAYMARK_DATA: folder }), systemClock))
  await store.close()
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  try {
    const rows = database.prepare('SELECT content_id FROM named_view').all()
    const there = new Set(rows.map((row) => String(row['content_id']).slice('content-'.length)))
    const lost = [...acknowledged].filter((name) => !there.has(name)).length
    const check = database.prepare('PRAGMA integrity_check').get()
    return { lost, sound: check?.['integrity_check'] === 'ok' }
  } finally {
    database.close()
  }
}
