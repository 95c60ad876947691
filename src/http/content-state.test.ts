/** The content-state API as existing clients call it: writes, refusals element by element, and both spellings of ids. */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { WaymarkError } from '../domain/errors.ts'
import type { Answered, CallOptions } from '../../test/support/app.ts'
import { fault, items, leaf, openSchool, type School } from '../../test/support/school.ts'

const UPDATE = '/v1/content/state/update'
const TWIN = '/v1/user/content/state'
const WHERE = { courseId: 'course', batchId: 'batch' }
const PLACE = { userId: 'asha', collectionId: 'course', contextId: 'batch' }
const AT = '2026-02-10 08:30:00:250+0000'
const AT_MS = Date.UTC(2026, 1, 10, 8, 30, 0, 250)
const EVENT = { eid: 'ASSESS', ets: AT_MS, edata: { item: { id: 'q1', maxscore: 2 }, score: 1.5, resvalues: [] } }

type Fields = Readonly<Record<string, unknown>>

async function opened(t: TestContext): Promise<School> {
  const school = await openSchool(t)
  await school.publish('course', [leaf('c1'), leaf('c2'), leaf('quiz', { totalQuestions: 1 })])
  const put = (contextId: string, fields: object): Promise<Answered> =>
    school.call('PUT', `/v1/context/course/${contextId}`, { kind: 'batch', name: contextId, ...fields })
  assert.equal((await put('batch', { startDate: '2026-01-01', endDate: '2026-12-31' })).status, 201)
  assert.equal((await put('over', { startDate: '2025-01-01', endDate: '2026-02-20' })).status, 201)
  return school
}

function patch(school: School, request: object, options?: CallOptions, url = UPDATE): Promise<Answered> {
  return school.call('PATCH', url, { request }, options)
}

function content(more: Fields = {}): Fields {
  return { contentId: 'c1', ...WHERE, status: 2, ...more }
}

function assessment(more: Fields = {}): Fields {
  return { userId: 'asha', contentId: 'quiz', ...WHERE, attemptId: 'a1', assessmentTs: AT_MS, events: [EVENT], ...more }
}

function fates(answer: Answered): readonly string[] {
  return items(answer.body.result['items']).map(({ status, params, result }) =>
    [status, params?.['err'], result?.['field']].map(String).join(' '),
  )
}

test('contents are recorded at their own times and answered SUCCESS, at both addresses and with both names of ids', async (t) => {
  const school = await opened(t)
  const more = { lastAccessTime: '2026-02-10 10:00:00:000+0100', lastCompletedTime: AT, progressdetails: { page: 3 } }
  const first = await patch(school, { userId: 'asha', contents: [content(more)] })
  assert.equal(first.status, 200)
  assert.equal(first.body.id, 'api.content.state.update')
  assert.deepEqual(first.body.result, { c1: 'SUCCESS' })
  const ours = { contentId: 'c2', collectionId: 'course', contextId: 'batch', status: 1, progress: 40 }
  const second = await patch(school, { userId: 'asha', contents: [ours] }, {}, TWIN)
  assert.equal(second.body.id, 'api.user.content.state')
  assert.deepEqual(second.body.result, { c2: 'SUCCESS' })
  const c1 = await school.read({ ...PLACE, contentId: 'c1' })
  assert.deepEqual([c1['status'], c1['progress'], c1['progressDetails']], [2, 100, { page: 3 }])
  assert.deepEqual([c1['completedOn'], c1['lastAccessTime']], [AT_MS, Date.UTC(2026, 1, 10, 9)])
  const c2 = await school.read({ ...PLACE, contentId: 'c2' })
  assert.deepEqual([c2['status'], c2['progress']], [1, 40])
})

for (const order of [
  [1, 2],
  [2, 1],
  [0, 2, 1],
  [2, 0, 1],
]) {
  test(`one content with the states ${order.join(', ')} is complete, sent at once or one after the other`, async (t) => {
    const school = await opened(t)
    const sent = order.map((status) => content({ status, lastAccessTime: AT }))
    assert.equal((await patch(school, { userId: 'asha', contents: sent })).status, 200)
    for (const one of sent) assert.equal((await patch(school, { userId: 'rahul', contents: [one] })).status, 200)
    const read = await school.read({ ...PLACE, contentId: 'c1' })
    assert.deepEqual([read['status'], read['progress'], read['completedOn']], [2, 100, AT_MS])
    assert.deepEqual(await school.read({ ...PLACE, userId: 'rahul', contentId: 'c1' }), read)
  })
}

test('requests that race never lower the state of a content', async (t) => {
  const school = await opened(t)
  const racing = Array.from({ length: 40 }, (_, index) =>
    patch(school, { userId: 'asha', contents: [content({ status: index % 3 })] }, {}, index % 2 === 0 ? UPDATE : TWIN),
  )
  for (const { status } of await Promise.all(racing)) assert.equal(status, 200)
  assert.equal((await school.read({ ...PLACE, contentId: 'c1' }))['status'], 2)
})

test('a completion sent again later does not move the first one', async (t) => {
  const school = await opened(t)
  for (const lastCompletedTime of [AT, '2026-02-11 08:30:00:250+0000']) {
    await patch(school, { userId: 'asha', contents: [content({ lastCompletedTime })] })
  }
  assert.equal((await school.read({ ...PLACE, contentId: 'c1' }))['completedOn'], AT_MS)
})

test('a state of 3 is complete, also where it is the first; a new content keeps its progress, also in state 0', async (t) => {
  const school = await opened(t)
  await patch(school, { userId: 'asha', contents: [content({ status: 3 })] })
  assert.equal((await school.read({ ...PLACE, contentId: 'c1' }))['status'], 2)
  const waiting = await patch(school, {
    userId: 'asha',
    contents: [content({ contentId: 'c2', status: 0, progress: 55 })],
  })
  assert.deepEqual([waiting.status, waiting.body.result], [200, { c2: 'SUCCESS' }])
  assert.equal((await school.read({ ...PLACE, contentId: 'c2' }))['status'], 0)
  await patch(school, { userId: 'asha', contents: [content({ contentId: 'c2', status: 1 })] })
  assert.equal((await school.read({ ...PLACE, contentId: 'c2' }))['progress'], 55)
})

const CONTENT_ROWS: readonly (readonly [Fields, string, string, string])[] = [
  [{ lastUpdatedTime: '2026-02-10' }, 'DATE_FORMAT_ERRROR', 'Date format error.', 'lastUpdatedTime'],
  [{ lastCompletedTime: '2026-02-10T08:30:00Z' }, 'DATE_FORMAT_ERRROR', 'Date format error.', 'lastCompletedTime'],
  [
    { lastCompletedTime: '2026-02-30 08:30:00:000+0000' },
    'DATE_FORMAT_ERRROR',
    'Date format error.',
    'lastCompletedTime',
  ],
  [{ lastAccessTime: 5 }, 'DATE_FORMAT_ERRROR', 'Date format error.', 'lastAccessTime'],
  [{ courseId: undefined }, 'COURSE_ID_REQUIRED_ERROR', 'Course id is mandatory.', 'collectionId'],
  [{ courseId: ' ' }, 'COURSE_ID_REQUIRED_ERROR', 'Course id is mandatory.', 'courseId'],
  [{ contentId: undefined }, 'CONTENT_ID_REQUIRED_ERROR', 'Content id is mandatory.', 'contentId'],
  [{ status: undefined }, 'CONTENT_STATUS_MISSING_ERROR', 'content status is required .', 'status'],
  [{ status: null }, 'CONTENT_STATUS_MISSING_ERROR', 'content status is required .', 'status'],
  // Today's systems drop these without a word.
  [{ batchId: undefined }, 'COURSE_BATCH_ID_MISSING', 'Course batch Id required', 'contextId'],
]

const ASSESSMENT_ROWS: readonly (readonly [Fields, string, string, string])[] = [
  [{ assessmentTs: undefined }, 'ATTEMPTED_DATE_REQUIRED', 'Attempted data is required.', 'assessmentTs'],
  [{ courseId: undefined }, 'COURSE_ID_REQUIRED_ERROR', 'Course id is mandatory.', 'collectionId'],
  [{ contentId: '' }, 'CONTENT_ID_REQUIRED_ERROR', 'Content id is mandatory.', 'contentId'],
  [{ batchId: undefined }, 'COURSE_BATCH_ID_MISSING', 'Course batch Id required', 'contextId'],
  [{ userId: undefined }, 'USERID_MISSING', 'UserId is mandatory.', 'userId'],
  [{ attemptId: '' }, 'ATTEMPT_ID_REQUIRED_ERROR', 'Please provide attempt id.', 'attemptId'],
  [{ events: undefined }, 'EVENTS_DATA_MISSING', 'Events array is mandatory', 'events'],
]

for (const [list, rows, make] of [
  ['contents', CONTENT_ROWS, content],
  ['assessments', ASSESSMENT_ROWS, assessment],
] as const) {
  for (const [change, err, errmsg, name] of rows) {
    const wrong = Object.entries(change).map(([field, value]) => `${field} ${JSON.stringify(value) ?? 'left out'}`)
    test(`one of ${list} with ${wrong.join()} is refused with ${err}`, async (t) => {
      const school = await opened(t)
      const answer = await patch(school, { userId: 'asha', [list]: [make(change)] })
      const { params, responseCode, result } = answer.body
      assert.deepEqual([answer.status, responseCode], [400, 'CLIENT_ERROR'])
      assert.deepEqual([params.err, params.errmsg, params.status], [err, errmsg, 'failed'])
      assert.equal(result['field'], `request.${list}[0].${name}`)
    })
  }
}

test('refused elements are named one by one, and the others are recorded', async (t) => {
  const school = await opened(t)
  const as = await school.token('asha')
  const sent = [content(), content({ userId: 'rahul' }), content({ contentId: 'c2', status: undefined }), 'x']
  const answer = await patch(school, { contents: sent, assessments: [assessment({ userId: 'rahul' })] }, { as })
  assert.equal(answer.status, 207)
  assert.equal(answer.body.result['c1'], 'SUCCESS')
  assert.deepEqual(fates(answer), [
    '200 null undefined',
    '403 FORBIDDEN undefined',
    '400 CONTENT_STATUS_MISSING_ERROR request.contents[2].status',
    '400 INVALID_FIELD request.contents[3]',
    '403 FORBIDDEN undefined',
  ])
  assert.deepEqual(
    items(answer.body.result['items']).map(({ index, id }) => [index, id]),
    [0, 1, 2, 3].map((index) => [index, `request.contents[${String(index)}]`]).concat([[4, 'request.assessments[0]']]),
  )
  assert.equal((await school.read({ ...PLACE, userId: 'rahul', contentId: 'c1' }))['status'], 0)
  const foreign = await patch(school, { userId: 'rahul', contents: [content()] }, { as })
  assert.deepEqual([foreign.status, foreign.body.params.err], [403, 'FORBIDDEN'])
})

test('an assessment is scored and completes its content; a repetition and an older submission change nothing', async (t) => {
  const school = await opened(t)
  const answer = await patch(school, { userId: 'asha', assessments: [assessment({ assessmentTs: String(AT_MS) })] })
  assert.deepEqual([answer.status, answer.body.result], [200, { quiz: 'SUCCESS', batch: 'SUCCESS' }])
  const read = await school.read({ ...PLACE, contentId: 'quiz' })
  assert.deepEqual([read['status'], read['score'], read['completedOn']], [2, 1.5, AT_MS])
  const older = { ...EVENT, edata: { ...EVENT.edata, score: 2 } }
  await patch(school, {
    userId: 'asha',
    assessments: [assessment(), assessment({ assessmentTs: AT_MS - 1, events: [older] })],
  })
  assert.equal((await school.read({ ...PLACE, contentId: 'quiz' }))['score'], 1.5)
})

test('an assessment that is refused does not complete its content; one without answers completes it', async (t) => {
  const school = await opened(t)
  const second = { ...EVENT, edata: { item: { id: 'q2', maxscore: 1 }, score: 1 } }
  const answer = await patch(school, { userId: 'asha', assessments: [assessment({ events: [EVENT, second] })] })
  assert.equal(fault(answer), '400 TOO_MANY_QUESTIONS request.assessments[0].events')
  const wrong = await patch(school, { userId: 'asha', assessments: [assessment({ events: [{ ...EVENT, ets: 'x' }] })] })
  assert.equal(fault(wrong), '400 INVALID_FIELD request.assessments[0].events[0].ets')
  const nested = { events: [EVENT], batchId: 'over', attemptId: 'b' }
  const within = await patch(school, { userId: 'asha', assessments: [assessment({ events: [EVENT, nested] })] })
  assert.equal(fault(within), '400 INVALID_FIELD request.assessments[0].events[1].events')
  assert.equal((await school.read({ ...PLACE, contentId: 'quiz' }))['status'], 0)
  assert.equal((await patch(school, { userId: 'asha', assessments: [assessment({ events: [] })] })).status, 200)
  assert.equal((await school.read({ ...PLACE, contentId: 'quiz' }))['status'], 2)
})

test('unknown batches and such as did not run are listed as ever; what happened while a batch ran counts', async (t) => {
  const school = await opened(t)
  const late = { batchId: 'over', lastCompletedTime: '2026-03-01 00:00:00:000+0000' }
  school.clock.set(Date.UTC(2026, 2, 5))
  const answer = await patch(school, { userId: 'asha', contents: [content(late), content({ batchId: 'none' })] })
  const { items: told, ...lists } = answer.body.result
  assert.equal(answer.status, 200)
  assert.deepEqual(lists, { NOT_A_ON_GOING_BATCH: ['over'], BATCH_NOT_EXISTS: ['none'] })
  assert.equal(items(told).length, 2)
  const one = await patch(school, { userId: 'asha', contents: [content({ batchId: 'none' })] })
  assert.deepEqual([one.status, one.body.params.err, one.body.result['BATCH_NOT_EXISTS']], [200, null, ['none']])
  const inTime = await patch(school, {
    userId: 'asha',
    contents: [content({ batchId: 'over', lastCompletedTime: AT })],
  })
  assert.deepEqual([inTime.status, inTime.body.result], [200, { c1: 'SUCCESS' }])
  assert.equal((await school.read({ ...PLACE, contextId: 'over', contentId: 'c1' }))['completedOn'], AT_MS)
})

test('fields that clients have and nothing reads are no fault; an update of nothing and one too large are', async (t) => {
  const school = await opened(t)
  const more = {
    viewCount: 3,
    datetime: 'x',
    lastCompletedTime: null,
    lastAccessTime: '',
    progressdetails: '{"page":9}',
  }
  assert.equal((await patch(school, { userId: 'asha', contents: [content(more)] })).status, 200)
  assert.deepEqual((await school.read({ ...PLACE, contentId: 'c1' }))['progressDetails'], { page: 9 })
  assert.equal(fault(await patch(school, { userId: 'asha', contents: [] })), '400 MISSING_FIELD request.contents')
  const many = Array.from({ length: 1001 }, () => content())
  assert.equal(fault(await patch(school, { userId: 'asha', contents: many })), '400 BATCH_TOO_LARGE request.contents')
  assert.equal(fault(await patch(school, { contents: [content()] })), '400 USERID_MISSING request.contents[0].userId')
})

test('where the store fails, every element says so, and sending again records all', async (t) => {
  const school = await opened(t)
  const failing = t.mock.method(school.waymark.store.progress, 'recordViews', () =>
    Promise.reject(new WaymarkError('OVERLOADED', { retryAfterSeconds: 7 })),
  )
  const request = { userId: 'asha', contents: [content()], assessments: [assessment()] }
  const answer = await patch(school, request)
  assert.deepEqual([answer.status, answer.body.params.err, answer.headers['retry-after']], [503, 'OVERLOADED', '7'])
  assert.equal(answer.body.responseCode, 'SERVER_ERROR')
  failing.mock.restore()
  assert.equal((await patch(school, request)).status, 200)
  assert.equal((await school.read({ ...PLACE, contentId: 'quiz' }))['score'], 1.5)
})

test('an expired token hands in what happened before it expired, and nothing else', async (t) => {
  const school = await opened(t)
  const as = await school.token('asha', { lifetimeMs: 60_000 })
  const expiresAt = school.clock.nowMs() + 60_000
  school.clock.set(expiresAt + 3_600_000)
  const inTime = await patch(school, { contents: [content({ lastAccessTime: AT })] }, { as })
  assert.equal(inTime.status, 200)
  const now = await patch(school, { contents: [content({ contentId: 'c2' })] }, { as })
  assert.equal(fault(now), '401 TOKEN_EXPIRED request.contents[0].lastAccessTime')
  const foreign = await patch(school, { contents: [content({ userId: 'rahul', lastAccessTime: AT })] }, { as })
  assert.equal(foreign.body.params.err, 'FORBIDDEN')
})
