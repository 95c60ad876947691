/** What must hold whatever the model says: statuses never fall, and at rest the store agrees with itself. */
import type { LogEntry } from '../../src/ports/log.ts'
import { AGGREGATOR } from '../../src/workers/aggregate.ts'
import { isCaughtUp } from '../../src/workers/consumer.ts'
import { REPUBLISHER } from '../../src/workers/republish.ts'
import { completedAt, summaryShown } from './expected.ts'
import { nameOf } from './facts.ts'
import type { Model } from './model.ts'
import type { Answer, Server } from './server.ts'
import { ENROLMENTS } from './world.ts'

interface Reached {
  readonly status: number
  readonly completedOn: number | null
}

/** The highest that a reader has ever seen. */
export class Statuses {
  readonly #seen = new Map<string, Reached>()

  /** What was removed may begin anew. */
  forget(): void {
    this.#seen.clear()
  }

  /** What of an answer lies below what was seen before; undefined where nothing does. */
  fallen(name: string, route: string, { result, code }: Answer): string | undefined {
    if (code !== undefined) return undefined
    const rows = (route === 'api.view.read' ? result['contents'] : [result]) as readonly (Reached & {
      readonly identifier?: string
    })[]
    for (const { identifier = '', status, completedOn } of rows) {
      const key = `${route} ${name} ${identifier}`
      const before = this.#seen.get(key) ?? { status: 0, completedOn: null }
      // A summary may go from started to not started: when what was started is no longer part of the collection.
      if (status < before.status && (before.status === 2 || route === 'api.view.read'))
        return `the status fell from ${String(before.status)} to ${String(status)}`
      if (before.completedOn !== null && (completedOn === null || completedOn > before.completedOn)) {
        return `the completion moved from ${String(before.completedOn)} to ${String(completedOn)}`
      }
      this.#seen.set(key, { status, completedOn })
    }
    return undefined
  }
}

/** What at rest contradicts itself: log and rows, positions, stored summaries. */
export async function storeFaults(server: Server, model: Model, thorough: boolean): Promise<readonly string[]> {
  const { store } = server
  const { log } = store
  const faults: string[] = []
  for (const reader of [AGGREGATOR, REPUBLISHER]) {
    if (!(await isCaughtUp(log, reader))) {
      const [position, last] = [await log.position(reader.name), await log.last()]
      faults.push(`at rest ${reader.name} stands at ${String(position)} of ${String(last)}`)
    }
    const parked = await log.deadLetters(reader.name)
    if (parked.length > 0) faults.push(`${reader.name} put aside ${String(parked.length)} entries`)
  }
  if (store.behind() > 0) faults.push(`at rest ${String(store.behind())} summaries are behind`)
  faults.push(...logFaults(await log.read(0, 1_000_000), model))
  if (!thorough || faults.length > 0) return faults
  const verifying = store.verify(() => undefined)
  while (server.waiting.length > 0) server.waiting.shift()?.()
  const { findings } = await verifying
  return findings.map(({ check, found }) => `verify: ${check}: ${found}`)
}

/** Since the last removal: one entry for each start, end and completion that readers see, and none beside. */
function logFaults(entries: readonly LogEntry[], model: Model): readonly string[] {
  const counts = new Map<string, number>()
  for (const { occurrence } of entries) {
    if (!('userId' in occurrence)) continue
    const name = nameOf(occurrence)
    if (occurrence.type === 'progress-removed') {
      for (const key of counts.keys()) if (key.includes(` ${name}`)) counts.delete(key)
    }
    const key = `${occurrence.type} ${name}${'contentId' in occurrence ? `|${occurrence.contentId}` : ''}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const faults: string[] = []
  const expect = (key: string, wanted: boolean): void => {
    const count = counts.get(key) ?? 0
    if (count !== (wanted ? 1 : 0)) faults.push(`the log has ${String(count)} entries ${key}`)
  }
  for (const key of model.views.keys()) {
    const [name, contentId] = [key.slice(0, key.lastIndexOf('|')), key.slice(key.lastIndexOf('|') + 1)]
    expect(`view-started ${key}`, model.statusOf(key) > 0)
    expect(`view-ended ${key}`, completedAt(model, name, contentId) !== undefined)
  }
  for (const where of ENROLMENTS) {
    if (!model.doubted.has(where.collectionId))
      expect(`collection-completed ${nameOf(where)}`, summaryShown(model, where)?.['completedOn'] != null)
    expect(`enrolment-created ${nameOf(where)}`, model.enrolments.has(nameOf(where)))
  }
  return faults
}
