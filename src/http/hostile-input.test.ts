/** Wrong bodies: each is refused with its code and field, says nothing of the program, and leaves the store as it was. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp } from '../../test/support/app.ts'
import { refusal, refuseAll, send } from '../../test/support/hostile.ts'
import { ROUTES } from './routes.ts'

const START = '/v1/view/start'
const VIEW = { userId: 'rahul', contentId: 'c1' }
const EVENT = { eid: 'ASSESS', ets: 1735725600000, edata: { item: { id: 'q1', maxscore: 3 }, score: 1 } }

/** An address with something in the place of each parameter. */
function fill(url: string): string {
  return url.replaceAll(/:(\w+)/g, 'some-$1')
}

test('an id of a wrong type, length or form is refused under its own name', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const wrong = [5, null, true, {}, [], '', 'a\0b', '\ud800', 'x\udc00y', 'a'.repeat(257), '😀'.repeat(257)]
  for (const name of ['userId', 'collectionId', 'contextId', 'contentId']) {
    const cases = wrong.map((value) => [{ request: { ...VIEW, [name]: value } }, `INVALID_ID request.${name}`] as const)
    await refuseAll(app, 'POST', START, cases)
  }
  await refuseAll(app, 'POST', '/v1/view/read', [
    [{ userId: 'rahul', contentId: ['c1', 5] }, 'INVALID_ID contentId[1]'],
    [{ userId: 'rahul', contentId: ['c1', ''] }, 'INVALID_ID contentId[1]'],
  ])
})

test('no field of any route takes a boolean unless it is one, and then nothing else, and the answer names the field', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const route of ROUTES) {
    const { properties = {} } = (route.body?.schema ?? {}) as { properties?: Record<string, { type?: string }> }
    for (const [name, { type }] of Object.entries(properties)) {
      const request = { ...(route.example as object), [name]: type === 'boolean' ? 'false' : false }
      const said = refusal(await send(app, route.method, fill(route.url), { request }))
      assert.match(said, new RegExp(`^(INVALID_(ID|FIELD)|DATA_TYPE_ERROR) request\\.${name}$`), `${route.id} ${name}`)
    }
  }
})

test('no route takes an unknown field, whatever objects inherit under its name', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  for (const route of ROUTES) {
    // A collection is taken as content services publish it, with whatever they put in.
    if (route.body === undefined || route.id === 'api.collection.publish') continue
    const example = Object.entries((route.example ?? {}) as object)
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'userID', 'role', 'status ', 'completedOn']
    const cases = names.flatMap((name) => [
      [{ request: Object.fromEntries([...example, [name, 1]]) }, `UNKNOWN_FIELD request.${name}`] as const,
      [
        Object.fromEntries([
          ['request', Object.fromEntries(example)],
          [name, 1],
        ]),
        `UNKNOWN_FIELD ${name}`,
      ] as const,
    ])
    await refuseAll(app, route.method, fill(route.url), cases)
  }
})

test('many unknown fields are called unknown, not missing or invalid', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const unknown = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`field-${String(index)}`, 1]))
  await refuseAll(app, 'POST', START, [
    [unknown(20), 'UNKNOWN_FIELD field-0'],
    [{ ...VIEW, ...unknown(20) }, 'UNKNOWN_FIELD field-0'],
    [{ ...VIEW, ...unknown(200) }, 'UNKNOWN_FIELD field-0'],
  ])
})

test('a body of millions of wrong items is refused without keeping the process busy', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const begun = performance.now()
  const ones = Array.from({ length: 2_000_000 }, () => 1)
  const late = [...Array.from({ length: 1_000_000 }, () => 'a'), 1]
  await refuseAll(app, 'POST', '/v1/view/read', [
    [{ userId: 'rahul', contentId: ones }, 'INVALID_ID contentId[0]'],
    [{ userId: 'rahul', contentId: late }, 'INVALID_ID contentId'],
  ])
  assert.ok(performance.now() - begun < 3000, 'finding the fault took no longer than reading the body')
})

test('a missing field is named', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  await refuseAll(app, 'POST', START, [
    [{}, 'MISSING_FIELD contentId'],
    [{ request: {} }, 'MISSING_FIELD request.contentId'],
    [{ request: { contentId: 'c1' } }, 'MISSING_FIELD request.userId'],
  ])
  await refuseAll(app, 'POST', '/v1/summary/read', [[{ userId: 'rahul' }, 'MISSING_FIELD collectionId']])
  await refuseAll(app, 'POST', '/v1/view/batch', [[{ userId: 'rahul' }, 'MISSING_FIELD items']])
  await refuseAll(app, 'POST', '/v1/assessment/submit', [
    [{ ...VIEW }, 'MISSING_FIELD assessments'],
    [{ userId: 'rahul', assessments: [EVENT] }, 'MISSING_FIELD contentId'],
  ])
  await refuseAll(app, 'PUT', '/v1/context/k/b', [[{}, 'MISSING_FIELD kind']])
  await refuseAll(app, 'DELETE', '/v1/summary/delete/rahul', [[{}, 'MISSING_FIELD collectionId']])
})

test('two names of one field with two values are refused', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  await refuseAll(app, 'POST', START, [
    [{ ...VIEW, userid: 'other' }, 'CONFLICTING_FIELDS userid'],
    [{ ...VIEW, courseId: 'a', collectionId: 'b' }, 'CONFLICTING_FIELDS courseId'],
    [{ ...VIEW, batchId: 'a', batchid: 'b' }, 'CONFLICTING_FIELDS batchid'],
  ])
  await refuseAll(app, 'DELETE', '/v1/summary/delete/rahul', [
    [{ userId: 'other', collectionId: 'k' }, 'CONFLICTING_FIELDS userId'],
  ])
  await refuseAll(app, 'DELETE', '/v1/summary/delete/rahul?collectionId=a', [
    [{ collectionId: 'b' }, 'CONFLICTING_FIELDS collectionId'],
  ])
})

test('progress, time spent and details outside their range are refused', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  await send(app, 'POST', START, VIEW)
  const at = (name: string, value: unknown, code = 'INVALID_FIELD', path = name): [unknown, string] => [
    { ...VIEW, [name]: value },
    `${code} ${path}`,
  ]
  await refuseAll(app, 'POST', '/v1/view/update', [
    ...['50', null, -1, -0.001, 101, 100.0001, true, [], {}].map((value) => at('progress', value)),
    ...['5', null, -1, 31_536_001, 1e300, [], {}].map((value) => at('timespent', value)),
    ...['x', null, 5, [], true].map((value) => at('progressDetails', value)),
    at('progressDetails', { text: 'x'.repeat(16_384) }, 'DETAILS_TOO_LARGE'),
    at('progressDetails', JSON.parse(`{"deep":${'['.repeat(20)}${']'.repeat(20)}}`), 'DETAILS_TOO_LARGE'),
    ['{"userId":"rahul","contentId":"c1","progress":1e999}', 'INVALID_FIELD progress'],
    ['{"userId":"rahul","contentId":"c1","progress":-1e999}', 'INVALID_FIELD progress'],
    ['{"userId":"rahul","contentId":"c1","progress":NaN}', 'INVALID_JSON'],
    ['{"userId":"rahul","contentId":"c1","progress":Infinity}', 'INVALID_JSON'],
  ])
})

test('what is not one JSON object is refused, however deep it nests', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const levels = 1_000_000
  const deep = '['.repeat(levels) + ']'.repeat(levels)
  await refuseAll(app, 'POST', START, [
    ['', 'EMPTY_BODY'],
    [' \n\t ', 'EMPTY_BODY'],
    ['null', 'INVALID_FIELD body'],
    ['[]', 'INVALID_FIELD body'],
    [`[${JSON.stringify(VIEW)}]`, 'INVALID_FIELD body'],
    ['"text"', 'INVALID_FIELD body'],
    ['5', 'INVALID_FIELD body'],
    ['{"request":null}', 'INVALID_FIELD request'],
    ['{"request":[]}', 'INVALID_FIELD request'],
    ['{"request":"x"}', 'INVALID_FIELD request'],
    ['{"__proto__":{"request":{"userId":"rahul","contentId":"c1"}}}', 'UNKNOWN_FIELD __proto__'],
    ['{', 'INVALID_JSON'],
    [`${JSON.stringify(VIEW)}x`, 'INVALID_JSON'],
    [`${JSON.stringify(VIEW)}${JSON.stringify(VIEW)}`, 'INVALID_JSON'],
    ["{'userId':'rahul'}", 'INVALID_JSON'],
    ['{"userId":"rahul",}', 'INVALID_JSON'],
    ['\ufeff{"userId":"rahul","contentId":"c1"}', 'INVALID_JSON'],
    ['{"userId":"ra\u0000hul","contentId":"c1"}', 'INVALID_JSON'],
    [deep, 'JSON_TOO_DEEP'],
    ['['.repeat(levels), 'JSON_TOO_DEEP'],
    [`{"userId":"rahul","contentId":"c1","progressDetails":${deep}}`, 'JSON_TOO_DEEP'],
    [
      `{"userId":"rahul","contentId":"c1","progressDetails":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
      'JSON_TOO_DEEP',
    ],
  ])
})

test('an assessment event that cannot be scored is refused with its place', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const item = (id: unknown, maxscore: unknown, score: unknown): object => ({
    ...EVENT,
    edata: { item: { id, maxscore }, score },
  })
  const cases: readonly (readonly [event: unknown, path: string])[] = [
    [null, ''],
    [5, ''],
    ['x', ''],
    [[], ''],
    [{}, '.questionId'],
    [{ ...EVENT, eid: 'IMPRESSION' }, '.eid'],
    [{ ...EVENT, ets: 1.5 }, '.ets'],
    [{ ...EVENT, ets: -1 }, '.ets'],
    [{ ...EVENT, ets: Number.MAX_SAFE_INTEGER + 1 }, '.ets'],
    [item('', 1, 1), '.edata.item.id'],
    [item('a\0', 1, 1), '.edata.item.id'],
    [item('\ud800', 1, 1), '.edata.item.id'],
    [item('q', -1, -2), '.edata.item.maxscore'],
    [item('q', '1', 1), '.edata.item.maxscore'],
    [item('q', 1, 2), '.edata.score'],
    [item('q', 1, null), '.edata.score'],
  ]
  const url = '/v1/assessment/submit'
  await refuseAll(
    app,
    'POST',
    url,
    cases.map(([event, path]) => [{ ...VIEW, assessments: [EVENT, event] }, `INVALID_FIELD assessments[1]${path}`]),
  )
  await refuseAll(app, 'POST', url, [
    [{ ...VIEW, assessments: [] }, 'INVALID_FIELD assessments'],
    [{ ...VIEW, assessments: Array.from({ length: 1001 }, () => EVENT) }, 'BATCH_TOO_LARGE assessments'],
    [{ ...VIEW, assessments: [{ events: EVENT }] }, 'INVALID_FIELD assessments[0].events'],
    [{ ...VIEW, assessments: [{ events: [EVENT], userId: 'other' }] }, 'CONFLICTING_FIELDS assessments[0].userId'],
    [{ ...VIEW, assessments: [{ events: [EVENT], contentId: 5 }] }, 'INVALID_ID assessments[0].contentId'],
  ])
})

test('a collection or context that cannot be read is refused with its place', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  await refuseAll(app, 'PUT', '/v1/collection/k', [
    [{ content: null }, 'INVALID_FIELD content'],
    [{ content: { identifier: 'other' } }, 'COLLECTION_ID_MISMATCH content.identifier'],
    [{ content: { attemptPolicy: 'toString' } }, 'INVALID_FIELD content.attemptPolicy'],
    [{ content: { children: [null] } }, 'INVALID_HIERARCHY content.children[0]'],
    [{ content: { children: [{ identifier: 5 }] } }, 'INVALID_HIERARCHY content.children[0].identifier'],
    [{ content: { children: [{ identifier: '' }] } }, 'INVALID_HIERARCHY content.children[0].identifier'],
    [{ content: { leafNodes: ['a', 5] } }, 'INVALID_HIERARCHY content.leafNodes[1]'],
  ])
  await refuseAll(app, 'PUT', '/v1/context/k/b', [
    [{ kind: 'toString' }, 'INVALID_FIELD kind'],
    [{ kind: 'batch', name: 5 }, 'INVALID_FIELD name'],
    [{ kind: 'batch', name: 'a\0' }, 'INVALID_FIELD name'],
    [{ kind: 'batch', name: '\ud800' }, 'INVALID_FIELD name'],
    [{ kind: 'batch', name: 'x'.repeat(1025) }, 'INVALID_FIELD name'],
    [{ kind: 'batch', status: 3 }, 'INVALID_FIELD status'],
    [{ kind: 'batch', status: 'toString' }, 'INVALID_FIELD status'],
    [{ kind: 'batch', startDate: 'soon' }, 'INVALID_FIELD startDate'],
    [{ kind: 'batch', startDate: '2025-02-30' }, 'INVALID_FIELD startDate'],
    [{ kind: 'batch', startDate: '2025-02-02', endDate: '2025-02-01' }, 'CONTEXT_DATES endDate'],
  ])
})
