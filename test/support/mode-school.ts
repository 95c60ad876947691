/** A small school in which every mode shows something else, for tests that take a store from one mode to another. */
import { scoreAttempt } from '../../src/domain/progress/attempt.ts'
import { fillKey, type EnrolmentKey, type PartialViewKey, type ViewKey } from '../../src/domain/progress/key.ts'
import { targetRow, type Mode } from '../../src/domain/progress/mode.ts'
import type { Rule } from '../../src/domain/progress/rule.ts'
import type { Store } from '../../src/ports/store.ts'
import { collection } from '../../src/stores/kit/collections.ts'
import { CONTEXT } from '../../src/stores/kit/histories.ts'
import { LIMITS } from '../../src/stores/kit/stores.ts'
import { openSqliteStore, type SqliteStore } from '../../src/stores/sqlite/store.ts'
import { SimulatedClock } from './simulated-clock.ts'

const DAY = 86_400_000
const FROM = Temporal.Instant.from('2026-01-01T00:00:00Z').epochMilliseconds
/** A day of the school, UTC milliseconds. */
export const day = (number: number): number => FROM + number * DAY

export const MATHS_1 = { collectionId: 'maths', contextId: 'batch-1' }
export const MATHS_2 = { collectionId: 'maths', contextId: 'batch-2' }
const ARTS = { collectionId: 'arts', contextId: 'batch-1' }
type Where = Partial<typeof MATHS_1>

export type Deed =
  | {
      readonly does: 'start' | 'end' | 'attempt'
      readonly contentId: string
      readonly where: Where
      readonly on: number
    }
  | { readonly does: 'enrol' | 'unenrol'; readonly where: Required<Where>; readonly on: number }

const completes = (contentId: string, where: Where, on: number): readonly Deed[] => [
  { does: 'start', contentId, where, on },
  { does: 'end', contentId, where, on: on + 0.5 },
]

/** What each learner does. */
export const DEEDS: ReadonlyMap<string, readonly Deed[]> = new Map([
  [
    'asha',
    [
      { does: 'enrol', where: MATHS_1, on: 1 },
      ...completes('adding', MATHS_1, 2),
      { does: 'attempt', contentId: 'adding', where: MATHS_1, on: 2 },
      ...completes('counting', {}, 3),
      { does: 'enrol', where: MATHS_2, on: 5 },
      { does: 'start', contentId: 'counting', where: MATHS_2, on: 6 },
      { does: 'attempt', contentId: 'adding', where: MATHS_2, on: 6 },
    ],
  ],
  [
    'ravi',
    [...completes('adding', MATHS_1, 2), { does: 'enrol', where: ARTS, on: 4 }, ...completes('drawing', ARTS, 5)],
  ],
  [
    'mina',
    [
      { does: 'enrol', where: MATHS_1, on: 1 },
      { does: 'end', contentId: 'adding', where: MATHS_1, on: 2 },
      ...completes('counting', { collectionId: 'maths' }, 3),
      { does: 'enrol', where: ARTS, on: 4 },
      { does: 'unenrol', where: ARTS, on: 6 },
      ...completes('drawing', { collectionId: 'drawing', contextId: 'club' }, 5),
    ],
  ],
  ['__proto__', [{ does: 'enrol', where: MATHS_2, on: 3 }, ...completes('adding', { collectionId: 'a:b' }, 4)]],
])

const ALWAYS: Rule = { id: 'always', any: [{ always: true }] }

/** Collections, contexts, and the rule that always holds. */
export async function furnish({ catalogue }: Store): Promise<void> {
  await catalogue.publish(collection('maths', ['adding', 'counting', '?measuring']), '{}')
  await catalogue.publish(collection('arts', [{ unit: 'basics', children: ['drawing'] }, 'adding']), '{}')
  for (const place of [MATHS_1, MATHS_2, ARTS]) {
    await catalogue.putContext({ ...CONTEXT, ...place, startsAt: day(0), endsAt: day(365) })
  }
  await catalogue.putRule({ rule: ALWAYS, byDefault: true })
}

/**
 * Has every learner do everything.
 * @param rowOf where a view is kept.
 */
export async function play(
  { progress }: Store,
  rowOf: (key: ViewKey) => ViewKey,
  prefix = '',
): Promise<readonly EnrolmentKey[]> {
  const enrolled: EnrolmentKey[] = []
  for (const [name, deeds] of DEEDS) {
    const userId = prefix + name
    for (const deed of deeds) {
      const at = day(deed.on)
      if (!('contentId' in deed)) {
        const key = { userId, ...deed.where }
        if (deed.does === 'enrol') enrolled.push(key)
        await progress[deed.does](key, at, true)
        continue
      }
      const key: PartialViewKey = { userId, contentId: deed.contentId, ...deed.where }
      const row = rowOf(fillKey(key))
      if (deed.does === 'attempt') await progress.submitAttempt(row, scoreAttempt(String(deed.on), at, []))
      else await progress.recordView(row, { kind: deed.does, at, timed: true })
    }
  }
  return enrolled
}

/** Where a mode keeps views. */
export function rowsIn(mode: Mode): (key: ViewKey) => ViewKey {
  return (key) => targetRow(mode, key)
}

export function openStore(folder: string, mode: Mode, factsMax = 100_000): Promise<SqliteStore> {
  const fold = { factsMax, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
  const clock = new SimulatedClock(day(100))
  return openSqliteStore({ folder, mode, timeZone: 'UTC', clock, limits: LIMITS, fold })
}
