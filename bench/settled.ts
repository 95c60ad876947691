/** Waiting for what the product does after it answered, so that no scenario pays for the one before. */
import { AGGREGATOR } from '../src/workers/aggregate.ts'
import type { LogReader } from '../src/workers/consumer.ts'
import { RELAY } from '../src/workers/publish/relay.ts'
import { REPUBLISHER } from '../src/workers/republish.ts'
import { openToRead } from './oracle.ts'

const SETTLE_MS = 120_000
const LOOK_MS = 10

const UNFOLDED = 'EXISTS (SELECT 1 FROM intake)'

/** What the log holds for a consumer, by the types that it handles. */
const unread = ({ name, types }: LogReader): string =>
  `EXISTS (SELECT 1 FROM log WHERE seq > coalesce((SELECT seq FROM position WHERE consumer = '${name}'), 0)
    AND type IN (${types.map((type) => `'${type}'`).join()}))`

/** Waits until every acknowledged view is in its table: whoever reads the table beside the server must. */
export function folded(folder: string): Promise<void> {
  return until(folder, [UNFOLDED])
}

/** Waits until also the workers have handled everything that concerns them. */
export function settled(folder: string): Promise<void> {
  return until(folder, [UNFOLDED, unread(AGGREGATOR), unread(REPUBLISHER), unread(RELAY)])
}

/** Waits until none of the conditions holds. */
async function until(folder: string, conditions: readonly string[]): Promise<void> {
  const database = openToRead(folder)
  try {
    const select = database.prepare(`SELECT ${conditions.join(' OR ')} AS behind`)
    const deadline = performance.now() + SETTLE_MS
    while (select.get()?.['behind'] === 1) {
      if (performance.now() > deadline) throw new Error('the server did not catch up with what it answered in time')
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS)
      })
    }
  } finally {
    database.close()
  }
}
