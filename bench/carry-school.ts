/** Courses and learners for measuring what carrying progress over costs: made through the store, as the product makes them. */
import type { Context } from '../src/domain/progress/context.ts'
import { readHierarchy } from '../src/domain/progress/hierarchy.ts'
import { isId } from '../src/domain/id.ts'
import type { EnrolmentKey, ViewKey } from '../src/domain/progress/key.ts'
import type { Store } from '../src/ports/store.ts'
import { Histogram } from './histogram.ts'

/** As in the seeds' table of the copy modes: three months back from enrolling, or while the context runs. */
const RULE = { id: 'recent-or-during', any: [{ completedWithin: 'P3M' }, { completedDuring: 'context' }] } as const

const CONTEXT: Omit<Context, 'collectionId' | 'contextId'> = {
  kind: 'batch',
  name: 'Batch 1',
  startsAt: null,
  endsAt: null,
  enrolmentEndsAt: null,
  statusSet: null,
  rules: null,
  startDate: null,
  endDate: null,
  enrollmentEndDate: null,
}

export const contentOf = (leaf: number): string => `content-${String(leaf)}`

export const placeOf = (userId: string, collectionId: string): EnrolmentKey => ({
  userId,
  collectionId,
  contextId: `${collectionId}-b1`,
})

/** Makes the rule that holds in every context. */
export async function makeRule({ catalogue }: Store): Promise<void> {
  await catalogue.putRule({ rule: RULE, byDefault: true })
}

/** Publishes a course of some contents, with one batch that runs without an end. */
export async function publish({ catalogue }: Store, collectionId: string, contents: readonly string[]): Promise<void> {
  const outline = {
    identifier: collectionId,
    name: collectionId,
    children: contents.map((identifier) => ({ identifier })),
  }
  const structure = readHierarchy(collectionId, outline, 'best', { nodesMax: 10_000, depthMax: 20, isId })
  await catalogue.publish(structure, JSON.stringify(outline))
  await catalogue.putContext({ ...CONTEXT, collectionId, contextId: `${collectionId}-b1` })
}

/** The keys of contents that are viewed on their own, in no collection. */
export function alone(userId: string, contents: readonly string[]): readonly ViewKey[] {
  return contents.map((contentId) => ({ userId, collectionId: contentId, contextId: contentId, contentId }))
}

/** Views begin, or end, all in one commit. */
export async function record(
  { progress }: Store,
  kind: 'start' | 'end',
  keys: readonly ViewKey[],
  at: number,
): Promise<void> {
  await progress.recordViews(keys.map((key) => ({ key, fact: { kind, at, timed: true } })))
}

/** The learner completes contents in one place. */
export async function complete(
  store: Store,
  place: EnrolmentKey,
  contents: readonly string[],
  at: number,
): Promise<void> {
  const keys = contents.map((contentId) => ({ ...place, contentId }))
  await record(store, 'start', keys, at)
  await record(store, 'end', keys, at)
}

/** How long commits kept the process from anything else. */
export class Commits {
  #held = new Histogram()

  readonly add = (_: number, milliseconds: number): void => {
    this.#held.add(milliseconds)
  }

  reset(): void {
    this.#held = new Histogram()
  }

  /** Milliseconds. */
  quantile(share: number): number {
    return this.#held.quantile(share)
  }
}
