/** What the log of a store at rest must tell, and how often. */
import { carriesOver } from '../../src/domain/progress/mode.ts'
import type { LogEntry } from '../../src/ports/log.ts'
import type { Occurrence } from '../../src/domain/outbox.ts'
import { completedAt, summaryShown } from './expected.ts'
import { nameOf } from './facts.ts'
import type { Model } from './model.ts'

type Removal = Extract<Occurrence, { readonly type: 'progress-removed' }>

/**
 * Since the last removal: one entry for each enrolment, and for each start, end and completion that readers see, and none
 * beside. Where progress is carried over, what was seen of rows may change with it: there only enrolments are counted.
 */
export function logFaults(entries: readonly LogEntry[], model: Model): readonly string[] {
  const counts = new Map<string, number>()
  for (const { occurrence } of entries) {
    if (!('userId' in occurrence) || !('contextId' in occurrence)) continue
    if (occurrence.type === 'progress-removed') forget(counts, model, occurrence)
    const key = `${occurrence.type} ${nameOf(occurrence)}${'contentId' in occurrence ? `|${occurrence.contentId}` : ''}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const faults: string[] = []
  const expect = (key: string, wanted: boolean): void => {
    const count = counts.get(key) ?? 0
    if (count !== (wanted ? 1 : 0)) faults.push(`the log has ${String(count)} entries ${key}`)
  }
  const carries = carriesOver(model.mode)
  for (const key of carries ? [] : model.views.keys()) {
    expect(`view-started ${key}`, model.statusOf(key) > 0)
    expect(`view-ended ${key}`, completedAt(model, key) !== undefined)
  }
  for (const where of model.places) {
    if (!carries && !model.doubted.has(where.collectionId)) {
      expect(`collection-completed ${nameOf(where)}`, summaryShown(model, where)?.['completedOn'] != null)
    }
    expect(`enrolment-created ${nameOf(where)}`, model.enrolments.has(nameOf(where)))
  }
  return faults
}

/** What was told of a place before it was removed. In mode collection rows go with the last enrolment, or stay without it. */
function forget(counts: Map<string, number>, model: Model, removed: Removal): void {
  const { userId, collectionId, contextId, views, attempts } = removed
  const own = nameOf(removed)
  if (model.mode === 'collection' && contextId === collectionId && views + attempts === 0) {
    counts.delete(`enrolment-created ${own}`)
    return
  }
  const shared =
    model.mode === 'collection' && views + attempts > 0 ? [`${userId}|${collectionId}|${collectionId}`] : []
  for (const name of [own, ...shared]) {
    for (const key of counts.keys()) if (key.endsWith(` ${name}`) || key.includes(` ${name}|`)) counts.delete(key)
  }
}
