/** What must hold whatever the model says: statuses never fall, and at rest the store agrees with itself. */
import { carriesOver, type Mode } from '../../src/domain/progress/mode.ts'
import { AGGREGATOR } from '../../src/workers/aggregate.ts'
import { CARRIER } from '../../src/workers/carry-over.ts'
import { isCaughtUp } from '../../src/workers/consumer.ts'
import { REPUBLISHER } from '../../src/workers/republish.ts'
import { logFaults } from './log-faults.ts'
import type { Model } from './model.ts'
import { rowFaults } from './row-faults.ts'
import type { Answer, Server } from './server.ts'

interface Reached {
  readonly status: number
  readonly completedOn: number | null
}

/** The highest that a reader has ever seen. */
export class Statuses {
  /** By whom and where, then by route and content. */
  readonly #seen = new Map<string, Map<string, Reached>>()
  readonly #carries: boolean

  constructor(mode: Mode) {
    this.#carries = carriesOver(mode)
  }

  /** What was taken away by design may begin anew. @param of beginning of the names concerned. */
  forget(of: string): void {
    for (const name of this.#seen.keys()) if (name.startsWith(of) && !name.endsWith('|organic')) this.#seen.delete(name)
  }

  /** What of an answer lies below what was seen before; undefined where nothing does. */
  fallen(name: string, route: string, { result, code }: Answer): string | undefined {
    if (code !== undefined) return undefined
    const rows = (route === 'api.view.read' ? result['contents'] : [result]) as readonly (Reached & {
      readonly identifier?: string
    })[]
    for (const { identifier = '', status, completedOn } of rows) {
      const seen = this.#seen.get(name) ?? new Map<string, Reached>()
      this.#seen.set(name, seen)
      const key = `${route} ${identifier}`
      const before = seen.get(key) ?? { status: 0, completedOn: null }
      // A summary may go from started to not started: when what was started is no longer part of the collection.
      if (status < before.status && (before.status === 2 || route === 'api.view.read'))
        return `the status fell from ${String(before.status)} to ${String(status)}`
      // A late message may name a better source of a copy than the one that was known, with a later completion.
      if (!this.#carries && before.completedOn !== null && (completedOn === null || completedOn > before.completedOn)) {
        return `the completion moved from ${String(before.completedOn)} to ${String(completedOn)}`
      }
      seen.set(key, { status, completedOn })
    }
    return undefined
  }
}

/** What at rest contradicts itself: log and rows, positions, stored summaries. */
export async function storeFaults(server: Server, model: Model, thorough: boolean): Promise<readonly string[]> {
  const { store } = server
  const { log } = store
  const faults: string[] = []
  for (const reader of [AGGREGATOR, REPUBLISHER, ...(carriesOver(model.mode) ? [CARRIER] : [])]) {
    if (!(await isCaughtUp(log, reader))) {
      const [position, last] = [await log.position(reader.name), await log.last()]
      faults.push(`at rest ${reader.name} stands at ${String(position)} of ${String(last)}`)
    }
    const parked = (await log.deadLetterCounts()).get(reader.name) ?? 0
    if (parked > 0) faults.push(`${reader.name} put aside ${String(parked)} entries`)
  }
  if (store.behind() > 0) faults.push(`at rest ${String(store.behind())} summaries are behind`)
  faults.push(...logFaults(await log.read(0, 1_000_000), model), ...(await rowFaults(store.progress, model)))
  if (!thorough || faults.length > 0) return faults
  const { findings } = await driven(
    server,
    store.verify(() => undefined),
  )
  return findings.map(({ check, found }) => `verify: ${check}: ${found}`)
}

/** What comes of work that waits for the scheduler again and again, as repairs do. */
export async function driven<T>(server: Server, work: Promise<T>): Promise<T> {
  let over = false
  const ending = work.finally(() => {
    over = true
  })
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- the end of the work sets it
  while (!over) {
    while (server.waiting.length > 0) server.waiting.shift()?.()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  return ending
}
