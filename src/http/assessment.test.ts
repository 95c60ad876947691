/** From submitted answers to the score that counts. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, fixture, items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'
import type { Json } from '../../test/support/app.ts'

const KEY = { userId: 'rahul', contentId: 'quiz-1' }
const IN_MATHS = { ...KEY, collectionId: 'class-1-maths' }
const NOON = Temporal.Instant.from('2026-02-10T12:00:00Z').epochMilliseconds

/** An answer given some seconds after noon. */
function answer(questionId: string, score: number, maxscore: number, second = 0, more: object = {}): object {
  return {
    eid: 'ASSESS',
    ets: NOON + second * 1000,
    edata: { item: { id: questionId, maxscore }, score, duration: 4, ...more },
  }
}

interface Sent {
  readonly attemptId?: string
  readonly assessmentTs?: number | string
  readonly assessments: readonly unknown[]
}

async function submit(school: School, sent: Sent, key: object = KEY): Promise<Json> {
  const { attempts } = await school.ok('/v1/assessment/submit', { ...key, ...sent })
  const [attempt] = items(attempts)
  assert.ok(attempt)
  return attempt
}

/** Submits one attempt of one question. */
function tryOnce(school: School, attemptId: string, score: number, second: number, key: object = KEY): Promise<Json> {
  return submit(school, { attemptId, assessments: [answer('q1', score, 10, second)] }, key)
}

async function scoreOf(school: School, key: { userId: string; collectionId?: string; contentId: string } = KEY) {
  const { score, max_score } = await school.read(key)
  const { contents } = await school.ok('/v1/assessment/read', { ...key, contentId: [key.contentId] })
  const [read] = items(contents)
  assert.deepEqual([read?.['score'], read?.['max_score']], [score, max_score], 'both reads say the same')
  return { score, max_score, attempts: items(read?.['attempts']).map(({ attemptId, score: own }) => [attemptId, own]) }
}

test('of several answers to one question the latest counts, with its own maximum, wherever it stands', async (t) => {
  const school = await openSchool(t)
  const assessments = [answer('q1', 1, 1, 20), answer('q1', 5, 10, 30), answer('q2', 2, 2, 5), answer('q1', 9, 10, 10)]
  const { score, max_score } = await submit(school, { assessments })
  assert.deepEqual([score, max_score], [7, 12])
  const reversed = await submit(school, { attemptId: 'again', assessments: assessments.toReversed() })
  assert.deepEqual([reversed['score'], reversed['max_score']], [7, 12])
})

test('of two answers to one question at one time the first in the list counts', async (t) => {
  const school = await openSchool(t)
  const { score } = await submit(school, { assessments: [answer('q1', 1, 10), answer('q1', 9, 10)] })
  assert.equal(score, 1)
})

test('scores are doubles: 1.33 of 3', async (t) => {
  const school = await openSchool(t)
  const assessments = [answer('q1', 1, 1), answer('q2', 0.33, 1), answer('q3', 0, 1)]
  const { score, max_score } = await submit(school, { assessments })
  assert.deepEqual([score, max_score], [1.33, 3])
  const counted = await scoreOf(school)
  assert.deepEqual([counted.score, counted.max_score], [1.33, 3])
})

test('a sum of decimal scores shows no rounding of binary numbers', async (t) => {
  const school = await openSchool(t)
  const { score } = await submit(school, { assessments: [answer('q1', 0.1, 1), answer('q2', 0.2, 1)] })
  assert.equal(score, 0.3)
})

test('an attempt that is submitted again is replaced by a newer submission only', async (t) => {
  const school = await openSchool(t)
  const at = (assessmentTs: number, score: number) =>
    submit(school, { attemptId: 'a', assessmentTs: NOON + assessmentTs, assessments: [answer('q1', score, 10)] })
  assert.equal((await at(1000, 4))['outcome'], 'RECORDED')
  assert.deepEqual(pick(await at(999, 9)), { outcome: 'STALE', score: 4 })
  assert.deepEqual(pick(await at(1000, 4)), { outcome: 'STALE', score: 4 })
  assert.deepEqual(pick(await at(1001, 2)), { outcome: 'REPLACED', score: 2 })
  assert.deepEqual(await scoreOf(school), { score: 2, max_score: 10, attempts: [['a', 2]] })
})

function pick({ outcome, score }: Json): object {
  return { outcome, score }
}

test('submissions that repeat and overtake each other end in the same score', async (t) => {
  const school = await openSchool(t)
  const sent = [0, 1, 2, 3].map((second) => [`attempt-${String(second % 2)}`, second + 1, second] as const)
  const orders = [sent, sent.toReversed(), [...sent, ...sent], [...sent.slice(2), ...sent]]
  for (const [index, order] of orders.entries()) {
    const key = { userId: `learner-${String(index)}`, contentId: 'quiz-1' }
    for (const [attemptId, score, second] of order) await tryOnce(school, attemptId, score, second, key)
    const expected = {
      score: 4,
      max_score: 10,
      attempts: [
        ['attempt-0', 3],
        ['attempt-1', 4],
      ],
    }
    assert.deepEqual(await scoreOf(school, key), expected)
  }
})

test('the best attempt counts with its own maximum, and every attempt is kept', async (t) => {
  const school = await openSchool(t)
  await submit(school, { attemptId: 'short', assessments: [answer('q1', 5, 5, 1)] })
  await submit(school, { attemptId: 'long', assessments: [answer('q1', 5, 5, 2), answer('q2', 1, 15, 2)] })
  await submit(school, { attemptId: 'last', assessments: [answer('q1', 3, 5, 3)] })
  const attempts = [
    ['short', 5],
    ['long', 6],
    ['last', 3],
  ]
  assert.deepEqual(await scoreOf(school), { score: 6, max_score: 20, attempts })
})

for (const [policy, score] of [
  ['best', 9],
  ['latest', 4],
  ['first', 6],
] as const) {
  test(`where a collection says ${policy}, that attempt counts, and all are kept`, async (t) => {
    const school = await openSchool(t)
    await school.publish('class-1-maths', [leaf('quiz-1')], { attemptPolicy: policy })
    await tryOnce(school, 'latest', 4, 30, IN_MATHS)
    await tryOnce(school, 'first', 6, 10, IN_MATHS)
    await tryOnce(school, 'best', 9, 20, IN_MATHS)
    const attempts = [
      ['first', 6],
      ['best', 9],
      ['latest', 4],
    ]
    assert.deepEqual(await scoreOf(school, IN_MATHS), { score, max_score: 10, attempts })
    const { assessmentStatus } = await school.summary({ userId: 'rahul', collectionId: 'class-1-maths' })
    assert.deepEqual(assessmentStatus, { 'quiz-1': { score, max_score: 10 } })
  })
}

test('changing the policy of a collection changes which attempt counts', async (t) => {
  const school = await openSchool(t)
  await school.publish('class-1-maths', [leaf('quiz-1')])
  await tryOnce(school, 'a', 9, 10, IN_MATHS)
  await tryOnce(school, 'b', 4, 20, IN_MATHS)
  await school.publish('class-1-maths', [leaf('quiz-1')], { attemptPolicy: 'latest' })
  assert.equal((await scoreOf(school, IN_MATHS)).score, 4)
})

test('an attempt answers no more questions than its content has; fewer are taken, repeats are no more', async (t) => {
  const school = await openSchool(t)
  await school.publish('class-1-maths', [leaf('quiz-1', { totalQuestions: 2 })])
  const send = (...ids: string[]) => {
    const assessments = ids.map((id, second) => answer(id, 1, 1, second))
    return school.post('/v1/assessment/submit', { ...IN_MATHS, attemptId: ids.join(), assessments })
  }
  assert.equal(refusal(await send('q1', 'q2', 'q3')), '400 TOO_MANY_QUESTIONS')
  assert.equal((await school.read(IN_MATHS))['score'], null)
  assert.equal((await send('q1')).status, 200)
  assert.equal((await send('q1', 'q2', 'q1', 'q2')).status, 200)
})

test('a content that is not in the published collection is refused; where nothing is published it is taken', async (t) => {
  const school = await openSchool(t)
  const sent = { ...IN_MATHS, assessments: [answer('q1', 1, 1)] }
  assert.equal((await school.post('/v1/assessment/submit', { ...sent, collectionId: 'unknown' })).status, 200)
  await school.publish('class-1-maths', [leaf('quiz-2')])
  const refused = await school.post('/v1/assessment/submit', sent)
  assert.equal(fault(refused), '400 CONTENT_NOT_IN_COLLECTION request.contentId')
  assert.equal((await school.read(IN_MATHS))['score'], null)
})

test('the flat form of newer players is scored like ASSESS events, and both may be mixed', async (t) => {
  const school = await openSchool(t)
  const flat = { questionId: 'q1', score: 0.33, maxScore: 1, duration: 4, timestamp: NOON, questionType: 'mcq' }
  const assessments = [flat, { ...flat, questionId: 'q2', timestamp: String(NOON) }, answer('q1', 1, 1, 9)]
  const { score, max_score } = await submit(school, { assessments })
  assert.deepEqual([score, max_score], [1.33, 2])
})

test('an attempt without an id gets one from its first answer: the same each time, also with more answers', async (t) => {
  const school = await openSchool(t)
  const first = await submit(school, { assessments: [answer('q1', 1, 1, 0)] })
  const again = await submit(school, { assessments: [answer('q1', 1, 1, 0)] })
  const more = await submit(school, { assessments: [answer('q2', 1, 1, 8), answer('q1', 1, 1, 0)] })
  assert.match(String(first['attemptId']), /^[0-9a-f]{32}$/)
  assert.deepEqual([again['attemptId'], more['attemptId']], [first['attemptId'], first['attemptId']])
  assert.deepEqual([again['outcome'], more['outcome'], more['score']], ['STALE', 'REPLACED', 2])
  const ids = [first['attemptId']]
  const others = [{ ...KEY, userId: 'asha' }, { ...KEY, contentId: 'quiz-2' }, IN_MATHS]
  const inContext = { ...IN_MATHS, contextId: 'batch-1' }
  for (const key of [...others, inContext, { ...inContext, collectionId: 'class-2-maths' }]) {
    ids.push((await submit(school, { assessments: [answer('q1', 1, 1)] }, key))['attemptId'])
  }
  ids.push((await submit(school, { assessments: [answer('q1', 1, 1, 1)] }))['attemptId'])
  assert.equal(new Set(ids).size, 7)
})

test('the submission of the Sunbird viewer service is taken as it is', async (t) => {
  const school = await openSchool(t)
  const { request, http } = fixture('sunbird/assess-submit-request.json') as { request: Json; http: number }
  const submitted = await school.post('/v1/assessment/submit', request)
  assert.equal(submitted.status, http)
  assert.equal(submitted.body.result['content_1'], 'SUCCESS')
  const where = { userId: String(request['userId']), collectionId: 'collection_1' }
  const { contents } = await school.ok('/v1/assessment/read', { ...where, contentId: ['content_1'] })
  assert.deepEqual(contents?.['0']?.['attempts'], [
    { attemptId: '9b520f8b329b3169f439ec587746ceee', score: 0, max_score: 10, lastAttemptedOn: 1621247557820 },
  ])
})

test('one request may wrap several attempts, each with its own content', async (t) => {
  const school = await openSchool(t)
  const wrap = (contentid: string, attemptId: string, score: number) => ({
    contentid,
    attemptId,
    assessmentTs: String(NOON),
    events: [answer('q1', score, 2)],
  })
  const result = await school.ok('/v1/assessment/submit', {
    userId: 'rahul',
    assessments: [wrap('quiz-1', 'a', 1), wrap('quiz-2', 'b', 2)],
  })
  assert.deepEqual([result['quiz-1'], result['quiz-2']], ['SUCCESS', 'SUCCESS'])
  assert.deepEqual(await scoreOf(school, { userId: 'rahul', contentId: 'quiz-2' }), {
    score: 2,
    max_score: 2,
    attempts: [['b', 2]],
  })
})
