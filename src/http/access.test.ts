/** Every route x every role x own or foreign learner and collection: who may do what is one table, and it holds. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { refusal, storeText, type Came } from '../../test/support/hostile.ts'
import { mayAct, ROLES, RULES, type Role, type Rule, type Scope } from './access.ts'
import { PUBLIC_ROUTES } from './public-routes.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'

/** What a request is made with: who asks, about whom, in which collection. */
interface Step {
  readonly role: Role
  readonly userId: string
  readonly collectionId: string
}

const ME = 'rahul'
const OWN = { userId: ME, collectionId: 'class-own' }
const FOREIGN = { userId: 'victim', collectionId: 'class-foreign' }

/** Addresses without a token, each for a reason that holds whatever is added to it. */
const OPEN: Readonly<Record<string, string>> = {
  '/': 'a redirection to the documents',
  '/health/live': 'nothing but that the process runs',
  '/health/ready': 'nothing but whether it can serve',
  '/metrics': 'figures without learners, and only from this machine itself',
  '/openapi.json': 'the same for everyone',
  '/docs': 'the same for everyone',
  '/v1/summary/file/:name': 'the signature of the link stands for the token',
}

/** Served but not in the OpenAPI document: they are the document itself, in two forms, and what leads to it. */
const UNDOCUMENTED: ReadonlySet<string> = new Set(['/', '/openapi.json', '/docs'])

/** Which rule guards which routes, said a second time: a route under a laxer rule would otherwise pass every walk. */
const GUARDED: Readonly<Record<Rule, readonly string[]>> = {
  'progress-write': [
    'api.view.start',
    'api.view.update',
    'api.view.end',
    'api.view.batch',
    'api.view.assess',
    'api.content.state.update',
    'api.user.content.state',
  ],
  'progress-read': [
    'api.view.read',
    'api.view.explain',
    'api.assessment.read',
    'api.summary.list',
    'api.summary.read',
    'api.summary.explain',
    'api.summary.download',
    'api.enrolment.list',
    'api.private.content.state.read',
    'api.private.user.courses.list',
    'api.private.user.courses.list.v2',
    'api.content.state.read',
    'api.user.courses.list',
    'api.user.courses.list.v2',
    'api.user.enrollment.list',
  ],
  'progress-remove': ['api.summary.delete'],
  'summary-repair': ['api.summary.repair', 'api.enrolment.sync'],
  'learner-merge': ['api.user.merge'],
  enrol: ['api.enrolment.enrol', 'api.enrolment.unenrol'],
  'roster-read': ['api.enrolment.roster'],
  'collection-read': ['api.collection.read', 'api.context.read', 'api.context.list'],
  'collection-write': ['api.collection.publish'],
  'context-write': ['api.context.put'],
  'rule-read': ['api.rule.read', 'api.rule.list'],
  'rule-write': ['api.rule.add', 'api.rule.put', 'api.rule.delete'],
  'events-read': ['api.events.log'],
  'events-operate': [
    'api.events.groups',
    'api.events.group.read',
    'api.events.group.pause',
    'api.events.group.resume',
    'api.events.group.replay',
    'api.events.group.forget',
    'api.events.letters',
    'api.events.letter.read',
    'api.events.letter.redrive',
    'api.events.letter.redrive-all',
    'api.events.letter.drop',
  ],
  'webhook-manage': [
    'api.webhook.add',
    'api.webhook.list',
    'api.webhook.read',
    'api.webhook.put',
    'api.webhook.delete',
    'api.webhook.enable',
    'api.webhook.disable',
    'api.webhook.rotate-secret',
    'api.webhook.test',
  ],
  'metrics-read': [],
}

function fields(route: Route): ReadonlySet<string> {
  const { properties = {} } = (route.body?.schema ?? {}) as { properties?: Record<string, unknown> }
  return new Set([...Object.keys(properties), ...[...route.url.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')])
}

/** The example of a route, about someone else; whole where a batch names its learner once for all items. */
async function send(app: TestApp, route: Route, step: Omit<Step, 'role'>, token: string | undefined): Promise<Came> {
  const values: Readonly<Record<string, string>> = { ...step, contextId: step.collectionId }
  const url = route.url.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? 'c1')
  const named = [...fields(route)].filter((name) => name in values && !route.url.includes(`:${name}`))
  const body = { ...(route.example as object), ...Object.fromEntries(named.map((name) => [name, values[name]])) }
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  if (route.body === undefined) return app.raw({ method: route.method, url, headers: authorization })
  const headers = { ...authorization, 'content-type': 'application/json' }
  return app.raw({ method: route.method, url, headers, payload: JSON.stringify({ request: body }) })
}

/** Whether the table allows it, told from what the request says and not from what the route makes of it. */
function allowed(route: Route, { role, userId, collectionId }: Step): boolean {
  const scope: Scope = RULES[route.access][role]
  const self = fields(route).has('userId') && userId === ME
  const inCollections = role === 'instructor' && fields(route).has('collectionId') && collectionId === OWN.collectionId
  if (scope === 'all') return true
  if (scope === 'none') return false
  return (scope !== 'collections' && self) || (scope !== 'self' && inCollections)
}

function tokenOf(app: TestApp, role: Role): Promise<string> {
  // Whoever is no instructor gets nothing from collections in the token.
  return app.token(ME, { role, collections: role === 'instructor' ? [OWN.collectionId] : [] })
}

test('every route lets each role do exactly what the table of rules says', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const counts = { allowed: 0, refused: 0 }
  for (const route of ROUTES) {
    for (const role of ROLES) {
      const token = await tokenOf(app, role)
      for (const { userId } of [OWN, FOREIGN]) {
        for (const { collectionId } of [OWN, FOREIGN]) {
          const step = { role, userId, collectionId }
          const before = await storeText(app)
          const came = await send(app, route, step, token)
          const label = `${route.method} ${route.url} ${JSON.stringify(step)} ${came.text.slice(0, 200)}`
          if (allowed(route, step)) {
            assert.ok(came.status !== 401 && came.status !== 403 && came.status < 500, label)
            counts.allowed += 1
            continue
          }
          assert.equal(came.status, 403, label)
          assert.equal((JSON.parse(came.text) as { params: { err: string } }).params.err, 'FORBIDDEN', label)
          assert.equal(await storeText(app), before, label)
          counts.refused += 1
        }
      }
    }
  }
  assert.ok(counts.allowed > 100 && counts.refused > 50, JSON.stringify(counts))
})

test('every route stands under the rule that was meant for it', () => {
  for (const rule of Object.keys(RULES) as Rule[]) {
    const found = ROUTES.filter((route) => route.access === rule).map((route) => route.id)
    assert.deepEqual(found.sort(), [...GUARDED[rule]].sort(), rule)
  }
})

test('no route of the table answers without a token, whoever the request is about', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  for (const route of ROUTES) {
    for (const step of [OWN, FOREIGN]) {
      assert.equal(refusal(await send(app, route, step, undefined)), 'UNAUTHENTICATED', route.id)
    }
  }
  assert.equal(await storeText(app), before)
})

test('a learner can write nothing of another learner, on any route that writes', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const token = await tokenOf(app, 'learner')
  const before = await storeText(app)
  const writes = ROUTES.filter((route) => route.access.endsWith('-write') || /enrol|remove|manage/.test(route.access))
  assert.ok(writes.length >= 10)
  for (const route of writes) {
    const came = await send(app, route, FOREIGN, token)
    assert.equal((JSON.parse(came.text) as { params: { err: string } }).params.err, 'FORBIDDEN', route.id)
  }
  assert.equal(await storeText(app), before)
})

test('older names of fields are checked against the token like ours', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  const as = await tokenOf(app, 'learner')
  for (const url of ['/v1/view/start', '/v1/view/update', '/v1/view/end', '/v1/view/read', '/v1/assessment/read']) {
    const { body } = await app.call('POST', url, { userid: 'victim', contentid: 'c1' }, { as })
    assert.equal(body.params.err, 'FORBIDDEN', url)
  }
  const own = { userId: ME, contentId: 'c1' }
  const { body } = await app.call('POST', '/v1/view/start', { ...own, userid: 'victim' }, { as })
  assert.equal(body.params.err, 'CONFLICTING_FIELDS')
  assert.equal(await storeText(app), before)
})

test('collections in the token of a learner give nothing', () => {
  const learner = { userId: ME, role: 'learner', collections: new Set([OWN.collectionId]), expiresAt: 0 } as const
  for (const rule of Object.keys(RULES) as Rule[]) {
    if (RULES[rule].learner === 'all') continue
    assert.equal(mayAct(rule, learner, { userId: 'victim', collectionId: OWN.collectionId }), false, rule)
  }
})

test('who belongs to no learner and no collection is never taken for one', () => {
  const nobody = { userId: 'undefined', role: 'instructor', collections: new Set(['undefined']), expiresAt: 0 } as const
  for (const rule of Object.keys(RULES) as Rule[]) {
    if (RULES[rule].instructor === 'all') continue
    assert.equal(mayAct(rule, nobody, {}), false, rule)
    assert.equal(mayAct(rule, nobody, { userId: undefined, collectionId: undefined }), false, rule)
  }
})

/** Every address that the running server knows, with a method of its own or only to be refused. */
function addresses(app: TestApp): readonly string[] {
  const found: string[] = []
  const above: string[] = []
  for (const line of app.waymark.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([│ ]*)[├└]── (\S+) \(/.exec(line)
    if (match?.[1] === undefined || match[2] === undefined) continue
    const depth = match[1].length / 4
    above.length = depth
    above.push(match[2])
    found.push(above.join(''))
  }
  return found
}

test('every address that answers without a token is a public one, and has its reason', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  assert.deepEqual(PUBLIC_ROUTES.map(({ url }) => url).sort(), Object.keys(OPEN).sort())
  const known = new Set([...ROUTES, ...PUBLIC_ROUTES].map(({ method, url }) => `${method} ${url}`))
  const served = new Set<string>()
  for (const url of addresses(app)) {
    for (const method of app.waymark.app.supportedMethods) {
      const came = await app.raw({ method: method as 'GET', url: url.replaceAll(/:\w+/g, 'x') })
      if (came.status === 405) continue
      const name = `${method === 'HEAD' ? 'GET' : method} ${url}`
      served.add(name)
      assert.ok(known.has(name), `${method} ${url} is in a table`)
      if (!Object.hasOwn(OPEN, url)) assert.equal(came.status, 401, `${method} ${url}`)
    }
  }
  assert.deepEqual([...served].sort(), [...known].sort())
})

test('every route is documented, and nothing else', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const { text } = await app.raw({ method: 'GET', url: '/openapi.json' })
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { security?: unknown }>> }
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      name: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      open: security !== undefined,
    })),
  )
  const wanted = [...ROUTES, ...PUBLIC_ROUTES].filter(({ url }) => !UNDOCUMENTED.has(url))
  const nameOf = ({ method, url }: { method: string; url: string }): string => `${method} ${url}`
  assert.deepEqual(documented.map(({ name }) => name).sort(), wanted.map(nameOf).sort())
  for (const { name, open } of documented) assert.equal(open, Object.hasOwn(OPEN, name.split(' ')[1] ?? ''), name)
})

test("a learner's file opens for its link alone, and not for a token of someone else beside it", async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const download = await app.call('GET', `/v1/summary/download/${ME}`, undefined, { as: await app.token(ME) })
  const link = new URL(String(download.body.result['url']))
  const url = link.pathname + link.search
  const open = async (headers: Record<string, string>, address = url): Promise<Came> =>
    app.raw({ method: 'GET', url: address, headers })
  assert.equal((await open({})).status, 200)
  assert.equal((await open({ authorization: `Bearer ${await app.token(ME)}` })).status, 200)
  const foreign = await app.token('victim')
  assert.equal(refusal(await open({ authorization: `Bearer ${foreign}` })), 'FORBIDDEN')
  assert.equal(refusal(await open({ 'x-authenticated-user-token': foreign })), 'FORBIDDEN')
  assert.equal(refusal(await open({ authorization: 'Bearer x' })), 'TOKEN_INVALID')
  assert.equal(refusal(await open({ 'x-authenticated-userid': 'victim' })), 'IDENTITY_HEADER_REFUSED')
  for (const [from, to] of [
    ['rahul', 'victim'],
    ['.json', '.csv'],
    ['expires=1', 'expires=2'],
    ['signature=', 'signature=A'],
  ] as const)
    assert.equal(refusal(await open({}, url.replace(from, to))), 'LINK_INVALID', to)
  app.clock.advance({ minutes: 6 })
  const late = await open({})
  assert.deepEqual([late.status, refusal(late)], [410, 'LINK_EXPIRED'])
})

test('figures are open to this machine itself, and to others through no proxy without a token', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const figures = async (headers: Record<string, string>, remoteAddress?: string): Promise<Came> =>
    app.raw({ method: 'GET', url: '/metrics', headers, ...(remoteAddress === undefined ? {} : { remoteAddress }) })
  assert.equal((await figures({})).status, 200)
  assert.equal(refusal(await figures({}, '10.1.2.3')), 'UNAUTHENTICATED')
  assert.equal(refusal(await figures({ 'x-forwarded-for': '127.0.0.1' })), 'UNAUTHENTICATED')
  assert.equal(refusal(await figures({ forwarded: 'for=127.0.0.1' })), 'UNAUTHENTICATED')
  assert.equal(refusal(await figures({ 'x-forwarded-for': '127.0.0.1' }, '10.1.2.3')), 'UNAUTHENTICATED')
  for (const role of ROLES) {
    const came = await figures({ authorization: `Bearer ${await app.token('u', { role })}` }, '10.1.2.3')
    assert.equal(came.status, role === 'service' || role === 'admin' ? 200 : 403, role)
  }
})
