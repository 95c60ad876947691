/** Submissions that cannot be scored: refused by name, with nothing recorded. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, items, openSchool } from '../../test/support/school.ts'

const KEY = { userId: 'rahul', contentId: 'quiz-1' }
const ETS = 1_621_247_568_145

const EVENT = { eid: 'ASSESS', ets: ETS, edata: { item: { id: 'q1', maxscore: 2 }, score: 1 } }
const FLAT = { questionId: 'q1', score: 1, maxScore: 2, timestamp: ETS }
const WRAPPED = { contentId: 'quiz-1', attemptId: 'a', assessmentTs: ETS, events: [EVENT] }

function scored(edata: object): object {
  return { ...EVENT, edata: { ...EVENT.edata, ...edata } }
}

const AT = 'request.assessments[0]'
const REFUSALS: readonly (readonly [why: string, assessments: unknown, code: string, field: string])[] = [
  ['no list', 'none', 'INVALID_FIELD', 'request.assessments'],
  ['an empty list', [], 'INVALID_FIELD', 'request.assessments'],
  ['an event that is no object', ['ASSESS'], 'INVALID_FIELD', AT],
  ['an event of another kind', [{ ...EVENT, eid: 'IMPRESSION' }], 'INVALID_FIELD', `${AT}.eid`],
  ['no time of the answer', [{ ...EVENT, ets: undefined }], 'INVALID_FIELD', `${AT}.ets`],
  ['a time that is no number', [{ ...EVENT, ets: 'noon' }], 'INVALID_FIELD', `${AT}.ets`],
  ['no question', [scored({ item: { maxscore: 2 } })], 'INVALID_FIELD', `${AT}.edata.item.id`],
  ['no score', [scored({ score: undefined })], 'INVALID_FIELD', `${AT}.edata.score`],
  ['a score in words', [scored({ score: '1' })], 'INVALID_FIELD', `${AT}.edata.score`],
  ['a score above the maximum', [scored({ score: 3 })], 'INVALID_FIELD', `${AT}.edata.score`],
  ['a negative maximum', [scored({ item: { id: 'q', maxscore: -1 } })], 'INVALID_FIELD', `${AT}.edata.item.maxscore`],
  ['a fault in a later event', [EVENT, scored({ score: null })], 'INVALID_FIELD', 'request.assessments[1].edata.score'],
  ['a flat event without question', [{ ...FLAT, questionId: 7 }], 'INVALID_FIELD', `${AT}.questionId`],
  ['a flat event without maximum', [{ ...FLAT, maxScore: undefined }], 'INVALID_FIELD', `${AT}.maxScore`],
  ['a flat event without time', [{ ...FLAT, timestamp: undefined }], 'INVALID_FIELD', `${AT}.timestamp`],
  ['a wrapper without events', [{ ...WRAPPED, events: [] }], 'MISSING_FIELD', `${AT}.events`],
  ['events that are no list', [{ ...WRAPPED, events: EVENT }], 'INVALID_FIELD', `${AT}.events`],
  ['a wrapper for someone else', [{ ...WRAPPED, userId: 'asha' }], 'CONFLICTING_FIELDS', `${AT}.userId`],
  ['an attempt without a proper id', [{ ...WRAPPED, attemptId: '' }], 'INVALID_ID', `${AT}.attemptId`],
  [
    'a fault in a later wrapper',
    [WRAPPED, { ...WRAPPED, events: [{}] }],
    'INVALID_FIELD',
    'request.assessments[1].events[0].questionId',
  ],
  ['a time that is no time', [{ ...WRAPPED, assessmentTs: 'noon' }], 'INVALID_FIELD', `${AT}.assessmentTs`],
  ['a time of part of a millisecond', [{ ...WRAPPED, assessmentTs: ETS + 0.5 }], 'INVALID_FIELD', `${AT}.assessmentTs`],
  ['a time before 2000', [{ ...WRAPPED, assessmentTs: 1 }], 'TIME_TOO_EARLY', `${AT}.assessmentTs`],
  ['a time far ahead', [{ ...WRAPPED, assessmentTs: 4_000_000_000_000 }], 'TIME_IN_FUTURE', `${AT}.assessmentTs`],
]

test('a submission that cannot be scored is refused by the field at fault, and nothing of it is recorded', async (t) => {
  const school = await openSchool(t)
  for (const [why, assessments, code, field] of REFUSALS) {
    const answer = await school.post('/v1/assessment/submit', { ...KEY, assessments })
    assert.equal(fault(answer), `400 ${code} ${field}`, why)
  }
  const { contents } = await school.ok('/v1/assessment/read', KEY)
  assert.deepEqual(items(contents), [])
})

test('a submission must say which content it is of', async (t) => {
  const school = await openSchool(t)
  const answer = await school.post('/v1/assessment/submit', { userId: 'rahul', assessments: [EVENT] })
  assert.equal(fault(answer), '400 MISSING_FIELD request.contentId')
})

test('a submission beyond its limit of events is refused', async (t) => {
  const school = await openSchool(t, { ASSESS_EVENTS_MAX: '2' })
  const send = (assessments: readonly unknown[]) => school.post('/v1/assessment/submit', { ...KEY, assessments })
  assert.equal((await send([EVENT, EVENT])).status, 200)
  assert.equal(fault(await send([EVENT, EVENT, EVENT])), '400 BATCH_TOO_LARGE request.assessments')
})

test('an assessment alone starts no view', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/assessment/submit', { ...KEY, assessments: [EVENT] })
  const { status, score, max_score } = await school.read(KEY)
  assert.deepEqual({ status, score, max_score }, { status: 0, score: 1, max_score: 2 })
})

test('contents without an attempt are left out of assessment/read, and without ids all of the collection come', async (t) => {
  const school = await openSchool(t)
  const where = { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' }
  for (const contentId of ['quiz-1', 'quiz-2']) {
    await school.ok('/v1/assessment/submit', { ...where, contentId, assessments: [EVENT] })
  }
  const read = async (more: object) => {
    const { contents } = await school.ok('/v1/assessment/read', { ...where, ...more })
    return items(contents).map(({ identifier }) => identifier)
  }
  assert.deepEqual(await read({}), ['quiz-1', 'quiz-2'])
  assert.deepEqual(await read({ contentId: ['quiz-3', 'quiz-2'] }), ['quiz-2'])
  assert.deepEqual(await read({ contextId: 'batch-2' }), [])
})
