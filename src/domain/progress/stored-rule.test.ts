import assert from 'node:assert/strict'
import test from 'node:test'
import { WaymarkError } from '../errors.ts'
import { RULES_MAX } from './read-rule.ts'
import { instanceRules, placeOf, readStoredRule, type StoredRule } from './stored-rule.ts'

const stored = (id: string, byDefault = false): StoredRule => ({ rule: { id, any: [{ always: true }] }, byDefault })
const keptAs = (...rules: readonly StoredRule[]): ReadonlyMap<string, StoredRule> =>
  new Map(rules.map((each) => [each.rule.id, each]))

test('the rules that hold by default are tried in the order of their ids, by code points', () => {
  const ids = ['\u{1F600}', '\uffff', 'b', 'a']
  const { known, defaults } = instanceRules([...ids.map((id) => stored(id, true)), stored('no')])
  assert.deepEqual(defaults, ids.toReversed())
  assert.deepEqual([...known.keys()], ['a', 'b', 'no', '\uffff', '\u{1F600}'])
})

test('a rule is another where its conditions or its default differ, however its duration is written', () => {
  const read = (within: string, more: object = {}): StoredRule =>
    readStoredRule({ id: 'r', any: [{ completedWithin: within }], ...more })
  const kept = keptAs(read('P3M'))
  assert.equal(placeOf(read('p3m', { default: false }), kept), 'SAME')
  assert.equal(placeOf(read('P4M'), kept), 'OTHER')
  assert.equal(placeOf(read('P3M', { default: true }), kept), 'OTHER')
  assert.equal(placeOf(stored('other'), kept), 'NEW')
})

test('an instance that is full takes no new rule, and still those that it has', () => {
  const full = keptAs(...Array.from({ length: RULES_MAX }, (_, index) => stored(String(index))))
  assert.equal(placeOf(stored('new'), full), 'TOO_MANY')
  assert.equal(placeOf(stored('0'), full), 'SAME')
  assert.equal(placeOf(stored('0', true), full), 'OTHER')
})

test('whether a rule holds by default is said with true or false alone', () => {
  const fields = { id: 'r', any: [{ always: true }] }
  assert.equal(readStoredRule(fields).byDefault, false)
  assert.equal(readStoredRule({ ...fields, default: true }).byDefault, true)
  for (const wrong of [null, 1, 'true', []]) {
    assert.throws(
      () => readStoredRule({ ...fields, default: wrong }),
      (error) => error instanceof WaymarkError && `${error.code} ${String(error.field)}` === 'INVALID_FIELD default',
    )
  }
})
