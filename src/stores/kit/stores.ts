/** Opens the implementations that the kit holds to the same answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import type { Store } from '../../ports/store.ts'
import { openMemoryStore } from '../memory/store.ts'
import { openSqliteStore } from '../sqlite/store.ts'

export interface OpenedStore {
  readonly store: Store
  readonly clock: SimulatedClock
  close(): Promise<void>
}

export interface Implementation {
  readonly name: string
  readonly open: () => Promise<OpenedStore>
}

export const LIMITS = { queueMax: 10_000, commitMax: 1000, retryAfterSeconds: 1 }

export const memory: Implementation = {
  name: 'memory',
  open: () => {
    const clock = new SimulatedClock()
    const store = openMemoryStore(clock)
    return Promise.resolve({ store, clock, close: () => store.close() })
  },
}

/** @param factsMax facts that wait before they are folded into their table: a reader must not notice. */
function sqliteFolding(name: string, factsMax: number): Implementation {
  const open = async (): Promise<OpenedStore> => {
    const clock = new SimulatedClock()
    const folder = mkdtempSync(join(tmpdir(), 'waymark-kit-'))
    const fold = { factsMax, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
    const store = await openSqliteStore({ folder, mode: 'strict', clock, limits: LIMITS, fold })
    return {
      store,
      clock,
      close: async () => {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  return { name, open }
}

export const sqlite = sqliteFolding('sqlite', 100_000)
export const sqliteFoldingOften = sqliteFolding('sqlite, folding after each third fact', 3)

export const IMPLEMENTATIONS: readonly Implementation[] = [memory, sqlite, sqliteFoldingOften]
