/** Scenarios of the mode tables, played over HTTP. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { SEED_USER, type Deed, type SeedScenario } from '../../src/domain/progress/seed-scenarios.ts'
import { leaf, openSchool, type School } from './school.ts'

/** When everything is told of: later than all that happens in any scenario. */
const AFTER_ALL = '2028-12-31T00:00:00Z'

/** What an installation needs to be told of a scenario. */
export type Played = Pick<SeedScenario, 'mode' | 'timeZone' | 'rules' | 'collections' | 'contexts'>

/** Opens an installation in which the scenario's collections and contexts are published, and does some deeds in it. */
export async function openScenario(t: TestContext, scenario: Played, deeds: readonly Deed[]): Promise<School> {
  const school = await openSchool(t, { MODE: scenario.mode, TIME_ZONE: scenario.timeZone })
  school.clock.set(AFTER_ALL)
  for (const rule of scenario.rules) {
    const made = await school.call('POST', '/v1/rules', { request: { ...(rule as object), default: true } })
    assert.equal(made.status, 201)
  }
  for (const [collectionId, leaves] of Object.entries(scenario.collections)) {
    await school.publish(
      collectionId,
      leaves.map((id) => leaf(id)),
    )
  }
  for (const { collectionId, contextId, ...dates } of scenario.contexts) {
    const put = await school.call('PUT', `/v1/context/${collectionId}/${contextId}`, { request: dates })
    assert.equal(put.status, 201)
  }
  for (const deed of deeds) await act(school, deed)
  return school
}

/** Does it at its own time: by then it is told of late. */
async function act(school: School, deed: Deed): Promise<void> {
  if ('enrolsIn' in deed) {
    await school.ok('/v1/enrolment/enrol', { userId: SEED_USER, ...deed.enrolsIn, clientTime: deed.at })
    return
  }
  const { completes: contentId, at: clientTime, ...place } = deed
  const item = { ...place, contentId, clientTime }
  const sent = [
    { op: 'start', id: '1', ...item },
    { op: 'end', id: '2', ...item },
  ]
  const answer = await school.post('/v1/view/batch', { userId: SEED_USER, items: sent })
  assert.equal(answer.status, 200)
}
