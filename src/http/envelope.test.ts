/** The form of answers: envelope, ids and texts as the response examples of the viewer-service seed have them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { leaf, openSchool, type School } from '../../test/support/school.ts'
import type { Answered, Json } from '../../test/support/app.ts'

const USER = 'rahul'
const QUIZ = 'quiz-1'
const WHERE = { userId: USER, collectionId: 'class-1-maths', contextId: 'batch-1' }
const KEY = { ...WHERE, contentId: QUIZ }
const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}:\d{3}\+0000$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const ASSESSMENTS = [{ eid: 'ASSESS', ets: 1621247568145, edata: { item: { id: 'q1', maxscore: 10 }, score: 5 } }]

/** The summary of one enrolment in which the quiz was completed with 5 of 10. */
const SUMMARY_KEYS = [
  'userId',
  'collectionId',
  'contextId',
  'enrolledDate',
  'active',
  'contentStatus',
  'assessmentStatus',
  'collection',
  'issuedCertificates',
  'completedOn',
  'progress',
  'status',
] as const

interface Api {
  readonly id: string
  readonly method: string
  readonly url: string
  readonly request?: object
  readonly check: (result: Json) => void
}

function says(text: string): (result: Json) => void {
  return (result) => {
    assert.equal(result[QUIZ], text)
  }
}

function isSummary(summary: Json | undefined): void {
  for (const key of SUMMARY_KEYS) assert.notEqual(summary?.[key], undefined, key)
  assert.deepEqual(summary?.['contentStatus'], { [QUIZ]: 2 })
  assert.deepEqual(summary?.['assessmentStatus'], { [QUIZ]: { score: 5, max_score: 10 } })
  assert.deepEqual(summary?.['collection'], {
    identifier: WHERE.collectionId,
    name: 'Maths',
    logo: 'https://example.org/logo.png',
    leafNodesCount: 1,
    description: 'Counting',
  })
  assert.deepEqual([summary?.['progress'], summary?.['status'], summary?.['active']], [1, 2, true])
}

function isFileOf(name: string): (result: Json) => void {
  return ({ url }) => {
    assert.equal(new URL(String(url)).pathname.split('/').at(-1), name)
  }
}

/** In the order of the seed: each request finds what those before it left. */
const APIS: readonly Api[] = [
  { id: 'api.view.start', method: 'POST', url: '/v1/view/start', request: KEY, check: says('Progress started') },
  {
    id: 'api.view.update',
    method: 'POST',
    url: '/v1/view/update',
    request: { ...KEY, progressDetails: { page: 1 }, timespent: 10 },
    check: says('SUCCESS'),
  },
  {
    id: 'api.view.assess',
    method: 'POST',
    url: '/v1/assessment/submit',
    request: { ...KEY, assessments: ASSESSMENTS },
    check: says('SUCCESS'),
  },
  { id: 'api.view.end', method: 'POST', url: '/v1/view/end', request: KEY, check: says('Progress ended') },
  {
    id: 'api.view.read',
    method: 'POST',
    url: '/v1/view/read',
    request: { ...WHERE, contentId: [QUIZ, 'do_1234'] },
    check: ({ contents, ...where }) => {
      assert.deepEqual(where, WHERE)
      const { identifier, progress, score, max_score } = contents?.['0'] ?? {}
      assert.deepEqual({ identifier, progress, score, max_score }, answeredQuiz(100))
      assert.equal(contents?.['1']?.['identifier'], 'do_1234')
    },
  },
  {
    id: 'api.assessment.read',
    method: 'POST',
    url: '/v1/assessment/read',
    request: { ...WHERE, contentId: [QUIZ, 'do_1234'] },
    check: ({ contents, ...where }) => {
      assert.deepEqual(where, WHERE)
      const { identifier, score, max_score } = contents?.['0'] ?? {}
      assert.deepEqual({ identifier, score, max_score }, { identifier: QUIZ, score: 5, max_score: 10 })
    },
  },
  {
    id: 'api.summary.list',
    method: 'GET',
    url: `/v1/summary/list/${USER}`,
    check: ({ summary }) => {
      isSummary(summary?.['0'])
    },
  },
  { id: 'api.summary.read', method: 'POST', url: '/v1/summary/read', request: WHERE, check: isSummary },
  {
    id: 'api.summary.download',
    method: 'GET',
    url: `/v1/summary/download/${USER}?format=csv`,
    check: isFileOf('rahul_viewer_summary.csv'),
  },
  {
    id: 'api.summary.download',
    method: 'GET',
    url: `/v1/summary/download/${USER}`,
    check: isFileOf('rahul_viewer_summary.json'),
  },
  {
    id: 'api.summary.delete',
    method: 'DELETE',
    url: `/v1/summary/delete/${USER}`,
    request: WHERE,
    check: (result) => {
      assert.deepEqual(result, {})
    },
  },
  {
    id: 'api.summary.delete',
    method: 'DELETE',
    url: `/v1/summary/delete/${USER}?all`,
    check: (result) => {
      assert.deepEqual(result, {})
    },
  },
]

function answeredQuiz(progress: number): object {
  return { identifier: QUIZ, progress, score: 5, max_score: 10 }
}

async function openEnrolled(school: School): Promise<void> {
  const about = { name: 'Maths', description: 'Counting', appIcon: 'https://example.org/logo.png' }
  await school.publish(WHERE.collectionId, [leaf(QUIZ)], about)
  await school.call('PUT', `/v1/context/${WHERE.collectionId}/batch-1`, { request: { kind: 'batch' } })
  await school.ok('/v1/enrolment/enrol', WHERE)
}

function isEnvelope(answer: Answered, id: string): void {
  const { params, ts, result: _, ...rest } = answer.body
  assert.deepEqual(Object.keys(answer.body), ['id', 'ver', 'ts', 'params', 'responseCode', 'result'])
  assert.deepEqual(Object.keys(params), ['resmsgid', 'msgid', 'err', 'status', 'errmsg'])
  assert.match(ts, TIME)
  assert.match(params.msgid, UUID)
  assert.equal(params.resmsgid, null)
  assert.equal(rest.id, id)
  assert.equal(rest.ver, 'v1')
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
}

for (const [form, wrap] of [
  ['wrapped in request', (request: object) => ({ request })],
  ['bare', (request: object) => request],
] as const) {
  test(`every API of the seed answers a body ${form} in the seed's envelope, with its id and its texts`, async (t) => {
    const school = await openSchool(t)
    await openEnrolled(school)
    for (const { id, method, url, request, check } of APIS) {
      const answer = await school.call(method, url, request === undefined ? undefined : wrap(request))
      assert.equal(answer.status, 200, url)
      isEnvelope(answer, id)
      assert.equal(answer.body.responseCode, 'OK')
      assert.deepEqual([answer.body.params.err, answer.body.params.errmsg], [null, null])
      assert.equal(answer.body.params.status, 'success')
      check(answer.body.result)
    }
  })
}

test('the envelope around request that older clients send is accepted', async (t) => {
  const school = await openSchool(t)
  const body = { id: 'api.view.start', ver: 'v1', ts: '2021-06-23', params: { msgid: 'x' }, request: KEY }
  assert.equal((await school.call('POST', '/v1/view/start', body)).status, 200)
  const unknown = await school.call('POST', '/v1/view/start', { ...body, extra: 1 })
  assert.equal(unknown.body.params.err, 'UNKNOWN_FIELD')
  assert.deepEqual(unknown.body.result, { field: 'extra' })
})

test("ts is the server's time in UTC to the millisecond", async (t) => {
  const school = await openSchool(t)
  school.clock.set('2026-03-01T08:09:10.007Z')
  const answer = await school.post('/v1/view/start', KEY)
  assert.equal(answer.body.ts, '2026-03-01 08:09:10:007+0000')
})

test('msgid is the x-request-id of the request where it sent a fit one, and otherwise new', async (t) => {
  const school = await openSchool(t)
  const sent = async (id: string) => {
    const answer = await school.post('/v1/view/start', KEY, { headers: { 'x-request-id': id } })
    return answer.body.params.msgid
  }
  assert.equal(await sent('req-42'), 'req-42')
  for (const unfit of ['with space', 'x'.repeat(65), '<script>']) assert.match(await sent(unfit), UUID)
  const [a, b] = [await school.post('/v1/view/start', KEY), await school.post('/v1/view/start', KEY)]
  assert.notEqual(a.body.params.msgid, b.body.params.msgid)
})

test('a refusal is answered in the envelope of its API, with a stable code and the field at fault', async (t) => {
  const school = await openSchool(t)
  const refusals = [
    ['api.view.update', '/v1/view/update', { request: KEY }, 404, 'VIEW_NOT_STARTED', 'request.contentId'],
    ['api.view.start', '/v1/view/start', { request: { userId: 'u' } }, 400, 'MISSING_FIELD', 'request.contentId'],
    ['api.view.start', '/v1/view/start', { userId: 'u', contentid: '' }, 400, 'INVALID_ID', 'contentid'],
    ['api.view.start', '/v1/view/start', { request: [] }, 400, 'INVALID_FIELD', 'request'],
    ['api.view.start', '/v1/view/start', '{"request":', 400, 'INVALID_JSON', undefined],
    ['api.view.read', '/v1/view/read', { ...KEY, batchId: 'b' }, 400, 'CONFLICTING_FIELDS', 'batchId'],
    ['api.view.assess', '/v1/assessment/submit', { request: KEY }, 400, 'MISSING_FIELD', 'request.assessments'],
    ['api.summary.read', '/v1/summary/read', { request: WHERE }, 404, 'SUMMARY_NOT_FOUND', 'request.collectionId'],
    ['api.http', '/v1/nothing', { request: KEY }, 404, 'NOT_FOUND', undefined],
  ] as const
  for (const [id, url, body, status, code, field] of refusals) {
    const answer = await school.call('POST', url, body)
    assert.equal(answer.status, status, url)
    isEnvelope(answer, id)
    assert.equal(answer.body.responseCode, 'BAD_REQUEST')
    assert.equal(answer.body.params.err, code)
    assert.equal(answer.body.params.status, 'failed')
    assert.ok(answer.body.params.errmsg)
    assert.deepEqual(answer.body.result, field === undefined ? {} : { field })
  }
})

test('a failure of the server is answered SERVER_ERROR, with Retry-After where trying again helps', async (t) => {
  const school = await openSchool(t, { QUEUE_WRITES_MAX: '1', RETRY_AFTER: '7' })
  const starts = Array.from({ length: 30 }, () => school.post('/v1/view/start', KEY))
  const answers = await Promise.all(starts)
  const refused = answers.find(({ status }) => status === 503)
  assert.ok(refused)
  isEnvelope(refused, 'api.view.start')
  assert.equal(refused.body.params.err, 'OVERLOADED')
  assert.equal(refused.body.responseCode, 'SERVER_ERROR')
  assert.equal(refused.headers['retry-after'], '7')
})
