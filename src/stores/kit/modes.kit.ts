/** The tables of the modes: what every implementation must hold and show. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fillKey } from '../../domain/progress/key.ts'
import type { Act } from '../../domain/progress/learner-state.ts'
import { targetRow } from '../../domain/progress/mode.ts'
import { SEED_SCENARIOS, SEED_USER, type Deed, type SeedScenario } from '../../domain/progress/seed-scenarios.ts'
import { actsOf, entriesOf, schoolOf, sortedEntries } from '../../domain/progress/seed-school.ts'
import { viewStatus } from '../../domain/progress/view.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'
import type { Store } from '../../ports/store.ts'
import { collection } from './collections.ts'
import { CONTEXT } from './histories.ts'
import type { Implementation } from './stores.ts'

export function modesKit({ name, mode, open }: Implementation): void {
  for (const scenario of SEED_SCENARIOS.filter((one) => one.mode === mode)) {
    const contentIds = [...new Set(Object.values(scenario.collections).flat())]

    test(`${name}: ${scenario.title}: the rows are exactly those of the table, before and after carrying over`, async (t) => {
      const { store, close } = await open(scenario.timeZone)
      t.after(close)
      await furnish(store, scenario)
      const enrolled = await play(store.progress, scenario, scenario.story)
      assert.deepEqual(await rows(store.progress, contentIds), sortedEntries(scenario.entries))
      await store.progress.carry(enrolled, 1)
      assert.deepEqual(await rows(store.progress, contentIds), sortedEntries(scenario.entries))
    })

    for (const { action, instead, afterwards = [], opens, progress } of scenario.answers) {
      test(`${name}: ${scenario.title}: ${action}`, async (t) => {
        const { store, close } = await open(scenario.timeZone)
        t.after(close)
        await furnish(store, scenario)
        await play(store.progress, scenario, [...(instead ?? scenario.story), ...afterwards])
        const row = targetRow(mode, fillKey({ userId: SEED_USER, ...opens }))
        assert.equal(viewStatus((await store.progress.views(row)).get(row.contentId)), progress)
      })
    }
  }
}

async function furnish({ catalogue }: Store, scenario: SeedScenario): Promise<void> {
  const school = schoolOf(scenario)
  for (const [id, leaves] of school.collections) await catalogue.publish(collection(id, [...leaves]), '{}')
  for (const rule of school.rules) await catalogue.putRule({ rule, byDefault: true })
  for (const { collectionId, contextId, startsAt, endsAt } of school.contexts) {
    await catalogue.putContext({ ...CONTEXT, collectionId, contextId, startsAt, endsAt })
  }
}

/** Does what a story tells; answers where the learner enrolled. */
async function play(
  progress: ProgressStore,
  { mode }: SeedScenario,
  deeds: readonly Deed[],
): Promise<readonly Extract<Act, { kind: 'enrol' }>['key'][]> {
  const enrolled: Extract<Act, { kind: 'enrol' }>['key'][] = []
  for (const done of deeds.flatMap(actsOf)) {
    if (done.kind === 'view') await progress.recordView(targetRow(mode, fillKey(done.key)), done.fact)
    else {
      await progress.enrol(done.key, done.at, true)
      enrolled.push(done.key)
    }
  }
  return enrolled
}

async function rows(progress: ProgressStore, contentIds: readonly string[]): Promise<ReturnType<typeof entriesOf>> {
  const accounts = await Promise.all(contentIds.map((id) => progress.contentAccount(SEED_USER, id)))
  return entriesOf(accounts.flatMap((account) => account.rows))
}
