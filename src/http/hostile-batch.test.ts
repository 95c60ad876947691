/** One bad item of a batch, of whatever kind, is refused by itself: its batch-mates are recorded, and nothing of it is. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { storeText } from '../../test/support/hostile.ts'

const AT = Date.UTC(2025, 0, 1)
const EVENT = { eid: 'ASSESS', ets: AT, edata: { item: { id: 'q1', maxscore: 3 }, score: 1 } }
const ITEM = { op: 'start', id: 'bad', clientTime: AT, userId: 'rahul', contentId: 'bad' }
const ASSESS = { ...ITEM, op: 'assess' }

/** Items as they must not be, and how each is refused; fields are named below `items[1]`. */
const BAD: readonly (readonly [item: unknown, code: string, field: string])[] = [
  ...[null, 5, 'text', true, [], [ITEM]].map((item) => [item, 'INVALID_FIELD', ''] as const),
  [{}, 'MISSING_FIELD', '.op'],
  ...[5, null, '', 'START', 'toString', '__proto__', {}].map(
    (op) => [{ ...ITEM, op }, 'INVALID_FIELD', '.op'] as const,
  ),
  ...[5, null, '', 'x'.repeat(257)].map((id) => [{ ...ITEM, id }, 'INVALID_FIELD', '.id'] as const),
  ...[5, null, '', 'a\0', '\ud800', [], {}].flatMap((id) =>
    ['userId', 'contentId', 'collectionId', 'contextId'].map(
      (name) => [{ ...ITEM, [name]: id }, 'INVALID_ID', `.${name}`] as const,
    ),
  ),
  [{ ...ASSESS, assessments: [EVENT], attemptId: '' }, 'INVALID_ID', '.attemptId'],
  [{ ...ITEM, unknown: 1 }, 'UNKNOWN_FIELD', '.unknown'],
  [JSON.parse('{"op":"start","__proto__":1}'), 'UNKNOWN_FIELD', '.__proto__'],
  [{ ...ITEM, assessments: [] }, 'UNKNOWN_FIELD', '.assessments'],
  [{ ...ITEM, userid: 'other' }, 'CONFLICTING_FIELDS', '.userid'],
  [{ ...ITEM, progress: 101 }, 'INVALID_FIELD', '.progress'],
  [{ ...ITEM, timespent: -1 }, 'INVALID_FIELD', '.timespent'],
  [{ ...ITEM, progressDetails: [] }, 'INVALID_FIELD', '.progressDetails'],
  [{ ...ITEM, progressDetails: { text: 'x'.repeat(20_000) } }, 'DETAILS_TOO_LARGE', '.progressDetails'],
  [
    { ...ITEM, progressDetails: { deep: JSON.parse('['.repeat(30) + ']'.repeat(30)) as unknown } },
    'DETAILS_TOO_LARGE',
    '.progressDetails',
  ],
  [{ ...ASSESS }, 'MISSING_FIELD', '.assessments'],
  [{ ...ASSESS, assessments: [] }, 'INVALID_FIELD', '.assessments'],
  [{ ...ASSESS, assessments: [EVENT, null] }, 'INVALID_FIELD', '.assessments[1]'],
  [
    { ...ASSESS, assessments: [{ events: [EVENT, { ...EVENT, ets: 'x' }] }] },
    'INVALID_FIELD',
    '.assessments[0].events[1].ets',
  ],
]

/** Times as no client's clock should say them. */
const BAD_TIMES: readonly (readonly [clientTime: unknown, code: string])[] = [
  ...[null, true, [], {}, '', 'soon', '1735725600000', 1.5, '2'.repeat(70)].map((at) => [at, 'INVALID_FIELD'] as const),
  ...['2025-02-30T00:00:00Z', '2025-01-01', '2025-01-01T00:00:00', '2025-01-01T25:00:00Z'].map(
    (at) => [at, 'INVALID_FIELD'] as const,
  ),
  ...['2025-01-01T00:00:00[UTC]', '+999999-01-01T00:00:00Z', '١٢٣'].map((at) => [at, 'INVALID_FIELD'] as const),
  ...[2 ** 53 + 2, 1e20, 1e300, '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z'].map(
    (at) => [at, 'TIME_IN_FUTURE'] as const,
  ),
  ...[0, -1, -1e300, 1735725600, '1999-12-31T23:59:59.999Z', '-000001-01-01T00:00:00Z'].map(
    (at) => [at, 'TIME_TOO_EARLY'] as const,
  ),
]

/** Sends a bad item between two good ones, checks the answers, and reads all three contents back. */
async function checkMates(app: TestApp, userId: string, bad: unknown, code: string, field: string): Promise<void> {
  const mate = { op: 'start', clientTime: AT, userId }
  const items = [{ ...mate, id: 'first', contentId: 'first' }, bad, { ...mate, id: 'last', contentId: 'last' }]
  const { status, body } = await app.call('POST', '/v1/view/batch', { items })
  const label = `${JSON.stringify(bad).slice(0, 100)} ${JSON.stringify(body.result['items']?.['1'])}`
  assert.equal(status, 207, label)
  const answers = body.result['items'] as unknown as readonly { status: number; result: { field?: string } }[]
  assert.deepEqual(
    answers.map((answer) => answer.status >= 400),
    [false, true, false],
    label,
  )
  assert.equal(body.result['items']?.['1']?.['params']?.['err'], code, label)
  assert.equal(answers[1]?.result.field, `items[1]${field}`, label)
  const read = await app.call('POST', '/v1/view/read', { userId, contentId: ['first', 'bad', 'last'] })
  const contents = read.body.result['contents'] as unknown as readonly { status: number }[]
  assert.deepEqual(
    contents.map((content) => content.status),
    [1, 0, 1],
    label,
  )
}

test('a bad item of any kind is refused with its field, its batch-mates are recorded', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const [index, [bad, code, field]] of BAD.entries()) {
    await checkMates(app, `learner-${String(index)}`, bad, code, field)
  }
  assert.doesNotMatch(await storeText(app), /"bad"/)
})

test('an item at an impossible time is refused, its batch-mates are recorded', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const [index, [clientTime, code]] of BAD_TIMES.entries()) {
    await checkMates(app, `learner-${String(index)}`, { ...ITEM, clientTime }, code, '.clientTime')
  }
  assert.doesNotMatch(await storeText(app), /"bad"/)
})

test("a foreign learner's item is refused, the learner's own are recorded", async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const as = await app.token('rahul')
  const own = { op: 'start', clientTime: AT }
  const items = [
    { ...own, id: '1', contentId: 'first' },
    { ...own, id: '2', contentId: 'bad', userId: 'victim' },
    { ...own, id: '3', contentId: 'bad', userid: 'victim' },
    { ...own, id: '4', contentId: 'bad', op: 'assess', userId: 'victim', assessments: [EVENT] },
    { ...own, id: '5', contentId: 'bad', op: 'assess', assessments: [{ userId: 'victim', events: [EVENT] }] },
    { ...own, id: '6', contentId: 'last', userId: 'rahul' },
  ]
  const { status, body } = await app.call('POST', '/v1/view/batch', { items }, { as })
  assert.equal(status, 207)
  const answers = body.result['items'] as unknown as readonly { params: { err: string | null } }[]
  assert.deepEqual(
    answers.map((answer) => answer.params.err),
    [null, 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'CONFLICTING_FIELDS', null],
  )
  assert.doesNotMatch(await storeText(app), /victim|"bad"/)
  const whole = await app.call('POST', '/v1/view/batch', { userId: 'victim', items: [items[0]] }, { as })
  assert.deepEqual([whole.status, whole.body.params.err], [403, 'FORBIDDEN'])
  assert.doesNotMatch(await storeText(app), /victim/)
})

test('what is no list of items, or too long a one, is refused whole', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const before = await storeText(app)
  const many = Array.from({ length: 1001 }, (_, index) => ({ ...ITEM, id: String(index) }))
  const cases: readonly (readonly [items: unknown, code: string])[] = [
    [[], 'INVALID_FIELD'],
    [{}, 'INVALID_FIELD'],
    [{ length: 1, 0: ITEM }, 'INVALID_FIELD'],
    ['text', 'INVALID_FIELD'],
    [null, 'INVALID_FIELD'],
    [many, 'BATCH_TOO_LARGE'],
  ]
  for (const [items, code] of cases) {
    const { status, body } = await app.call('POST', '/v1/view/batch', { request: { items } })
    assert.deepEqual([status, body.params.err, body.result['field']], [400, code, 'request.items'])
  }
  assert.equal(await storeText(app), before)
})
