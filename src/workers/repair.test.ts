import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { SummaryDifference } from '../domain/progress/summary-difference.ts'
import type { EnrolmentKey } from '../domain/progress/key.ts'
import type { SummaryComparison } from '../ports/repair.ts'
import { repairEvery, summaryRepair } from './repair.ts'

const keyOf = (number: number): EnrolmentKey => ({ userId: String(number), collectionId: 'c', contextId: 'b' })

const never = (): never => assert.fail('called')

/** So many enrolments, of which some differ until they are recomputed. */
function comparisonOf(size: number, wrong: Set<string>) {
  const looked: string[] = []
  const notes = new Map<string, string>()
  const comparison: SummaryComparison = {
    list: (_place, { after = '0', limit }) => {
      const from = Number(after)
      const items = Array.from({ length: Math.min(limit, size - from) }, (_, index) => keyOf(from + index))
      return Promise.resolve({ items, next: from + limit < size ? String(from + limit) : undefined })
    },
    count: () => Promise.resolve(size),
    differences: (keys) => {
      looked.push(...keys.map(({ userId }) => userId))
      const differing = keys.filter(({ userId }) => wrong.has(userId))
      const told = {
        kind: 'missing',
        behind: false,
        stored: undefined,
        recomputed: undefined,
        fields: [],
        more: 0,
      } as const
      return Promise.resolve(differing.map((key): SummaryDifference => ({ key, ...told })))
    },
    noted: (name) => Promise.resolve(notes.get(name)),
    note: (name, text) => {
      if (text === undefined) notes.delete(name)
      else notes.set(name, text)
      return Promise.resolve()
    },
  }
  const recompute = (keys: readonly EnrolmentKey[]): Promise<void> => {
    for (const { userId } of keys) wrong.delete(userId)
    return Promise.resolve()
  }
  return { looked, repair: summaryRepair(comparison, { recompute }, 100) }
}

test('a turn of the schedule looks at so many at most; the next goes on, and after the last begins anew', async () => {
  const wrong = new Set(['1', '6'])
  const { looked, repair } = comparisonOf(7, wrong)
  let look = (): void => undefined
  let found = 0
  const end = repairEvery(repair, {
    everyMs: 1000,
    pageSize: 2,
    turnMax: 3,
    every: (milliseconds, work) => {
      assert.equal(milliseconds, 1000)
      look = work
      return () => undefined
    },
    onPage: (_looked, differences) => {
      found += differences.length
    },
    onError: never,
  })
  for (const expected of ['012', '345', '6', '012']) {
    looked.length = 0
    look()
    // Once more while it is at work: that is no second turn.
    look()
    await turn()
    assert.equal(looked.join(''), expected)
  }
  assert.deepEqual([found, wrong.size], [2, 0])
  end()
  looked.length = 0
  look()
  await turn()
  assert.equal(looked.join(''), '')
})

test('a turn that fails is told, and the next one looks again', async () => {
  const { repair } = comparisonOf(3, new Set())
  const errors: unknown[] = []
  let [look, failing, pages] = [(): void => undefined, true, 0]
  repairEvery(
    { ...repair, page: (request) => (failing ? Promise.reject(new Error('no store')) : repair.page(request)) },
    {
      everyMs: 1,
      pageSize: 10,
      turnMax: 10,
      every: (_, work) => {
        look = work
        return () => undefined
      },
      onPage: () => {
        pages += 1
      },
      onError: (error) => errors.push(error),
    },
  )
  look()
  await turn()
  failing = false
  look()
  await turn()
  assert.deepEqual([errors.length, pages], [1, 1])
})

test('with no time between turns there are none', () => {
  const { repair } = comparisonOf(3, new Set())
  const schedule = { pageSize: 1, turnMax: 1, onPage: never, onError: never, every: never }
  repairEvery(repair, { everyMs: 0, ...schedule })()
})
