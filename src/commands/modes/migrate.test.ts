import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { day, furnish, openStore, play, rowsIn } from '../../../test/support/mode-school.ts'
import { readConfig } from '../../config.ts'
import { explainView } from '../../domain/progress/explanation.ts'
import { compareViewKeys, fillKey, viewId, type EnrolmentKey } from '../../domain/progress/key.ts'
import { MODES, targetRow, type Mode } from '../../domain/progress/mode.ts'
import { readRuleList } from '../../domain/progress/rule-list.ts'
import { inEnglish, tellView } from '../../domain/progress/tell-explanation.ts'
import type { ContentAccount } from '../../ports/progress-store.ts'
import { openSnapshot } from '../../stores/sqlite/snapshot.ts'
import type { SqliteStore } from '../../stores/sqlite/store.ts'
import { CARRIER } from '../../workers/carry-over.ts'
import { isCaughtUp } from '../../workers/consumer.ts'
import { AGGREGATOR } from '../../workers/aggregate.ts'
import { REPUBLISHER } from '../../workers/republish.ts'
import type { Showing } from './compare.ts'
import { compareAll } from './dry-run.ts'
import { trialOf } from './learner-views.ts'
import { changeMode } from './migrate.ts'

const CONTENTS = ['adding', 'counting', 'measuring', 'drawing']
const SILENT = { write: () => undefined }

/** A folder with a store in one mode in which everyone did everything; it is removed afterwards. */
async function withSchool(mode: Mode, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-migrate-'))
  try {
    const store = await openStore(folder, mode, 7)
    await furnish(store)
    await play(store, rowsIn(mode))
    await store.close()
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function configOf(folder: string): Parameters<typeof changeMode>[0] {
  return readConfig({ WAYMARK_DATA: folder, WAYMARK_REPUBLISH_PAGE: '3' })
}

/** What is asked for of one learner. */
interface Asked {
  readonly places: readonly EnrolmentKey[]
  readonly enrolments: readonly EnrolmentKey[]
}

/** Without the moment of the change, which no two runs share. */
function timeless({ rows }: ContentAccount): unknown {
  return rows
    .map((row) => {
      const migrated = row.provenance.migrated.map((one) => ({ ...one, at: 0 }))
      return { ...row, provenance: { ...row.provenance, migrated } }
    })
    .sort((a, b) => compareViewKeys(a.key, b.key))
}

function wouldShow({ mode, progress }: Showing, { places, enrolments }: Asked): unknown {
  return {
    rows: places.flatMap((key) =>
      CONTENTS.map((contentId) => progress.rows(targetRow(mode, { ...key, contentId }))).map(({ views, attempts }) => ({
        views: new Map(views),
        attempts: new Map(attempts),
      })),
    ),
    summaries: enrolments.map((key) => progress.summary(key)),
    accounts: places.slice(0, 1).flatMap(({ userId }) => CONTENTS.map((id) => timeless(progress.account(userId, id)))),
  }
}

async function shows({ progress }: SqliteStore, mode: Mode, { places, enrolments }: Asked): Promise<unknown> {
  const rows: unknown[] = []
  for (const key of places) {
    for (const contentId of CONTENTS) {
      const row = targetRow(mode, { ...key, contentId })
      const [views, attempts] = [await progress.views(row), await progress.attempts(row)]
      rows.push({ views: new Map(views), attempts: new Map(attempts) })
    }
  }
  const accounts: unknown[] = []
  for (const { userId } of places.slice(0, 1)) {
    for (const id of CONTENTS) accounts.push(timeless(await progress.contentAccount(userId, id)))
  }
  const summaries = await Promise.all(enrolments.map((key) => progress.summary(key)))
  return { rows, summaries, accounts }
}

const PAIRS = MODES.flatMap((from) => MODES.filter((to) => to !== from).map((to) => [from, to] as const))

for (const [from, to] of PAIRS) {
  test(`from mode ${from} to ${to}, the store shows what the dry run said, and is sound`, () =>
    withSchool(from, async (folder) => {
      const snapshot = await openSnapshot(folder, 10)
      const trial = { to, rules: undefined, timeZone: 'UTC', at: day(100) }
      const showingsOf = trialOf(snapshot, trial)
      const said = snapshot.learnersAfter('', 100).map((userId) => {
        const facts = snapshot.facts(userId)
        const enrolments = facts.enrolments.map(({ key }) => key)
        const asked = { places: [...enrolments, ...facts.views.map(({ key }) => key)], enrolments }
        return { asked, shown: wouldShow(showingsOf(facts).after, asked) }
      })
      const counted = compareAll(snapshot, trial, 0)
      snapshot.close()

      const report = await changeMode(configOf(folder), to, undefined, SILENT)
      assert.deepEqual([report.learners, report.enrolments], [4, 6])
      assert.equal(report.percentages, counted.percentages.changed)
      const store = await openStore(folder, to)
      for (const { asked, shown } of said) assert.deepEqual(await shows(store, to, asked), shown)
      assert.deepEqual((await store.verify(() => undefined)).findings, [])
      assert.equal(store.uncarried(), 0)
      assert.deepEqual(
        await store.log.read(0, 10, ['mode-changed']).then((told) => told.map((one) => one.occurrence)),
        [{ type: 'mode-changed', from, to }],
      )
      for (const reader of [CARRIER, AGGREGATOR, REPUBLISHER]) assert.ok(await isCaughtUp(store.log, reader))
      await store.close()
    }))
}

test('a row that was made from others says so in its explanation', () =>
  withSchool('strict', async (folder) => {
    await changeMode(configOf(folder), 'content', undefined, SILENT)
    const store = await openStore(folder, 'content')
    const { rows } = await store.progress.contentAccount('asha', 'counting')
    assert.deepEqual(
      rows.flatMap((row) => row.provenance.migrated.map(({ from, fromMode }) => [from.contextId, fromMode])),
      [['batch-2', 'strict']],
    )
    const explanation = explainView({
      mode: 'content',
      asked: fillKey({ userId: 'asha', contentId: 'counting' }),
      rowAt: (key) => rows.find((row) => viewId(row.key) === viewId(key)),
      lookAtSources: () => [],
    })
    const told = tellView(explanation, inEnglish('UTC')).join('\n')
    assert.match(
      told,
      /was made from “counting” in “maths”, context “batch-2” when the instance left mode strict on 20/,
    )
    await store.close()
  }))

test('rules that are given take the place of those of the instance', () =>
  withSchool('strict', async (folder) => {
    const list = readRuleList([{ id: 'never', any: [{ completedWithin: 'PT1S' }] }])
    const snapshot = await openSnapshot(folder, 10)
    const rules = [{ rule: { id: 'always', any: [{ always: true as const }] }, byDefault: false }, ...list]
    const counted = compareAll(snapshot, { to: 'copy-content', rules, timeZone: 'UTC', at: 0 }, 0)
    snapshot.close()
    const report = await changeMode(configOf(folder), 'copy-content', list, SILENT)
    assert.equal(report.percentages, counted.percentages.changed)
    const store = await openStore(folder, 'copy-content')
    assert.deepEqual(await store.catalogue.rules(), rules)
    await store.close()
  }))

test('a store that is in the mode already is left alone', () =>
  withSchool('move', async (folder) => {
    const { changed, learners } = await changeMode(configOf(folder), 'move', undefined, SILENT)
    assert.deepEqual([changed, learners], [false, 0])
  }))

test('there and back again, every view and attempt is there, and the last completion on record too', () =>
  withSchool('strict', async (folder) => {
    for (const to of ['copy-content', 'collection', 'move', 'content', 'strict'] as const) {
      await changeMode(configOf(folder), to, undefined, SILENT)
    }
    const store = await openStore(folder, 'strict')
    const adding = { userId: 'asha', collectionId: 'adding', contextId: 'adding' }
    assert.equal((await store.progress.views(adding)).get('adding')?.completedAt, day(2.5))
    assert.equal((await store.progress.attempts(adding)).get('adding')?.length, 2)
    const summary = await store.progress.summary({ userId: 'asha', collectionId: 'maths', contextId: 'batch-1' })
    assert.deepEqual([summary?.progress, summary?.completedAt], [0, day(3.5)])
    assert.deepEqual((await store.verify(() => undefined)).findings, [])
    await store.close()
  }))
