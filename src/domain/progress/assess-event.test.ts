import assert from 'node:assert/strict'
import test from 'node:test'
import { readAssessEvent } from './assess-event.ts'
import { latestAnswers, scoreAttempt, type Answer } from './attempt.ts'

const event = (fields: object = {}, edata: object = {}): object => ({
  eid: 'ASSESS',
  ets: 1621247568145,
  edata: {
    item: { id: 'q1', maxscore: 10, type: 'mcq', title: 't' },
    score: 0.33,
    duration: 11,
    resvalues: [{ '∑χ': '4' }],
    ...edata,
  },
  ...fields,
})

test('a telemetry event is read as an answer', () => {
  const reading = readAssessEvent(event())
  assert.deepEqual(reading, {
    ok: true,
    answer: {
      questionId: 'q1',
      answeredAt: 1621247568145,
      score: 0.33,
      maxScore: 10,
      type: 'mcq',
      title: 't',
      durationSeconds: 11,
      response: [{ '∑χ': '4' }],
    },
  })
})

test('the flat form of newer players is read the same way', () => {
  const reading = readAssessEvent({
    questionId: 'q1',
    score: 1,
    maxScore: 2,
    timestamp: '1621247568145',
    questionType: 'mtf',
  })
  assert.ok(reading.ok)
  assert.deepEqual([reading.answer.answeredAt, reading.answer.maxScore, reading.answer.type], [1621247568145, 2, 'mtf'])
})

const faults: readonly (readonly [name: string, event: unknown, path: string])[] = [
  ['no object', 7, ''],
  ['another event', event({ eid: 'INTERACT' }), 'eid'],
  ['no question', event({}, { item: { maxscore: 1 } }), 'edata.item.id'],
  ['a question that is no text', event({}, { item: { id: 7, maxscore: 1 } }), 'edata.item.id'],
  ['no time', event({ ets: undefined }), 'ets'],
  ['a time that is no whole number', event({ ets: 1.5 }), 'ets'],
  ['a time beyond what a number holds', event({ ets: 2 ** 60 }), 'ets'],
  ['a score that is text', event({}, { score: '1' }), 'edata.score'],
  ['no maximum', event({}, { item: { id: 'q1' } }), 'edata.item.maxscore'],
  ['a negative maximum', event({}, { item: { id: 'q1', maxscore: -1 } }), 'edata.item.maxscore'],
  ['a score above the maximum', event({}, { score: 11 }), 'edata.score'],
]

for (const [name, sent, path] of faults) {
  test(`an event with ${name} is refused at ${path === '' ? 'the event itself' : path}`, () => {
    const reading = readAssessEvent(sent)
    assert.equal(reading.ok ? 'accepted' : reading.fault.path, path)
  })
}

const answer = (questionId: string, answeredAt: number, score: number): Answer => ({
  questionId,
  answeredAt,
  score,
  maxScore: 1,
  type: '',
  title: '',
  durationSeconds: 0,
  response: null,
})

test('of several answers to a question the latest counts; of two at one time the first in the list', () => {
  const kept = latestAnswers([
    answer('b', 5, 0),
    answer('a', 1, 0),
    answer('a', 3, 1),
    answer('a', 3, 0),
    answer('a', 2, 0),
  ])
  assert.deepEqual(kept.map(({ questionId, score }) => [questionId, score]), [['a', 1], ['b', 0]]) // prettier-ignore
})

test('scores are sums of doubles without the noise of binary fractions', () => {
  const { score, maxScore } = scoreAttempt('1', 1, [answer('a', 1, 0.1), answer('b', 1, 0.2), answer('c', 1, 1)])
  assert.deepEqual([score, maxScore], [1.3, 3])
})
