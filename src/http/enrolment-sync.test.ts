/** The enrolment sync as its seed prints it: both answers, who may, and that it recomputes what normal work gives. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { Answered, CallOptions } from '../../test/support/app.ts'
import { fault, items, leaf, openSchool, OPTIONAL, type School } from '../../test/support/school.ts'

const BATCH = { courseId: 'course', batchId: 'batch' }
const PLACE = { collectionId: 'course', contextId: 'batch' }
const MSGID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function opened(t: TestContext, settings = {}): Promise<School> {
  const school = await openSchool(t, settings)
  await school.publish('course', [leaf('c1'), leaf('c2'), leaf('more', OPTIONAL)])
  await school.call('PUT', '/v1/context/course/batch', { kind: 'batch', name: 'Batch' })
  for (const userId of ['asha', 'rahul']) await school.ok('/v1/enrolment/enrol', { userId, ...PLACE })
  return school
}

function sync(school: School, request: object, options?: CallOptions): Promise<Answered> {
  return school.call('PATCH', '/v1/content/state/update', { request: { ...BATCH, ...request } }, options)
}

test('both answers are those of the seed, but for ids and times', async (t) => {
  const school = await opened(t)
  const { body, status } = await sync(school, { userId: 'asha' })
  assert.equal(status, 200)
  const { msgid } = body.params
  assert.match(msgid, MSGID)
  assert.match(body.ts, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}:\d{3}\+0000$/)
  assert.deepEqual(body, {
    id: 'api.content.state.update',
    ver: 'v1',
    ts: body.ts,
    params: { resmsgid: null, msgid, err: null, status: 'success', errmsg: null },
    responseCode: 'OK',
    result: { response: 'Success' },
  })
  const refused = await sync(school, { userId: 'nobody' })
  assert.equal(refused.status, 400)
  assert.deepEqual(refused.body, {
    id: 'api.content.state.update',
    ver: 'v1',
    ts: refused.body.ts,
    params: {
      resmsgid: null,
      msgid: refused.body.params.msgid,
      err: 'CLIENT_ERROR',
      status: 'failed',
      errmsg: 'No users enrolled',
    },
    responseCode: 'CLIENT_ERROR',
    result: {
      response: "Could not find any enrollments for userId ['nobody'], batchId 'batch' and courseId 'course'",
    },
  })
})

test('each learner is one event on the topic of sync requests, as the seed prints it and keyed by the learner', async (t) => {
  const school = await opened(t)
  await school.waymark.idle()
  assert.equal((await sync(school, { userIds: ['asha', 'rahul'] })).status, 200)
  await school.waymark.idle()
  const as = await school.token('operator', { role: 'admin' })
  const log = async (query = ''): Promise<{ key: string; event: Record<string, unknown> }[]> => {
    const url = `/v1/events/log?topic=batch.enrolment.sync.request${query}`
    const { body } = await school.call('GET', url, undefined, { as })
    return body.result['events'] as unknown as { key: string; event: Record<string, unknown> }[]
  }
  const events = await log('&personal=true')
  assert.deepEqual(
    events.map(({ key }) => key),
    ['asha', 'rahul'],
  )
  const event = events[0]?.event
  const { ets, mid } = event ?? assert.fail()
  assert.equal(ets, school.clock.nowMs())
  assert.match(String(mid), /^LP\.\d{13}\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  assert.equal(
    JSON.stringify(event),
    JSON.stringify({
      eid: 'BE_JOB_REQUEST',
      ets,
      mid,
      actor: { type: 'System', id: 'Course Batch Updater' },
      context: { pdata: { ver: '1.0', id: 'org.sunbird.platform' } },
      object: { type: 'CourseBatchEnrolment', id: 'batch_asha' },
      edata: { action: 'user-enrolment-sync', iteration: 1, batchId: 'batch', userId: 'asha', courseId: 'course' },
    }),
  )
  assert.ok(!JSON.stringify(await log()).includes('asha'), 'without personal data nobody is named')
})

test('a refused sync asks for nothing', async (t) => {
  const school = await opened(t)
  await school.waymark.idle()
  const last = await school.waymark.store.log.last()
  for (const request of [{ userId: 'nobody' }, { userId: 'asha', courseId: undefined }, {}]) await sync(school, request)
  assert.equal(await school.waymark.store.log.last(), last)
})

test('several learners are taken; who is not enrolled is named, and the others are synced', async (t) => {
  const school = await opened(t)
  assert.deepEqual((await sync(school, { userIds: ['asha', 'rahul'] })).body.result, { response: 'Success' })
  const mixed = await sync(school, { userId: 'asha', userIds: ['nobody', 'asha'] })
  assert.equal(mixed.status, 207)
  assert.deepEqual(
    items(mixed.body.result['items']).map(({ index, id, status, params }) => [index, id, status, params?.['err']]),
    [
      [0, 'asha', 200, null],
      [1, 'nobody', 404, 'ENROLMENT_NOT_FOUND'],
    ],
  )
  const none = await sync(school, { userIds: ['x', 'y'] })
  assert.match(String(none.body.result['response']), /userId \['x', 'y'\]/)
})

test('the learner of a sync is compared with the token, and what is missing is named', async (t) => {
  const school = await opened(t)
  const as = await school.token('asha')
  assert.equal((await sync(school, {}, { as })).status, 200)
  for (const request of [{ userId: 'rahul' }, { userIds: ['asha', 'rahul'] }, { userId: 'nobody' }]) {
    const { status, body } = await sync(school, request, { as })
    assert.deepEqual([status, body.params.err], [403, 'FORBIDDEN'])
  }
  assert.equal(
    fault(await sync(school, { userId: 'asha', courseId: undefined })),
    '400 COURSE_ID_REQUIRED_ERROR request.collectionId',
  )
  assert.equal(
    fault(await sync(school, { userId: 'asha', batchId: undefined })),
    '400 COURSE_BATCH_ID_MISSING request.contextId',
  )
  assert.equal(fault(await sync(school, {})), '400 MISSING_FIELD request.userId')
  const old = await school.token('asha', { lifetimeMs: 60_000 })
  school.clock.advance({ hours: 1 })
  assert.equal((await sync(school, { userId: 'asha' }, { as: old })).body.params.err, 'TOKEN_EXPIRED')
})

for (const mode of ['strict', 'content', 'collection', 'copy-content', 'copy-collection', 'move']) {
  test(`in mode ${mode} a sync stores what was wiped to the same bytes, optional contents included, and a second one changes nothing`, async (t) => {
    const school = await opened(t, { MODE: mode })
    await school.complete({ userId: 'asha', ...PLACE }, 'c1', 'more')
    await school.complete({ userId: 'rahul', ...PLACE }, 'c1', 'c2')
    await school.waymark.idle()
    const database = new DatabaseSync(join(school.folder, 'waymark.db'))
    t.after(() => {
      database.close()
    })
    const stored = (): string => JSON.stringify(database.prepare('SELECT * FROM summary ORDER BY 1').all())
    const before = stored()
    assert.ok(before.length > 20)
    // The two enrolments were made first; in mode collection progress has a summary of its own besides.
    database.exec('DELETE FROM summary WHERE participation <= 2')
    assert.notEqual(stored(), before)
    assert.equal((await sync(school, { userIds: ['asha', 'rahul'] })).status, 200)
    const summary = await school.summary({ userId: 'asha', ...PLACE })
    assert.deepEqual([summary['progress'], summary['completionPercentage'], summary['status']], [1, 50, 1])
    await school.waymark.idle()
    assert.equal(stored(), before)
    const { log } = school.waymark.store
    const last = await log.last()
    assert.equal((await sync(school, { userIds: ['asha', 'rahul'] })).status, 200)
    await school.waymark.idle()
    assert.equal(stored(), before)
    const told = await log.read(last, 10)
    assert.deepEqual(
      told.map(({ occurrence: { type } }) => type),
      ['sync-requested', 'sync-requested'],
    )
  })
}
