import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { day, furnish, openStore, play, rowsIn } from '../../../test/support/mode-school.ts'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { keyAfter } from '../../domain/progress/learner-facts.ts'
import { MODES, targetRow, type Mode } from '../../domain/progress/mode.ts'
import { readRuleList } from '../../domain/progress/rule-list.ts'
import { openMemoryStore } from '../../stores/memory/store.ts'
import { openSnapshot, type Snapshot } from '../../stores/sqlite/snapshot.ts'
import { compareAll } from './dry-run.ts'
import { trialOf, type Trial } from './learner-views.ts'

const trialTo = (to: Mode): Trial => ({ to, rules: undefined, timeZone: 'UTC', at: day(100) })

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-modes-'))
  await work(folder).finally(() => {
    rmSync(folder, { recursive: true, force: true })
  })
}

/** A store in one mode in which everyone did everything; a part of it waits to be folded. */
async function withSchool(mode: Mode, work: (snapshot: Snapshot, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const store = await openStore(folder, mode, 7)
    await furnish(store)
    for (const key of await play(store, rowsIn(mode))) await store.progress.carry([key], 2)
    const snapshot = await openSnapshot(folder, 10)
    try {
      await work(snapshot, folder)
    } finally {
      snapshot.close()
      await store.close()
    }
  })
}

const everyone = (snapshot: Snapshot): readonly string[] => snapshot.learnersAfter('', 100)

for (const from of MODES) {
  test(`from mode ${from}, a dry run shows what stands now, and what the same facts would show in each mode`, async () => {
    await withSchool(from, async (snapshot) => {
      for (const to of MODES) {
        const fresh = openMemoryStore(new SimulatedClock(day(100)), to)
        await furnish(fresh)
        await play(fresh, (key) => keyAfter(to, targetRow(from, key)))
        const showingsOf = trialOf(snapshot, trialTo(to))
        for (const userId of everyone(snapshot)) {
          const facts = snapshot.facts(userId)
          const { after } = showingsOf(facts)
          for (const { key } of [...facts.views, ...facts.enrolments]) {
            for (const contentId of ['adding', 'counting', 'measuring', 'drawing']) {
              const row = targetRow(to, { ...key, contentId })
              assert.deepEqual(after.progress.rows(row), {
                views: await fresh.progress.views(row),
                attempts: await fresh.progress.attempts(row),
              })
            }
          }
          for (const { key } of facts.enrolments) {
            // A completion on record stays on record, which a store that never was in another mode does not know.
            const [would, is] = [after.progress.summary(key), await fresh.progress.summary(key)]
            assert.deepEqual({ ...would, completedAt: 0, status: 0 }, { ...is, completedAt: 0, status: 0 })
          }
        }
      }
    })
  })

  test(`mode ${from} tried while it is the mode changes nothing`, async () => {
    await withSchool(from, (snapshot) => {
      const { learners, rows, percentages, examples } = compareAll(snapshot, trialTo(from), 5)
      assert.deepEqual([learners.changed, rows.changed, percentages.changed, examples], [0, 0, 0, []])
      assert.ok(learners.all === 4 && rows.all > 12 && percentages.all === 6)
      return Promise.resolve()
    })
  })
}

test('what would change is counted, and examples say why', async () => {
  await withSchool('strict', (snapshot) => {
    const { learners, rows, percentages, completions, examples } = compareAll(snapshot, trialTo('copy-content'), 2)
    assert.deepEqual(learners, { all: 4, changed: 4 })
    assert.deepEqual([rows.changed, rows.up, rows.down], [7, 7, 0])
    assert.deepEqual([percentages.changed, percentages.up], [6, 6])
    assert.deepEqual(completions, { gained: 3, lost: 0 })
    assert.equal(examples.length, 2)
    const [row, summary] = examples
    assert.ok(row?.what === 'row' && summary?.what === 'enrolment')
    assert.deepEqual([row.userId, row.contentId, row.before, row.after], ['__proto__', 'adding', 0, 2])
    assert.match(row.why.join('\n'), /was copied from “adding” in “a:b”[^]*by rule “always”/)
    assert.deepEqual([summary.before.percentage, summary.after.percentage], [0, 50])
    return Promise.resolve()
  })
})

test('other rules take the place of those of the instance', async () => {
  await withSchool('strict', (snapshot) => {
    const rules = readRuleList([{ id: 'none', any: [{ completedWithin: 'PT1S' }] }])
    const { rows } = compareAll(snapshot, { ...trialTo('copy-content'), rules }, 0)
    const { rows: unchanged } = compareAll(snapshot, trialTo('copy-content'), 0)
    assert.ok(rows.changed < unchanged.changed)
    return Promise.resolve()
  })
})

test('within a mode that copies, stricter rules take no copy back', async () => {
  await withSchool('copy-collection', (snapshot) => {
    const stricter = readRuleList([{ id: 'always', any: [{ completedWithin: 'PT1S' }] }])
    assert.equal(compareAll(snapshot, { ...trialTo('copy-collection'), rules: stricter }, 0).rows.changed, 0)
    return Promise.resolve()
  })
})

test('reading a stopped store leaves no trace in its folder', async () => {
  await inFolder(async (folder) => {
    const store = await openStore(folder, 'strict')
    await furnish(store)
    await play(store, rowsIn('strict'))
    await store.close()
    const hash = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')
    const files = (): readonly string[] => readdirSync(folder).map((name) => `${name} ${hash(name)}`)
    const before = files()
    const snapshot = await openSnapshot(folder, 10)
    assert.equal(compareAll(snapshot, trialTo('content'), 3).learners.all, 4)
    snapshot.close()
    assert.deepEqual(files(), before)
  })
})
