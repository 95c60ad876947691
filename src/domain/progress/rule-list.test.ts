import assert from 'node:assert/strict'
import test from 'node:test'
import { WaymarkError } from '../errors.ts'
import { readRuleList, replacedBy } from './rule-list.ts'

const ALWAYS = { any: [{ always: true }] } as const

test('where no rule of a list says default, all hold by default; otherwise those that say so', () => {
  const defaults = (list: readonly object[]): readonly boolean[] => readRuleList(list).map(({ byDefault }) => byDefault)
  assert.deepEqual(
    defaults([
      { id: 'a', ...ALWAYS },
      { id: 'b', ...ALWAYS },
    ]),
    [true, true],
  )
  assert.deepEqual(
    defaults([
      { id: 'a', default: true, ...ALWAYS },
      { id: 'b', ...ALWAYS },
    ]),
    [true, false],
  )
  assert.deepEqual(
    defaults([
      { id: 'a', default: false, ...ALWAYS },
      { id: 'b', ...ALWAYS },
    ]),
    [false, false],
  )
})

const WRONG: readonly (readonly [list: unknown, code: string, field: string | undefined])[] = [
  [{}, 'INVALID_FIELD', undefined],
  ['rules', 'INVALID_FIELD', undefined],
  [[null], 'INVALID_FIELD', '[0]'],
  [[{ id: 'a', ...ALWAYS }, { any: [] }], 'MISSING_FIELD', '[1].id'],
  [[{ id: 'a', ...ALWAYS, default: 'yes' }], 'INVALID_FIELD', '[0].default'],
  [[{ id: 'a', any: [{ completedWithin: '3M' }] }], 'INVALID_DURATION', '[0].any[0].completedWithin'],
  [
    [
      { id: 'a', ...ALWAYS },
      { id: 'a', ...ALWAYS },
    ],
    'RULE_CONTRADICTS',
    '[1].id',
  ],
]

for (const [list, code, field] of WRONG) {
  test(`a list that cannot be meant is refused with ${code} at ${field ?? 'the list itself'}: ${JSON.stringify(list)}`, () => {
    assert.throws(
      () => readRuleList(list),
      (error) => {
        assert.ok(error instanceof WaymarkError)
        assert.deepEqual([error.code, error.field], [code, field])
        return true
      },
    )
  })
}

test('a list takes the place of all that held by default, and leaves contexts the rules that they name', () => {
  const kept = readRuleList([
    { id: 'a', ...ALWAYS },
    { id: 'b', ...ALWAYS },
  ])
  const list = readRuleList([{ id: 'b', any: [{ completedWithin: 'P1M' }] }])
  assert.deepEqual(
    replacedBy(kept, list).map(({ rule, byDefault }) => [rule, byDefault]),
    [
      [{ id: 'a', ...ALWAYS }, false],
      [{ id: 'b', any: [{ completedWithin: 'P1M' }] }, true],
    ],
  )
})
