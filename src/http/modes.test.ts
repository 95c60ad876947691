/** Every row of the seed's mode tables that this version runs, over HTTP: the entries in the store, and the answers. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { MODES } from '../domain/progress/mode.ts'
import {
  EXTENDED_SCENARIOS,
  SEED_SCENARIOS,
  SEED_USER,
  type Deed,
  type Entry,
} from '../domain/progress/seed-scenarios.ts'
import { isRun, openScenario } from '../../test/support/scenario.ts'
import { items, openSchool, type School } from '../../test/support/school.ts'

/** Every row of table view, as people see it who look into the file. */
async function rows(school: School): Promise<readonly unknown[]> {
  await school.waymark.store.fold()
  const database = new DatabaseSync(join(school.folder, 'waymark.db'), { readOnly: true })
  try {
    return database
      .prepare(
        `SELECT user_id, collection_id, context_id, content_id,
           (started_at IS NOT NULL) + (started_at IS NOT NULL AND completed_at IS NOT NULL) AS status
         FROM named_view ORDER BY collection_id, context_id, content_id`,
      )
      .all()
      .map((row) => Object.values(row).join(' '))
  } finally {
    database.close()
  }
}

function rowsOf(entries: readonly Entry[]): readonly string[] {
  return entries
    .map(({ collectionId, contextId, contentId, status }) =>
      [SEED_USER, collectionId, contextId, contentId, status].join(' '),
    )
    .sort()
}

for (const scenario of SEED_SCENARIOS.filter(({ mode }) => isRun(mode))) {
  test(`${scenario.title}: the entries in the store are exactly those of the seed`, async (t) => {
    const school = await openScenario(t, scenario, scenario.story)
    assert.deepEqual(await rows(school), rowsOf(scenario.entries))
  })

  for (const [index, { action, instead, afterwards = [], opens, progress }] of scenario.answers.entries()) {
    test(`${scenario.title}, row ${String(index + 1)}: ${action}`, async (t) => {
      const school = await openScenario(t, scenario, [...(instead ?? scenario.story), ...afterwards])
      const read = await school.read({ userId: SEED_USER, ...opens })
      assert.deepEqual([read['status'], read['progress']], [progress, progress === 2 ? 100 : 0])
      const { view } = await school.ok('/v1/view/start', { userId: SEED_USER, ...opens })
      assert.equal(view?.['outcome'], progress === 2 ? 'ALREADY_STARTED' : 'STARTED')
    })
  }
}

for (const scenario of EXTENDED_SCENARIOS.filter(({ mode }) => isRun(mode))) {
  test(`${scenario.title}: what is written with one request is read with another`, async (t) => {
    const school = await openSchool(t, { MODE: scenario.mode })
    const { contentId, ...place } = scenario.write
    await school.complete({ userId: SEED_USER, ...place }, contentId)
    assert.deepEqual(await rows(school), rowsOf(scenario.entries))
    const elsewhere = [{ contentId }, { contentId, collectionId: 'course' }, { contentId, collectionId: 'other' }]
    for (const request of scenario.read === undefined ? elsewhere : [scenario.read, ...elsewhere]) {
      assert.equal((await school.read({ userId: SEED_USER, ...request }))['status'], scenario.progress)
    }
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
