/**
 * The reference store: the shortest code that is right. It merges with the domain's own joins where SQLite merges in
 * SQL. For tests and for the kit, which holds the two to the same answers.
 */
import type { Mode } from '../../domain/progress/mode.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Store } from '../../ports/store.ts'
import { MemoryCatalogue } from './catalogue.ts'
import { MemoryLog } from './log.ts'
import { MemoryProgressStore } from './progress-store.ts'

/** @param timeZone IANA name: calendar months of rules are counted in it. */
export function openMemoryStore(clock: Clock, mode: Mode = 'strict', timeZone = 'UTC'): Store {
  const log = new MemoryLog(clock)
  const catalogue = new MemoryCatalogue(log, clock)
  return {
    progress: new MemoryProgressStore({ mode, timeZone }, log, catalogue),
    catalogue,
    log,
    durability: 'none (memory)',
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
