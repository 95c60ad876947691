/** What the stores themselves read of the catalogue at once: contexts, rules, and how often what is carried may have changed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import type { Context } from '../../domain/progress/context.ts'
import type { StoredRule } from '../../domain/progress/stored-rule.ts'
import { MemoryCatalogue, type CatalogueChange } from '../memory/catalogue.ts'
import { MemoryLog } from '../memory/log.ts'
import { SqliteCatalogue } from '../sqlite/catalogue.ts'
import { openDatabase, Statements } from '../sqlite/database.ts'
import { Journal } from '../sqlite/journal.ts'
import { SqliteLog } from '../sqlite/log.ts'
import { Writer } from '../sqlite/writer.ts'
import { BATCH } from './catalogue.kit.ts'
import { collection } from './collections.ts'
import { LIMITS } from './stores.ts'

const context: Context = { ...BATCH, startsAt: null, startDate: null }
const rule = (id: string, byDefault = false): StoredRule => ({ rule: { id, any: [{ always: true }] }, byDefault })

function memory(): MemoryCatalogue {
  const clock = new SimulatedClock()
  return new MemoryCatalogue(new MemoryLog(clock), clock)
}

/** A catalogue whose transactions a test can let fail; `reopen` reads the same file with nothing in memory. */
function sqlite(t: TestContext): { catalogue: SqliteCatalogue; writer: Writer; reopen: () => SqliteCatalogue } {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-test-'))
  const database = openDatabase(join(folder, 'waymark.db'), 'strict')
  t.after(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  const statements = new Statements(database)
  const journal = new Journal()
  const companion = {
    mark: () => journal.mark(),
    undo: (mark?: number) => {
      journal.undo(mark)
    },
    seal: () => undefined,
    committed: () => {
      journal.clear()
    },
  }
  const writer = new Writer(database, LIMITS, { companion })
  const clock = new SimulatedClock()
  const make = (): SqliteCatalogue =>
    new SqliteCatalogue(statements, writer, new SqliteLog(statements, writer, journal, clock), clock)
  return { catalogue: make(), writer, reopen: make }
}

const IMPLEMENTATIONS: readonly { name: string; open: (t: TestContext) => MemoryCatalogue | SqliteCatalogue }[] = [
  { name: 'memory', open: memory },
  { name: 'sqlite', open: (t) => sqlite(t).catalogue },
]

for (const { name, open } of IMPLEMENTATIONS) {
  test(`${name}: contexts and rules are read at once as they were put last, rules by default by their ids`, async (t) => {
    const catalogue = open(t)
    assert.equal(catalogue.contextNow('maths', 'batch-1'), undefined)
    assert.deepEqual(catalogue.rulesNow(), { known: new Map(), defaults: [] })
    for (const stored of [rule('c', true), rule('b'), rule('a', true)]) await catalogue.putRule(stored)
    await catalogue.putContext({ ...context, rules: ['b'] })
    assert.deepEqual(catalogue.contextNow('maths', 'batch-1')?.rules, ['b'])
    assert.deepEqual(catalogue.rulesNow().defaults, ['a', 'c'])
    assert.deepEqual([...catalogue.rulesNow().known.keys()], ['a', 'b', 'c'])
    await catalogue.putContext({ ...context, rules: ['a', 'c'] })
    await catalogue.removeRule('b')
    await catalogue.putRule(rule('c'))
    assert.deepEqual(catalogue.contextNow('maths', 'batch-1')?.rules, ['a', 'c'])
    assert.deepEqual(catalogue.rulesNow(), {
      known: new Map([rule('a'), rule('c')].map((stored) => [stored.rule.id, stored.rule])),
      defaults: ['a'],
    })
  })

  test(`${name}: the revision of a context grows with each change of what is carried there, and with no other`, async (t) => {
    const catalogue = open(t)
    const grows = async (what: string, change: () => Promise<unknown>, expected: boolean): Promise<void> => {
      const before = catalogue.revisionNow('maths', 'batch-1')
      await change()
      const after = catalogue.revisionNow('maths', 'batch-1')
      assert.equal(after > before, expected, what)
      assert.ok(after >= before, what)
    }
    assert.equal(catalogue.revisionNow('maths', 'batch-1'), 0)
    const leaves = collection('maths', ['a'])
    await grows('publication', () => catalogue.publish(leaves, '1'), true)
    await grows('the same again', () => catalogue.publish(leaves, '1'), false)
    await grows('new context', () => catalogue.putContext(context), true)
    await grows('the same again', () => catalogue.putContext(context), false)
    await grows('name', () => catalogue.putContext({ ...context, name: 'Class 1A' }), false)
    await grows('status', () => catalogue.putContext({ ...context, statusSet: 'ended' }), true)
    await grows('new rule', () => catalogue.putRule(rule('r')), true)
    await grows('the same again', () => catalogue.putRule(rule('r')), false)
    await grows('default', () => catalogue.putRule(rule('r', true)), true)
    await grows('rules', () => catalogue.putContext({ ...context, rules: ['r'] }), true)
    await grows('refused removal', () => catalogue.removeRule('r'), false)
    await grows('rules', () => catalogue.putContext(context), true)
    await grows('removal', () => catalogue.removeRule('r'), true)
    await grows('refused context', () => catalogue.putContext({ ...context, rules: ['r'] }), false)
    await grows('another context', () => catalogue.putContext({ ...context, contextId: 'batch-2' }), false)
    await grows('another collection', () => catalogue.publish(collection('arts', ['a']), '1'), false)
    await grows('publication', () => catalogue.publish(leaves, '2'), true)
  })
}

test('memory: whoever listens is told after each change how far it reaches', async () => {
  const catalogue = memory()
  const told: CatalogueChange[] = []
  catalogue.afterChange = (change) => told.push(change)
  await catalogue.publish(collection('maths', ['a']), '1')
  await catalogue.publish(collection('maths', ['a']), '1')
  await catalogue.putContext(context)
  await catalogue.putContext({ ...context, name: 'Class 1A' })
  await catalogue.putContext({ ...context, endsAt: 5 })
  await catalogue.putRule(rule('r'))
  await catalogue.addRule(rule('r'))
  await catalogue.removeRule('r')
  const batch = { collectionId: 'maths', contextId: 'batch-1' }
  assert.deepEqual(told, [{ collectionId: 'maths' }, batch, batch, {}, {}])
})

test('sqlite: revisions are those of the file, whoever reads it', async (t) => {
  const { catalogue, reopen } = sqlite(t)
  await catalogue.putRule(rule('r'))
  await catalogue.putContext(context)
  await catalogue.removeRule('r')
  const again = reopen()
  assert.equal(again.revisionNow('maths', 'batch-1'), catalogue.revisionNow('maths', 'batch-1'))
  await again.putContext({ ...context, endsAt: 5 })
  assert.ok(again.revisionNow('maths', 'batch-1') > catalogue.revisionNow('maths', 'other'))
})

test('sqlite: what a transaction that is undone had read of its own changes is forgotten with it', async (t) => {
  const { catalogue, writer } = sqlite(t)
  await catalogue.publish(collection('maths', ['a']), '1')
  await catalogue.putContext(context)
  await catalogue.putRule(rule('old', true))
  const state = (): unknown => [
    catalogue.publicationNow('maths')?.publication,
    catalogue.contextNow('maths', 'batch-1')?.endsAt,
    catalogue.rulesNow().defaults,
    catalogue.revisionNow('maths', 'batch-1'),
  ]
  const before = state()
  const first: unknown[] = []
  // The last job fails, so that all of them run a second time: the first of them then finds things as they were.
  const jobs = [
    writer.submit(() => first.push(state())),
    catalogue.publish(collection('maths', ['a', 'b']), '2'),
    catalogue.putContext({ ...context, endsAt: 5 }),
    catalogue.putRule(rule('new', true)),
    writer.submit(() => first.push(state())),
    writer.submit(() => {
      throw new Error('refused')
    }),
  ]
  const answers = await Promise.allSettled(jobs)
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
  )
  assert.deepEqual([first[0], first[2]], [before, before])
  assert.deepEqual(first[3], first[1])
  assert.deepEqual(state(), first[3])
})
