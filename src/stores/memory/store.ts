/**
 * The reference store: the shortest code that is right. It merges with the domain's own joins where SQLite merges in
 * SQL. For tests and for the kit, which holds the two to the same answers.
 */
import type { Mode } from '../../domain/progress/mode.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transaction } from '../../ports/deliveries.ts'
import type { Store, TakesPartIn } from '../../ports/store.ts'
import { MemoryCatalogue } from './catalogue.ts'
import { MemoryDeliveries } from './deliveries.ts'
import { MemoryEventLog } from './event-log.ts'
import { MemoryHistory } from './history.ts'
import { MemoryLog } from './log.ts'
import { MemoryProgressStore } from './progress-store.ts'
import { MemoryTransaction } from './transaction.ts'
import { MemoryWebhooks } from './webhooks.ts'

/**
 * @param timeZone IANA name: calendar months of rules are counted in it.
 * @param takesPart as of any store; but only what `transact` and consumers do is taken back where it throws
 */
export function openMemoryStore(clock: Clock, mode: Mode = 'strict', timeZone = 'UTC', takesPart?: TakesPartIn): Store {
  const log = new MemoryLog(clock)
  const transact = transactions(log, clock, takesPart)
  const catalogue = new MemoryCatalogue(log, clock)
  const deliveries = new MemoryDeliveries(clock, transact)
  const progress = new MemoryProgressStore({ mode, timeZone }, log, catalogue)
  return {
    progress,
    history: new MemoryHistory(progress),
    catalogue,
    log,
    events: new MemoryEventLog(clock, log, deliveries),
    deliveries,
    webhooks: new MemoryWebhooks(),
    transact: (work) => Promise.try(() => transact(work)),
    durability: 'none (memory)',
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** Does work as one commit. */
function transactions(log: MemoryLog, clock: Clock, takesPart: TakesPartIn | undefined) {
  const kept = new Map<string, string>()
  const open = (): MemoryTransaction =>
    new MemoryTransaction(kept, (emission, tx) => takesPart?.({ seq: 0, at: clock.nowMs(), occurrence: emission }, tx))
  const apply = (tx: MemoryTransaction): void => {
    tx.apply()
    for (const emission of tx.emitted) log.append(emission)
  }
  if (takesPart !== undefined) {
    log.takingPart = (entry) => {
      // Those of a transaction were told of when they were emitted.
      if (entry.occurrence.type === 'emitted') return
      const tx = open()
      takesPart(entry, tx)
      apply(tx)
    }
  }
  return <T>(work: (tx: Transaction) => T): T => {
    const tx = open()
    const result = work(tx)
    apply(tx)
    return result
  }
}
