/** Rules of carrying over: made, replaced, read, deleted, refused, and named by contexts. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, items, openSchool, refusal, result, type School } from '../../test/support/school.ts'
import type { Answered } from '../../test/support/app.ts'
import { RULES_MAX } from '../domain/progress/read-rule.ts'

const RECENT = { id: 'recent', any: [{ completedWithin: 'P3M' }, { completedDuring: 'context' }] }
const ONGOING = { id: 'ongoing', any: [{ sourceContext: 'ongoing' }] }

const add = (school: School, request: object, as?: string): Promise<Answered> =>
  school.post('/v1/rules', request, as === undefined ? {} : { as })
const put = (school: School, id: string, request: object): Promise<Answered> =>
  school.call('PUT', `/v1/rules/${encodeURIComponent(id)}`, { request })
const remove = (school: School, id: string): Promise<Answered> =>
  school.call('DELETE', `/v1/rules/${encodeURIComponent(id)}`)
const putContext = (school: School, request: object, as?: string): Promise<Answered> =>
  school.call(
    'PUT',
    '/v1/context/maths/batch-1',
    { request: { kind: 'batch', ...request } },
    as === undefined ? {} : { as },
  )

async function idsOf(school: School): Promise<readonly string[]> {
  const { rules } = await school.get('/v1/rules')
  return items(rules).map(({ id }) => String(id))
}

test('a rule is made with 201, made again with 200, and another one under its id is refused', async (t) => {
  const school = await openSchool(t)
  const made = await add(school, RECENT)
  assert.deepEqual([made.status, result(made)], [201, { ...RECENT, default: false }])
  const again = await add(school, { default: false, any: [{ completedWithin: 'p3m' }, RECENT.any[1]], id: 'recent' })
  assert.deepEqual([again.status, result(again)], [200, { ...RECENT, default: false }])
  assert.equal(fault(await add(school, { ...ONGOING, id: 'recent' })), '409 RULE_EXISTS request.id')
  assert.equal(fault(await add(school, { ...RECENT, default: true })), '409 RULE_EXISTS request.id')
  assert.deepEqual(await school.get('/v1/rules/recent'), { ...RECENT, default: false })
  assert.equal((await school.logged('rules-changed')).length, 1)
})

test('of two different rules that come under one id at once, one is made', async (t) => {
  const school = await openSchool(t)
  const came = await Promise.all([add(school, RECENT), add(school, { ...ONGOING, id: 'recent' })])
  assert.deepEqual(new Set(came.map(({ status }) => status)), new Set([201, 409]))
})

test('putting a rule makes it or replaces all that was said before', async (t) => {
  const school = await openSchool(t)
  const { id, ...content } = ONGOING
  assert.equal((await put(school, id, { ...content, default: true })).status, 201)
  assert.deepEqual(await school.get(`/v1/rules/${id}`), { ...ONGOING, default: true })
  const replaced = await put(school, id, { ...RECENT, id })
  assert.deepEqual([replaced.status, result(replaced)], [200, { ...RECENT, id, default: false }])
  assert.equal((await put(school, id, { ...RECENT, id })).status, 200)
  assert.equal(fault(await put(school, id, RECENT)), '400 RULE_ID_MISMATCH request.id')
  assert.equal(fault(await put(school, id, { ...RECENT, id: null })), '400 INVALID_ID request.id')
  assert.equal((await school.logged('rules-changed')).length, 2)
})

test('rules are listed by their ids, whatever ids they have', async (t) => {
  const school = await openSchool(t)
  const ids = ['नियम:1/2?', '__proto__', 'b', 'a']
  for (const id of ids) assert.equal((await put(school, id, { all: [{ always: true }] })).status, 201)
  assert.deepEqual(await idsOf(school), [...ids].sort())
  assert.deepEqual(await school.get('/v1/rules/__proto__'), {
    id: '__proto__',
    all: [{ always: true }],
    default: false,
  })
})

test('a rule is deleted unless a context names it; what is not there is not found', async (t) => {
  const school = await openSchool(t)
  await add(school, RECENT)
  await putContext(school, { rules: ['recent'] })
  assert.equal(fault(await remove(school, 'recent')), '409 RULE_IN_USE path.ruleId')
  assert.deepEqual(await idsOf(school), ['recent'])
  await putContext(school, { rules: [] })
  assert.deepEqual(result(await remove(school, 'recent')), {})
  assert.equal(fault(await remove(school, 'recent')), '404 RULE_NOT_FOUND path.ruleId')
  assert.equal(fault(await school.call('GET', '/v1/rules/recent')), '404 RULE_NOT_FOUND path.ruleId')
  assert.equal(fault(await school.call('GET', '/v1/rules/toString')), '404 RULE_NOT_FOUND path.ruleId')
})

test('an instance takes no more rules than it may hold', async (t) => {
  const school = await openSchool(t)
  for (let count = 0; count < RULES_MAX; count += 1) await add(school, { ...ONGOING, id: String(count) })
  assert.equal(refusal(await add(school, RECENT)), '409 RULES_FULL')
  assert.equal(refusal(await put(school, 'recent', RECENT)), '409 RULES_FULL')
  assert.equal((await put(school, '0', { any: RECENT.any })).status, 200)
})

const within = (completedWithin: unknown): object => ({ any: [{ always: true }, { completedWithin }] })
const WINDOW = 'INVALID_DURATION any[1].completedWithin'
const REFUSED: readonly (readonly [rule: object, expected: string])[] = [
  [{}, 'MISSING_FIELD any'],
  [{ any: [] }, 'INVALID_FIELD any'],
  [{ any: { always: true } }, 'INVALID_FIELD any'],
  [{ any: [null] }, 'INVALID_FIELD any[0]'],
  [{ any: [{}] }, 'MISSING_FIELD any[0].any'],
  [{ any: [{ completedBefore: 'P3M' }] }, 'UNKNOWN_FIELD any[0].completedBefore'],
  [{ any: [{ always: true }], colour: 'red' }, 'UNKNOWN_FIELD colour'],
  [{ any: [{ always: true }], batchId: 'b' }, 'UNKNOWN_FIELD batchId'],
  [{ completedWithin: 'P3M' }, 'UNKNOWN_FIELD completedWithin'],
  [{ any: [{ completedDuring: 'source' }] }, 'INVALID_FIELD any[0].completedDuring'],
  [{ any: [{ sourceContext: 'ended' }] }, 'INVALID_FIELD any[0].sourceContext'],
  ...['-P3M', 'P-3M', 'P0D', 'PT0.5S', 'P101Y', 'P999999999Y', '3 months', 'P3', '', 90, null, {}].map(
    (duration) => [within(duration), WINDOW] as const,
  ),
  [{ any: [{ always: true }], all: [{ always: true }] }, 'RULE_CONTRADICTS all'],
  [{ any: [{ always: false }] }, 'RULE_CONTRADICTS any[0].always'],
  [{ any: [{ completedWithin: 'P3M', completedDuring: 'context' }] }, 'RULE_CONTRADICTS any[0].completedDuring'],
  [
    { any: [{ all: [{ completedWithin: 'P3M' }, { completedWithin: 'P1M' }] }] },
    'RULE_CONTRADICTS any[0].all[1].completedWithin',
  ],
  [{ any: Array.from({ length: 33 }, () => ({ always: true })) }, 'RULE_TOO_LARGE any'],
  [{ any: Array.from({ length: 100_000 }, () => 1) }, 'INVALID_FIELD any[0]'],
  [
    { any: [{ any: [{ any: [{ any: [{ any: [{ always: true }] }] }] }] }] },
    'JSON_TOO_DEEP any[0].any[0].any[0].any[0].any',
  ],
  [{ any: [{ always: true }], default: 'yes' }, 'INVALID_FIELD default'],
  [{ any: [{ always: true }], default: null }, 'INVALID_FIELD default'],
]

test('a rule that cannot be meant is refused with its code and the field, by both ways of making it', async (t) => {
  const school = await openSchool(t)
  await add(school, ONGOING)
  for (const [rule, expected] of REFUSED) {
    const [code = '', field = ''] = expected.split(' ')
    const wrapped = `400 ${code} request.${field}`
    assert.equal(fault(await add(school, { id: 'r', ...rule })), wrapped, JSON.stringify(rule).slice(0, 100))
    assert.equal(fault(await put(school, 'r', rule)), wrapped)
    assert.equal(fault(await put(school, 'ongoing', rule)), wrapped)
    assert.equal(fault(await school.call('POST', '/v1/rules', { id: 'r', ...rule })), `400 ${expected}`)
  }
  for (const id of [5, '', 'a\0b', '\ud800', 'a'.repeat(257)]) {
    assert.equal(fault(await add(school, { ...RECENT, id })), '400 INVALID_ID request.id')
  }
  assert.equal(fault(await add(school, { any: RECENT.any })), '400 MISSING_FIELD request.id')
  assert.equal(fault(await put(school, 'a\0b', RECENT)), '400 INVALID_ID path.ruleId')
  assert.deepEqual((await school.get('/v1/rules'))['rules'], [{ ...ONGOING, default: false }])
})

test('a context names rules in their order, and gives them back wherever it is read', async (t) => {
  const school = await openSchool(t)
  for (const rule of [RECENT, ONGOING]) await add(school, rule)
  for (const [sent, kept] of [
    [{ rules: ['recent', 'ongoing'] }, ['recent', 'ongoing']],
    [{ rules: ['ongoing', 'recent'] }, ['ongoing', 'recent']],
    [{ rules: [] }, []],
    [{ rules: ['recent'] }, ['recent']],
    [{}, null],
    [{ rules: null }, null],
  ] as const) {
    assert.deepEqual(result(await putContext(school, sent))['rules'], kept)
    assert.deepEqual((await school.get('/v1/context/maths/batch-1'))['rules'], kept)
    const { contexts } = await school.get('/v1/context/maths')
    assert.deepEqual(
      items(contexts).map(({ rules }) => rules),
      [kept],
    )
  }
  const changes = (await school.logged('context-changed')).length
  assert.equal(changes, 5, 'made, then four times with other rules, then with the same')
})

test('a context that names rules wrongly is refused at the rule, and stays as it was', async (t) => {
  const school = await openSchool(t)
  await add(school, RECENT)
  await putContext(school, { name: 'Class 1A', rules: ['recent'] })
  const before = await school.get('/v1/context/maths/batch-1')
  for (const [rules, expected] of [
    [['recent', 'gone'], '404 RULE_NOT_FOUND request.rules[1]'],
    [['toString'], '404 RULE_NOT_FOUND request.rules[0]'],
    [['recent', 'recent'], '400 RULE_CONTRADICTS request.rules[1]'],
    [Array.from({ length: RULES_MAX + 1 }, (_, index) => String(index)), '400 RULE_TOO_LARGE request.rules'],
    [['recent', 5], '400 INVALID_ID request.rules[1]'],
    [['recent', ''], '400 INVALID_ID request.rules[1]'],
    ['recent', '400 INVALID_FIELD request.rules'],
    [{ 0: 'recent' }, '400 INVALID_FIELD request.rules'],
    [[RECENT], '400 INVALID_ID request.rules[0]'],
  ] as const) {
    assert.equal(fault(await putContext(school, { rules })), expected)
  }
  const dates = { startDate: '2026-03-10', endDate: '2026-03-09' }
  assert.equal(fault(await putContext(school, { rules: ['recent'], ...dates })), '400 CONTEXT_DATES request.endDate')
  assert.deepEqual(await school.get('/v1/context/maths/batch-1'), before)
})

test('everyone reads rules; an instructor names them in its own collections, and writes none', async (t) => {
  const school = await openSchool(t)
  await add(school, RECENT)
  const instructor = await school.token('ms-rao', { role: 'instructor', collections: ['maths'] })
  const foreign = await school.token('mr-iyer', { role: 'instructor', collections: ['arts'] })
  const learner = await school.token('rahul')
  for (const as of [instructor, learner]) {
    assert.deepEqual(await school.get('/v1/rules/recent', { as }), { ...RECENT, default: false })
    assert.equal(items((await school.get('/v1/rules', { as }))['rules']).length, 1)
    assert.equal(refusal(await add(school, ONGOING, as)), '403 FORBIDDEN')
    assert.equal(refusal(await school.call('PUT', '/v1/rules/recent', ONGOING, { as })), '403 FORBIDDEN')
    assert.equal(refusal(await school.call('DELETE', '/v1/rules/recent', undefined, { as })), '403 FORBIDDEN')
  }
  assert.equal((await putContext(school, { rules: ['recent'] }, instructor)).status, 201)
  for (const as of [foreign, learner]) assert.equal(refusal(await putContext(school, {}, as)), '403 FORBIDDEN')
  assert.equal((await add(school, ONGOING, await school.token('head', { role: 'admin' }))).status, 201)
})
