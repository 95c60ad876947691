import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { joinAttempts, type Attempt } from '../../domain/progress/attempt.ts'
import { joinIds, type ViewKey } from '../../domain/progress/key.ts'
import { MODES, targetRow, type Mode } from '../../domain/progress/mode.ts'
import { factRow, joinViews, viewStatus, type ViewFact, type ViewRow } from '../../domain/progress/view.ts'
import {
  allKeys,
  apply,
  attempt,
  placed,
  snapshot,
  stepIn,
  viewFact,
  viewKey,
  viewWrite,
  type Step,
} from './histories.ts'
import type { ViewWrite } from '../../ports/progress-store.ts'
import { implementationsIn, type Implementation } from './stores.ts'
import { occurrences } from './progress-store.kit.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60)

/** The default mode has had most of what can go wrong in a store; the others differ from it in a few rules. */
function runsIn(mode: Mode): number {
  return mode === 'strict' ? RUNS : Math.ceil(RUNS / 4)
}

for (const mode of MODES) {
  const [memory, ...others] = implementationsIn(mode)
  for (const other of others) {
    test(`memory and ${other.name} give the same answers to the same histories`, () => sameAnswers(memory, other))
  }
}

async function sameAnswers(memory: Implementation, other: Implementation): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(stepIn(memory.mode), { maxLength: 60 }), async (steps) => {
      const [a, b] = [await memory.open(), await other.open()]
      try {
        for (const taken of steps) assert.deepEqual(await apply(b, taken), await apply(a, taken))
        assert.deepEqual(await snapshot(b.store), await snapshot(a.store))
      } finally {
        await Promise.all([a.close(), b.close()])
      }
    }),
    { numRuns: runsIn(memory.mode) },
  )
}

for (const { name, mode, open } of MODES.flatMap(implementationsIn)) {
  test(`${name}: along any history without removal no status falls and each collection is completed once`, async () => {
    const kept = stepIn(mode).filter(({ op }) => !['remove', 'removeAll', 'merge'].includes(op))
    await fc.assert(
      fc.asyncProperty(fc.array(kept, { maxLength: 50 }), async (steps) => {
        const opened = await open()
        try {
          const highest = new Map<string, number>()
          for (const taken of steps) {
            await apply(opened, taken)
            for (const key of allKeys) {
              for (const [content, row] of await opened.store.progress.views(key)) {
                rises(highest, joinIds('view', key.userId, key.collectionId, key.contextId, content), viewStatus(row))
              }
            }
          }
          await opened.store.progress.recompute(allKeys)
          const completed = (await occurrences(opened.store)).flatMap((occurrence) =>
            occurrence.type === 'collection-completed'
              ? [joinIds(occurrence.userId, occurrence.collectionId, occurrence.contextId)]
              : [],
          )
          assert.equal(new Set(completed).size, completed.length)
        } finally {
          await opened.close()
        }
      }),
      { numRuns: Math.ceil(runsIn(mode) / 3) },
    )
  })

  test(`${name}: what eight clients did comes to the same rows in any order, with duplicates`, async () => {
    const timed = (fact: ViewFact): ViewFact => ({ ...fact, timed: true })
    const deed = fc.oneof(
      fc.record({ op: fc.constant('view' as const), key: viewKey, fact: viewFact.map(timed) }),
      fc.record({
        op: fc.constant('views' as const),
        writes: fc.array(
          viewWrite.map(({ key, fact }) => ({ key, fact: timed(fact) })),
          { maxLength: 4 },
        ),
      }),
      fc.record({ op: fc.constant('submit' as const), key: viewKey, attempt }),
    )
    const clients = fc.array(fc.array(deed, { maxLength: 6 }), { minLength: 8, maxLength: 8 })
    const shuffled = clients.chain((deeds) => {
      const all = deeds.flat().map((taken) => placed(mode, taken))
      const twice = fc.subarray([...all])
      const order = twice.chain((again) =>
        fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }),
      )
      return fc.tuple(fc.constant(all), order)
    })
    await fc.assert(
      fc.asyncProperty(shuffled, async ([deeds, arrived]) => {
        const opened = await open()
        try {
          // All at once, as they come in from several connections: they share commits.
          await Promise.all(arrived.map((taken) => apply(opened, taken)))
          const expected = foldDeeds(deeds)
          for (const key of allKeys) {
            const [views, attempts] = [
              await opened.store.progress.views(key),
              await opened.store.progress.attempts(key),
            ]
            assert.deepEqual(named(key, views), expectedUnder(expected.views, key))
            for (const [content, list] of attempts) {
              for (const found of list) {
                assert.deepEqual(found, expected.attempts.get(nameOf({ ...key, contentId: content }, found.attemptId)))
              }
            }
          }
          const counted = (await occurrences(opened.store)).filter(({ type }) => type === 'view-ended')
          const ended = [...expected.views.values()].filter((row) => viewStatus(row) === 2)
          assert.equal(counted.length, ended.length)
        } finally {
          await opened.close()
        }
      }),
      { numRuns: runsIn(mode) },
    )
  })

  test(`${name}: live requests of clients that keep their own order end in the same statuses however they mix`, async () => {
    const mixes = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 24, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(mixes, async (turns) => {
        const opened = await open()
        try {
          const asked = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1', contentId: 'c1' }
          const key: ViewKey = targetRow(mode, asked)
          const kinds: readonly ViewFact['kind'][] = ['start', 'update', 'end']
          const next = Array.from({ length: 8 }, () => 0)
          const rest = Array.from({ length: 8 * 3 }, (_, index) => index % 8)
          let time = 0
          for (const client of [...turns, ...rest]) {
            const kind = kinds[next[client] ?? 0]
            if (kind === undefined) continue
            next[client] = (next[client] ?? 0) + 1
            time += 1
            await apply(opened, { op: 'view', key, fact: { kind, at: time, timed: false } })
          }
          assert.equal(viewStatus((await opened.store.progress.views(key)).get('c1')), 2)
          const types = (await occurrences(opened.store)).map(({ type }) => type)
          assert.deepEqual(types, ['view-started', 'view-ended'])
        } finally {
          await opened.close()
        }
      }),
      { numRuns: Math.ceil(runsIn(mode) / 3) },
    )
  })
}

for (const { name, mode, open } of MODES.flatMap(implementationsIn)) {
  test(`${name}: once the worker has read everything, every stored summary is what its rows say`, async () => {
    const kept = stepIn(mode).filter(({ op }) => op !== 'publish' && op !== 'recompute')
    await fc.assert(
      fc.asyncProperty(fc.array(kept, { maxLength: 40 }), async (steps) => {
        const opened = await open()
        try {
          for (const collectionId of ['maths', 'a:b']) {
            const children = ['c1', { unit: 'u', children: ['c2', '?constructor'] }]
            await apply(opened, { op: 'publish', collectionId, children })
          }
          for (const taken of [...steps, { op: 'aggregate' } as const]) await apply(opened, taken)
          assert.deepEqual((await opened.verify?.()) ?? [], [])
          const told = (await occurrences(opened.store)).length
          await opened.store.progress.recompute(allKeys)
          assert.equal((await occurrences(opened.store)).length, told, 'recomputing everyone tells nothing new')
        } finally {
          await opened.close()
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    )
  })
}

function rises(highest: Map<string, number>, name: string, value: number): void {
  assert.ok(value >= (highest.get(name) ?? 0), `${name} fell to ${String(value)}`)
  highest.set(name, value)
}

function nameOf(key: ViewKey, ...more: readonly string[]): string {
  return joinIds(key.userId, key.collectionId, key.contextId, key.contentId, ...more)
}

function foldDeeds(deeds: readonly Step[]): { views: Map<string, ViewRow>; attempts: Map<string, Attempt> } {
  const [views, attempts] = [new Map<string, ViewRow>(), new Map<string, Attempt>()]
  for (const deed of deeds) {
    for (const { key, fact } of viewsOf(deed)) {
      const [name, row] = [nameOf(key), factRow(fact)]
      const known = views.get(name)
      views.set(name, known === undefined ? row : joinViews(known, row))
    }
    if (deed.op === 'submit') {
      const name = nameOf(deed.key, deed.attempt.attemptId)
      const known = attempts.get(name)
      attempts.set(name, known === undefined ? deed.attempt : joinAttempts(known, deed.attempt))
    }
  }
  return { views, attempts }
}

function viewsOf(deed: Step): readonly ViewWrite[] {
  if (deed.op === 'view') return [deed]
  return deed.op === 'views' ? deed.writes : []
}

type Named = ReadonlyMap<string, ViewRow>

function named(key: Omit<ViewKey, 'contentId'>, views: ReadonlyMap<string, ViewRow>): Named {
  return new Map([...views].map(([contentId, row]) => [nameOf({ ...key, contentId }), row] as const).sort(byName))
}

function expectedUnder(views: ReadonlyMap<string, ViewRow>, key: Omit<ViewKey, 'contentId'>): Named {
  const prefix = joinIds(key.userId, key.collectionId, key.contextId)
  return new Map([...views].filter(([name]) => name.startsWith(prefix)).sort(byName))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
