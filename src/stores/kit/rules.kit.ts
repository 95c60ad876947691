/** What every implementation of Catalogue must do with rules of carrying over, and with the contexts that name them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { WaymarkError } from '../../domain/errors.ts'
import type { Context } from '../../domain/progress/context.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { RULES_MAX } from '../../domain/progress/read-rule.ts'
import type { StoredRule } from '../../domain/progress/stored-rule.ts'
import type { Store } from '../../ports/store.ts'
import { BATCH } from './catalogue.kit.ts'
import type { Implementation } from './stores.ts'

/** A rule that holds for what was completed within so many months. */
function within(id: string, months: number, byDefault = false): StoredRule {
  return { rule: { id, any: [{ completedWithin: `P${String(months)}M` }] }, byDefault }
}

async function logged(store: Store): Promise<readonly Occurrence[]> {
  return (await store.log.read(0, 1000)).map(({ occurrence }) => occurrence)
}

export function rulesKit({ name, open }: Implementation): void {
  test(`${name}: rules are kept, replaced, removed, and listed by id`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    assert.deepEqual(await catalogue.rules(), [])
    assert.equal(await catalogue.putRule(within('__proto__', 1)), true)
    assert.equal(await catalogue.putRule(within('\u{1F600}', 2, true)), true)
    assert.equal(await catalogue.putRule(within('\uffff', 3)), true)
    assert.equal(await catalogue.putRule(within('\u{1F600}', 4)), false)
    assert.deepEqual(await catalogue.rule('\u{1F600}'), within('\u{1F600}', 4))
    assert.equal(await catalogue.rule('toString'), undefined)
    const kept = [within('__proto__', 1), within('\uffff', 3), within('\u{1F600}', 4)]
    assert.deepEqual(await catalogue.rules(), kept)
    assert.equal(await catalogue.removeRule('\uffff'), 'REMOVED')
    assert.equal(await catalogue.removeRule('\uffff'), 'UNKNOWN')
    assert.deepEqual(await catalogue.rules(), [kept[0], kept[2]])
  })

  test(`${name}: a rule is added once, and another under its id not at all, also when they come together`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    const added = [within('r', 1), within('r', 1), within('r', 2), within('r', 1, true)]
    const answers = await Promise.all(added.map((stored) => catalogue.addRule(stored)))
    assert.deepEqual(answers, ['CREATED', 'SAME', 'OTHER', 'OTHER'])
    assert.deepEqual(await catalogue.rules(), [within('r', 1)])
  })

  test(`${name}: an instance holds so many rules and no more; those that it holds can still be replaced`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    await Promise.all(Array.from({ length: RULES_MAX }, (_, index) => catalogue.putRule(within(String(index), 1))))
    const full = (error: unknown): boolean => error instanceof WaymarkError && error.code === 'RULES_FULL'
    await assert.rejects(catalogue.putRule(within('more', 1)), full)
    await assert.rejects(catalogue.addRule(within('more', 1)), full)
    assert.equal(await catalogue.addRule(within('7', 1)), 'SAME')
    assert.equal(await catalogue.putRule(within('7', 2)), false)
    await catalogue.removeRule('8')
    assert.equal(await catalogue.addRule(within('more', 1)), 'CREATED')
  })

  test(`${name}: a context names only known rules, and a rule that one names stays`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    await catalogue.putRule(within('a"b', 1))
    assert.deepEqual(await catalogue.putContext({ ...BATCH, rules: ['a"b', 'gone'] }), { unknownRule: 'gone' })
    assert.equal(await catalogue.context('maths', 'batch-1'), undefined)
    await catalogue.putContext({ ...BATCH, rules: ['a"b'] })
    assert.deepEqual((await catalogue.context('maths', 'batch-1'))?.rules, ['a"b'])
    assert.equal(await catalogue.removeRule('a"b'), 'IN_USE')
    assert.deepEqual(await catalogue.putContext({ ...BATCH, rules: ['gone'] }), { unknownRule: 'gone' })
    assert.deepEqual((await catalogue.context('maths', 'batch-1'))?.rules, ['a"b'])
    assert.equal(await catalogue.putContext({ ...BATCH, rules: [] }), 'CHANGED')
    assert.equal(await catalogue.removeRule('a"b'), 'REMOVED')
  })

  test(`${name}: removing a rule and naming it at the same time leave no context that names what is gone`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    await catalogue.putRule(within('r', 1))
    const naming = { ...BATCH, rules: ['r'] }
    const put = await Promise.all([catalogue.removeRule('r'), catalogue.putContext(naming)])
    assert.deepEqual(put, ['REMOVED', { unknownRule: 'r' }])
    await catalogue.putRule(within('r', 1))
    const removed = await Promise.all([catalogue.putContext(naming), catalogue.removeRule('r')])
    assert.deepEqual(removed, ['CREATED', 'IN_USE'])
  })

  test(`${name}: a context that is new, or whose dates, status or rules change, is logged, and nothing else of it`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    await catalogue.putRule(within('r', 1))
    const states: readonly [Partial<Context>, number][] = [
      [{}, 1],
      [{ name: 'Class 1B', kind: 'program', startDate: '1970-01-01T00:00:00.001Z' }, 0],
      [{ startsAt: 2 }, 1],
      [{ endsAt: 9 }, 1],
      [{ enrolmentEndsAt: 8 }, 1],
      [{ statusSet: 'ended' }, 1],
      [{ rules: [] }, 1],
      [{ rules: ['r'] }, 1],
      [{}, 0],
    ]
    const told = { type: 'context-changed', collectionId: 'maths', contextId: 'batch-1' }
    const now: Context = { ...BATCH }
    for (const [change, count] of states) {
      Object.assign(now, change)
      const before = await store.log.last()
      await catalogue.putContext({ ...now })
      const entries = await store.log.read(before, 10)
      const expected = Array.from({ length: count }, () => told)
      assert.deepEqual(
        entries.map(({ occurrence }) => occurrence),
        expected,
        JSON.stringify(change),
      )
    }
  })

  test(`${name}: a rule that is new, another, or gone is logged, the same one again is not`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { catalogue } = store
    await catalogue.addRule(within('r', 1))
    await catalogue.addRule(within('r', 1))
    await catalogue.addRule(within('r', 2))
    await catalogue.putRule(within('r', 1))
    assert.deepEqual(await logged(store), [{ type: 'rules-changed', ruleId: 'r' }])
    await catalogue.putRule(within('r', 2))
    await catalogue.putRule(within('r', 2, true))
    await catalogue.removeRule('r')
    await catalogue.removeRule('r')
    assert.equal((await logged(store)).length, 4)
  })
}
