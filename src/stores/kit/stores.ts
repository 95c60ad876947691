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

export const sqlite: Implementation = {
  name: 'sqlite',
  open: async () => {
    const clock = new SimulatedClock()
    const folder = mkdtempSync(join(tmpdir(), 'waymark-kit-'))
    const store = await openSqliteStore({ folder, mode: 'strict', clock, limits: LIMITS })
    return {
      store,
      clock,
      close: async () => {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

export const IMPLEMENTATIONS: readonly Implementation[] = [memory, sqlite]
