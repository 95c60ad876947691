import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { factRow, type ViewRow } from '../../domain/progress/view.ts'
import { PendingViews } from './pending-views.ts'

const step = fc.record({
  kind: fc.constantFrom('put', 'put', 'put', 'drop', 'undo'),
  participation: fc.integer({ min: 1, max: 40 }),
  content: fc.integer({ min: 1, max: 60 }),
  at: fc.integer({ min: 1, max: 1e12 }),
  details: fc.option(fc.string()),
  whole: fc.boolean(),
})

test('it holds what a map would hold, also after changes were taken back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, minLength: 1 }), (steps) => {
      const pending = new PendingViews(16)
      const model = new Map<string, ViewRow>()
      const undos: (() => void)[] = []
      for (const { kind, participation, content, at, details, whole } of steps) {
        const name = `${String(participation)} ${String(content)}`
        const before = model.get(name)
        const undoModel = (): void => {
          if (before === undefined) model.delete(name)
          else model.set(name, before)
        }
        if (kind === 'put') {
          const fact = { kind: 'update', at, timed: true, details: details ?? undefined } as const
          const undo = pending.put(participation, content, factRow(fact), whole)
          undos.push(() => {
            undo()
            undoModel()
          })
          model.set(name, factRow(fact))
        } else if (kind === 'drop') {
          const index = pending.find(participation, content)
          assert.equal(index === -1, before === undefined)
          if (index === -1) continue
          const undo = pending.drop(index)
          undos.push(() => {
            undo()
            undoModel()
          })
          model.delete(name)
        } else undos.pop()?.()
      }
      const found = new Map<string, ViewRow>()
      for (let participation = 1; participation <= 40; participation += 1) {
        for (const index of pending.of(participation)) {
          assert.equal(pending.participation(index), participation)
          assert.equal(pending.find(participation, pending.content(index)), index)
          found.set(`${String(participation)} ${String(pending.content(index))}`, pending.row(index))
        }
      }
      assert.deepEqual(found, model)
    }),
    { numRuns: 60 },
  )
})

test('rows come in the order of the table', () => {
  const pending = new PendingViews(1000)
  for (let number = 5000; number > 0; number -= 1) {
    const [participation, content] = [(number * 7919) % 53, (number * 104729) % 9973]
    pending.put(participation, content, factRow({ kind: 'start', at: 1, timed: false }), true)
  }
  const keys = [...pending.inOrder()].map((index) => [pending.participation(index), pending.content(index)] as const)
  assert.equal(keys.length, pending.size)
  assert.deepEqual(
    keys,
    keys.toSorted(([a, c], [b, d]) => a - b || c - d),
  )
})
