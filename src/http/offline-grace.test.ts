/** A learner who was offline when his token expired may still hand in what he did before: that, and nothing else. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { storeText } from '../../test/support/hostile.ts'
import { ownToken } from '../../test/support/tokens.ts'
import { ROUTES } from './routes.ts'

const HOUR_MS = 3_600_000
const EVENT = { eid: 'ASSESS', ets: 0, edata: { item: { id: 'q1', maxscore: 3 }, score: 1 } }

/** An installation two hours after the token of a learner was made, one hour after it expired. */
async function startExpired(
  t: { after(stop: () => Promise<void>): void },
  claims: Readonly<Record<string, unknown>> = {},
): Promise<{ app: TestApp; as: string; expiresAt: number }> {
  const app = await startApp({ OFFLINE_GRACE: 'PT10H', CLOCK_SKEW: 'PT0S' })
  t.after(app.stop)
  const expiresAt = app.clock.nowMs() + HOUR_MS
  const as = ownToken(app, { exp: expiresAt / 1000, ...claims })
  app.clock.advance({ hours: 2 })
  return { app, as, expiresAt }
}

function start(contentId: string, clientTime: number, more: object = {}): object {
  return { op: 'start', id: contentId, clientTime, contentId, ...more }
}

/** The codes of a batch's items, null where they were recorded; or of the whole, where it was refused before. */
async function sync(app: TestApp, as: string, items: readonly object[]): Promise<readonly (string | null)[]> {
  const { body } = await app.call('POST', '/v1/view/batch', { items }, { as })
  const answers = body.result['items'] as unknown as readonly { params: { err: string | null } }[] | undefined
  return answers?.map((answer) => answer.params.err) ?? [body.params.err]
}

test("an expired token hands in its learner's own items up to its expiry, and no later ones", async (t) => {
  const { app, as, expiresAt } = await startExpired(t)
  const before = start('before', expiresAt - 1)
  const at = start('at', expiresAt, { userId: 'rahul' })
  const after = start('after', expiresAt + 1)
  const soon = start('soon', app.clock.nowMs() + 1000)
  assert.deepEqual(await sync(app, as, [before, at, after, soon]), [null, null, 'TOKEN_EXPIRED', 'TOKEN_EXPIRED'])
  const read = await app.call('POST', '/v1/view/read', {
    userId: 'rahul',
    contentId: ['before', 'at', 'after', 'soon'],
  })
  const contents = read.body.result['contents'] as unknown as readonly { status: number }[]
  assert.deepEqual(
    contents.map(({ status }) => status),
    [1, 1, 0, 0],
  )
})

test('an expired token hands in attempts, of its own learner alone', async (t) => {
  const { app, as, expiresAt } = await startExpired(t)
  const events = [{ ...EVENT, ets: expiresAt - 1000 }]
  const attempt = (userId: string): object => ({
    ...start('quiz', expiresAt - 1, { userId }),
    op: 'assess',
    assessments: events,
  })
  assert.deepEqual(await sync(app, as, [attempt('rahul'), attempt('victim')]), [null, 'FORBIDDEN'])
  assert.doesNotMatch(await storeText(app), /victim/)
})

test('an expired token writes nothing of another learner', async (t) => {
  const { app, as, expiresAt } = await startExpired(t)
  const foreign = start('c1', expiresAt - 1, { userId: 'victim' })
  const { status, body } = await app.call('POST', '/v1/view/batch', { items: [foreign] }, { as })
  assert.deepEqual([status, body.params.err], [403, 'FORBIDDEN'])
  const whole = await app.call(
    'POST',
    '/v1/view/batch',
    { userId: 'victim', items: [start('c1', expiresAt - 1)] },
    { as },
  )
  assert.deepEqual([whole.status, whole.body.params.err], [403, 'FORBIDDEN'])
  assert.doesNotMatch(await storeText(app), /victim/)
})

test('no other route takes an expired token', async (t) => {
  const { app, as } = await startExpired(t)
  const before = await storeText(app)
  const offline = ['api.view.batch', 'api.content.state.update', 'api.user.content.state']
  const others = ROUTES.filter((route) => !offline.includes(route.id))
  assert.equal(others.length, ROUTES.length - offline.length)
  for (const route of others) {
    const url = route.url.replaceAll(/:\w+/g, 'rahul')
    const body = route.body === undefined ? undefined : { request: route.example }
    const { status, body: answer } = await app.call(route.method, url, body, { as })
    assert.deepEqual([status, answer.params.err], [401, 'TOKEN_EXPIRED'], route.id)
  }
  assert.equal(await storeText(app), before)
})

test('after the grace an expired token hands in nothing, and at its end it still does', async (t) => {
  const { app, as, expiresAt } = await startExpired(t)
  app.clock.set(expiresAt + 10 * HOUR_MS)
  assert.deepEqual(await sync(app, as, [start('in-time', expiresAt - 1)]), [null])
  app.clock.set(expiresAt + 10 * HOUR_MS + 1)
  const { status, body } = await app.call('POST', '/v1/view/batch', { items: [start('late', expiresAt - 1)] }, { as })
  assert.deepEqual([status, body.params.err], [401, 'TOKEN_EXPIRED'])
  assert.doesNotMatch(await storeText(app), /"late"/)
})

test('no higher role has a grace', async (t) => {
  for (const role of ['instructor', 'service', 'admin']) {
    const { app, as, expiresAt } = await startExpired(t, { role })
    const items = [start('c1', expiresAt - 1, { userId: 'rahul' })]
    const { status, body } = await app.call('POST', '/v1/view/batch', { items }, { as })
    assert.deepEqual([status, body.params.err], [401, 'TOKEN_EXPIRED'], role)
    assert.doesNotMatch(await storeText(app), /"c1"/)
  }
})

test('an expired token that is wrong in anything else is refused like any other', async (t) => {
  for (const claims of [{ aud: 'other' }, { iss: 'other' }, { sub: 5 }, { role: 'root' }, { exp: '0' }]) {
    const { app, as, expiresAt } = await startExpired(t, claims)
    assert.deepEqual(await sync(app, as, [start('c1', expiresAt - 1)]), ['TOKEN_INVALID'], JSON.stringify(claims))
    assert.deepEqual(await sync(app, `${as.slice(0, -5)}AAAAA`, [start('c1', expiresAt - 1)]), ['TOKEN_INVALID'])
  }
})

test('an attempt cannot be dated past the expiry behind an item of an earlier time', async (t) => {
  const { app, as, expiresAt } = await startExpired(t)
  const submission = (assessmentTs: number): object => ({
    op: 'assess',
    id: String(assessmentTs),
    clientTime: expiresAt - 1,
    contentId: 'quiz',
    assessments: [{ attemptId: String(assessmentTs), assessmentTs, events: [{ ...EVENT, ets: expiresAt - 1 }] }],
  })
  assert.deepEqual(await sync(app, as, [submission(expiresAt), submission(expiresAt + 1)]), [null, 'TOKEN_EXPIRED'])
})
