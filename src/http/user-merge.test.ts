/** POST /v1/user/merge: two accounts turned out to be one learner. */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { fault, items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'
import type { Json } from '../../test/support/app.ts'

const MERGE = '/v1/user/merge'
const BATCH = { collectionId: 'maths', contextId: 'batch-1' }
const ASHA = { userId: 'asha', ...BATCH }
const OLD = { userId: 'old', ...BATCH }
const BOTH = { fromUserId: 'old', intoUserId: 'asha' }
const NONE = { enrolments: 0, views: 0, attempts: 0, renamedAttempts: 0 }

/** Each of the two accounts has done a half. */
async function openHalves(t: TestContext): Promise<School> {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1'), leaf('c2')])
  await school.call('PUT', '/v1/context/maths/batch-1', { request: { kind: 'batch' } })
  for (const where of [ASHA, OLD]) await school.ok('/v1/enrolment/enrol', where)
  await school.complete(OLD, 'c1')
  await school.complete(ASHA, 'c2')
  return school
}

function plain(json: Json): unknown {
  return JSON.parse(JSON.stringify(json))
}

test('what both did is one learner’s in the next answer, and the former account is as nobody', async (t) => {
  const school = await openHalves(t)
  const merged = await school.ok(MERGE, BOTH)
  const joined = { enrolments: 1, views: 1, attempts: 0, renamedAttempts: 0 }
  const merge = { ...BOTH, mergedOn: school.clock.nowMs(), by: 'test-service', ...joined }
  assert.deepEqual(plain(merged), { joined, merge })
  const summary = await school.summary(ASHA)
  assert.deepEqual([summary['progress'], summary['status']], [2, 2])
  assert.equal(refusal(await school.post('/v1/summary/read', OLD)), '404 SUMMARY_NOT_FOUND')
  assert.deepEqual(plain((await school.get('/v1/enrolment/list/old'))['enrolments'] ?? {}), [])
  // Nothing is left to do: the same answer, and nothing new is told.
  const told = await school.logged('learner-merged')
  assert.deepEqual(plain(await school.ok(MERGE, BOTH)), { joined: NONE, merge })
  assert.deepEqual(await school.logged('learner-merged'), told)
  assert.deepEqual(told, [{ type: 'learner-merged', userId: 'asha', fromUserId: 'old', ...joined }])
})

test('what a phone that was offline sends for the former account is brought by merging again', async (t) => {
  const school = await openHalves(t)
  await school.ok(MERGE, BOTH)
  await school.ok('/v1/view/start', { userId: 'old', contentId: 'c9' })
  const { joined } = await school.ok(MERGE, BOTH)
  assert.deepEqual(plain(joined ?? {}), { ...NONE, views: 1 })
  assert.equal((await school.read({ userId: 'asha', contentId: 'c9' }))['status'], 1)
})

test('the older names are understood, and the field at fault is told by the name that was sent', async (t) => {
  const school = await openHalves(t)
  await school.ok(MERGE, { fromAccountId: 'old', toAccountId: 'asha' })
  const same = await school.post(MERGE, { fromAccountId: 'asha', toAccountId: 'asha' })
  assert.equal(fault(same), '400 INVALID_FIELD request.toAccountId')
})

test('what cannot be meant is refused with code and field, and changes nothing', async (t) => {
  const school = await openHalves(t)
  const refused = async (request: object): Promise<string> => fault(await school.post(MERGE, request))
  assert.equal(await refused({ ...BOTH, intoUserId: 'old' }), '400 INVALID_FIELD request.intoUserId')
  assert.equal(await refused({ fromUserId: 'old' }), '400 MISSING_FIELD request.intoUserId')
  assert.equal(await refused({ ...BOTH, fromUserId: '' }), '400 INVALID_ID request.fromUserId')
  assert.equal(await refused({ ...BOTH, intoUserId: 'a\0' }), '400 INVALID_ID request.intoUserId')
  assert.equal(await refused({ ...BOTH, userId: 'old' }), '400 UNKNOWN_FIELD request.userId')
  assert.equal(await refused({ ...BOTH, fromUserId: 'nobody' }), '404 LEARNER_NOT_FOUND request.fromUserId')
  assert.deepEqual(await school.logged('learner-merged'), [])
  await school.ok(MERGE, BOTH)
  const elsewhere = await school.post(MERGE, { fromUserId: 'old', intoUserId: 'mina' })
  assert.equal(fault(elsewhere), '409 LEARNER_MERGED_ELSEWHERE request.fromUserId')
  assert.match(String(elsewhere.body.params.errmsg), /went to asha on 20/)
})

test('only services and admins merge, each for anyone', async (t) => {
  const school = await openHalves(t)
  for (const role of ['learner', 'instructor'] as const) {
    const as = await school.token('asha', { role, collections: ['maths'] })
    assert.equal(refusal(await school.post(MERGE, BOTH, { as })), '403 FORBIDDEN')
  }
  const as = await school.token('boss', { role: 'admin' })
  const { merge } = await school.ok(MERGE, BOTH, { as })
  assert.equal(merge?.['by'], 'boss')
})

test('explanations tell which account was merged into this one and when, but not to who reads within collections', async (t) => {
  const school = await openHalves(t)
  await school.ok(MERGE, BOTH)
  const instructor = await school.token('ravi', { role: 'instructor', collections: ['maths'] })
  for (const [path, request] of [
    ['/v1/summary/explain', ASHA],
    ['/v1/view/explain', { ...ASHA, contentId: 'c1' }],
  ] as const) {
    const told = await school.ok(path, request)
    assert.deepEqual(plain(told['mergedFrom'] ?? {}), [{ userId: 'old', mergedOn: school.clock.nowMs() }])
    assert.match(String(items(told['sentences']).at(-1)), /^On 20.* the account “old” was merged into this one/)
    const withheld = await school.ok(path, request, { as: instructor })
    assert.deepEqual(plain(withheld['mergedFrom'] ?? {}), [])
    assert.doesNotMatch(JSON.stringify(withheld['sentences']), /old/)
  }
})

test('who deletes all of a learner’s progress deletes the traces of merges too', async (t) => {
  const school = await openHalves(t)
  await school.ok(MERGE, BOTH)
  assert.equal((await school.call('DELETE', '/v1/summary/delete/asha?all')).status, 200)
  assert.equal(refusal(await school.post(MERGE, BOTH)), '404 LEARNER_NOT_FOUND')
})

test('others are told by a public event, keyed by the learner who stays; who may not know persons sees neither', async (t) => {
  const school = await openHalves(t)
  await school.ok(MERGE, BOTH)
  await school.waymark.idle()
  const read = (more: string): Promise<Json> => school.get(`/v1/events/log?topic=learning-learner-lifecycle${more}`)
  const counts = { enrolments: 1, views: 1, attempts: 0, renamed_attempts: 0 }
  const [told] = items((await read('&personal=true'))['events'])
  assert.equal(told?.['key'], 'asha')
  assert.deepEqual(plain(told?.['event']?.['data'] ?? {}), {
    merge: { user_id: 'asha', from_user_id: 'old', ...counts },
  })
  const redacted = await read('')
  assert.equal(items(redacted['events']).length, 1)
  assert.doesNotMatch(JSON.stringify(redacted), /asha|old/)
})
