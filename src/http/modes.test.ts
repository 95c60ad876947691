/** Every row of the mode tables over HTTP: the entries in the store, and the answers. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { MODES } from '../domain/progress/mode.ts'
import {
  EXTENDED_SCENARIOS,
  RECENT_OR_DURING,
  REJOINED_AFTER_3_MONTHS,
  SEED_SCENARIOS,
  SEED_USER,
  type Deed,
  type Entry,
  type SeedContext,
} from '../domain/progress/seed-scenarios.ts'
import { entriesOf, sortedEntries } from '../domain/progress/seed-school.ts'
import { openScenario } from '../../test/support/scenario.ts'
import { items, type School } from '../../test/support/school.ts'

/** Every row that the store holds of the learner, in the form of the tables. */
async function rows(school: School, contentIds: readonly string[]): Promise<readonly Entry[]> {
  const { progress } = school.waymark.store
  const accounts = await Promise.all(contentIds.map((id) => progress.contentAccount(SEED_USER, id)))
  return entriesOf(accounts.flatMap((account) => account.rows))
}

for (const scenario of SEED_SCENARIOS) {
  test(`${scenario.title}: the entries in the store are exactly those of the seed`, async (t) => {
    const school = await openScenario(t, scenario, scenario.story)
    const contentIds = [...new Set(Object.values(scenario.collections).flat())]
    assert.deepEqual(await rows(school, contentIds), sortedEntries(scenario.entries))
    await school.waymark.idle()
    assert.deepEqual(await rows(school, contentIds), sortedEntries(scenario.entries))
  })

  for (const [index, { action, instead, afterwards = [], opens, progress }] of scenario.answers.entries()) {
    test(`${scenario.title}, row ${String(index + 1)}: ${action}`, async (t) => {
      const school = await openScenario(t, scenario, [...(instead ?? scenario.story), ...afterwards])
      const read = await school.read({ userId: SEED_USER, ...opens })
      assert.deepEqual([read['status'], read['progress']], [progress, progress === 2 ? 100 : 0])
      const { view } = await school.ok('/v1/view/start', { userId: SEED_USER, ...opens })
      // What has moved is opened where it is now, and the answer says so.
      const moved = scenario.mode === 'move' && progress === 0
      assert.equal(view?.['countedIn'], moved ? 'program-batch-1' : undefined)
      assert.equal(view?.['outcome'], progress === 2 || moved ? 'ALREADY_STARTED' : 'STARTED')
    })
  }
}

for (const scenario of EXTENDED_SCENARIOS) {
  test(`${scenario.title}: what is written with one request is read with another`, async (t) => {
    const { mode, rules, enrolsIn, write, read, progress, entries } = scenario
    const at = '2026-01-01T00:00:00Z'
    const contexts: readonly SeedContext[] = enrolsIn
      .filter(({ collectionId, contextId }) => contextId !== collectionId)
      .map((place) => ({ ...place, kind: 'program', startDate: '2026-01-01', endDate: '2026-12-31' }))
    const played = { mode, rules, timeZone: 'UTC', collections: { course: ['content'] }, contexts }
    const deeds = enrolsIn.map((place): Deed => ({ enrolsIn: place, at }))
    const { contentId, collectionId = contentId, contextId = collectionId } = write
    const completed = { completes: contentId, collectionId, contextId, at: '2026-01-02T00:00:00Z' }
    const school = await openScenario(t, played, [...deeds, completed])
    assert.deepEqual(await rows(school, ['content']), sortedEntries(entries))
    const elsewhere = [{ contentId }, { contentId, collectionId: 'other' }]
    const requests = read === undefined ? elsewhere : [read]
    for (const request of requests) {
      assert.equal((await school.read({ userId: SEED_USER, ...request }))['status'], progress)
    }
  })
}

for (const rejoined of REJOINED_AFTER_3_MONTHS) {
  test(`rejoined after 3 months, ${rejoined.case}`, async (t) => {
    const place = { collectionId: 'class-1-maths', contextId: 'class-1-maths' }
    const collections = { 'class-1-maths': ['single'] }
    const played = { mode: 'copy-content', rules: [RECENT_OR_DURING], collections, contexts: [] } as const
    const school = await openScenario(t, { ...played, timeZone: rejoined.timeZone }, [
      { completes: 'single', at: rejoined.completed },
      { enrolsIn: place, at: rejoined.rejoined },
    ])
    const read = await school.read({ userId: SEED_USER, ...place, contentId: 'single' })
    assert.equal(read['status'], rejoined.progress)
    await school.waymark.idle()
    const later = await school.read({ userId: SEED_USER, ...place, contentId: 'single' })
    assert.equal(later['status'], rejoined.progress)
  })
}

for (const mode of MODES) {
  test(`${mode}: views, summaries and the learner's list agree in every enrolment, before and after the worker`, async (t) => {
    const scenario = SEED_SCENARIOS.find((one) => one.mode === mode)
    assert.ok(scenario)
    const open = scenario.contexts.filter(({ endDate }) => endDate > '2026-02-15')
    const enrolling = open.map(({ collectionId, contextId }): Deed => {
      return { enrolsIn: { collectionId, contextId }, at: '2026-02-15T10:00:00+05:30' }
    })
    const school = await openScenario(t, scenario, [...enrolling, ...scenario.story])
    for (const settle of [() => Promise.resolve(), () => school.waymark.idle()]) {
      await settle()
      const { summary } = await school.get(`/v1/summary/list/${SEED_USER}`)
      assert.equal(items(summary).length, open.length + 1)
      for (const listed of items(summary)) {
        const [collectionId, contextId] = [String(listed['collectionId']), String(listed['contextId'])]
        const where = { userId: SEED_USER, collectionId, contextId }
        assert.deepEqual((await school.summary(where))['contentStatus'], listed['contentStatus'])
        const { contents } = await school.ok('/v1/view/read', where)
        const statuses = items(contents).map(({ identifier, status }) => [String(identifier), status])
        assert.deepEqual(Object.fromEntries(statuses), listed['contentStatus'])
      }
    }
  })
}
