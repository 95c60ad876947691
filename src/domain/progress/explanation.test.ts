import assert from 'node:assert/strict'
import test from 'node:test'
import { decideEnrolment } from './carry.ts'
import { REFUSALS, type ContentHistory } from './copying.ts'
import { ENGLISH, fill, placeholders } from './explanation-sentences.ts'
import { explainSummary, explainView, type ViewExplanation } from './explanation.ts'
import type { ViewKey } from './key.ts'
import { explain, type School } from './learner-state.ts'
import { NO_PROVENANCE } from './provenance.ts'
import { SEED_SCENARIOS, SEED_USER } from './seed-scenarios.ts'
import { afterDeeds, playAnswer, schoolOf } from './seed-school.ts'
import { inEnglish, tellSummary, tellView } from './tell-explanation.ts'

const userId = SEED_USER
const STATUS_WORDS = ['is not started', 'is in progress', 'is complete'] as const

function told(explanation: ViewExplanation, timeZone: string): string {
  return tellView(explanation, inEnglish(timeZone)).join('\n')
}

for (const scenario of SEED_SCENARIOS) {
  for (const answer of scenario.answers) {
    test(`${scenario.title} is explained: ${answer.action}`, () => {
      const { school, state, opens } = playAnswer(scenario, answer)
      const explanation = explain(school, state, opens)
      assert.deepEqual([explanation.status, explanation.mode], [answer.progress, scenario.mode])
      const text = told(explanation, scenario.timeZone)
      const [first = ''] = text.split('\n')
      assert.ok(first.startsWith(`“${opens.contentId}”`) && first.includes(STATUS_WORDS[answer.progress]), text)
      for (const fragment of answer.says) assert.ok(text.includes(fragment), `${fragment} is missing in:\n${text}`)
      assert.doesNotMatch(text, /[{}—]|undefined|null/)
    })
  }
}

const school: School = schoolOf({
  mode: 'copy-content',
  timeZone: 'Europe/Berlin',
  rules: [{ id: 'recent', any: [{ completedWithin: 'P3M' }, { completedDuring: 'context' }] }],
  collections: { course: ['a', 'b'] },
  contexts: [
    { collectionId: 'course', contextId: 'batch', kind: 'batch', startDate: '2026-03-01', endDate: '2026-06-30' },
  ],
})
const enrolled = { enrolsIn: { collectionId: 'course', contextId: 'batch' }, at: '2026-05-01T12:00:00+02:00' }
const explained = (at: string, contentId = 'a'): ViewExplanation =>
  explain(school, afterDeeds(school, [{ completes: 'a', at }, enrolled]), {
    userId,
    collectionId: 'course',
    contextId: 'batch',
    contentId,
  })

test('a copy is told with source, rule, the condition that was true, and its dates', () => {
  assert.deepEqual(tellView(explained('2026-02-10T09:00:00+01:00'), inEnglish('Europe/Berlin')), [
    '“a” in “course”, context “batch” is complete: it was completed on 2026-02-10 09:00:00+01:00.',
    '“a” in “course”, context “batch” was copied from “a” on its own, completed on 2026-02-10 09:00:00+01:00, by rule ' +
      '“recent” on 2026-05-01 12:00:00+02:00: completed on 2026-02-10 09:00:00+01:00, which is within 3 months before ' +
      '2026-05-01 12:00:00+02:00.',
    'The learner viewed “a” on its own: started on 2026-02-10 08:59:00+01:00, completed on 2026-02-10 09:00:00+01:00.',
  ])
})

test('a refusal is told with the rule, each condition that failed, and the dates compared', () => {
  const text = told(explained('2026-01-10T09:00:00+01:00'), 'Europe/Berlin')
  assert.match(text, /^“a” in “course”, context “batch” is not started\./)
  assert.ok(
    text.includes(
      '“a” on its own, completed on 2026-01-10 09:00:00+01:00, was not taken: on 2026-05-01 12:00:00+02:00 no rule ' +
        'held: rule “recent” (completed on 2026-01-10 09:00:00+01:00, which is not within 3 months before ' +
        '2026-05-01 12:00:00+02:00 (not after 2026-02-01 12:00:00+01:00) and completed on 2026-01-10 09:00:00+01:00, ' +
        'which is not while the context ran (2026-03-01 00:00:00+01:00 to 2026-06-30 23:59:59.999+02:00)).',
    ),
    text,
  )
})

test('where nothing could count, that is told', () => {
  const text = told(explained('2026-01-10T09:00:00+01:00', 'b'), 'UTC')
  assert.match(text, /waits to be started since the enrolment of 2026-05-01 10:00:00\+00:00/)
  assert.match(text, /There is no other progress in “b”/)
})

test('a summary is told with its count, its percentage and what counts', () => {
  const key = { userId, collectionId: 'course', contextId: 'batch' }
  const leaves = ['a', 'b'].map((leaf) => explained('2026-02-10T09:00:00+01:00', leaf))
  const summary = { progress: 1, required: 2, status: 1, completedAt: undefined } as const
  const explanation = explainSummary('copy-content', key, summary, leaves)
  assert.deepEqual([explanation.percentage, explanation.rows, explanation.leaves.length], [50, 'context', 2])
  assert.deepEqual(tellSummary(explanation, inEnglish('UTC')), [
    '“course”, context “batch”, is in progress.',
    '1 of 2 required contents are complete: 50 %.',
    'In mode copy-content each content counts as it was done in this context.',
  ])
  const complete = explainSummary('content', key, { progress: 2, required: 2, status: 2, completedAt: 0 }, leaves)
  assert.match(tellSummary(complete, inEnglish('UTC')).join(' '), /is complete since 1970-01-01 00:00:00\+00:00\./)
})

test('a row made by a change of mode names the row and the mode it was made from', () => {
  const asked: ViewKey = { userId, collectionId: 'c', contextId: 'c', contentId: 'c' }
  const from = { ...asked, collectionId: 'course', contextId: 'batch' }
  const times = { startedAt: 1000, completedAt: 2000 }
  const provenance = { ...NO_PROVENANCE, migrated: [{ from, fromMode: 'strict', at: 5000 } as const] }
  const explanation = explainView({
    mode: 'content',
    asked,
    rowAt: () => ({ times, own: undefined, provenance }),
    lookAtSources: () => [],
  })
  assert.deepEqual(tellView(explanation, inEnglish('UTC')), [
    '“c” on its own is complete: it was completed on 1970-01-01 00:00:02+00:00.',
    '“c” (wherever it is viewed) was made from “c” in “course”, context “batch” when the instance left mode strict on 1970-01-01 00:00:05+00:00.',
  ])
})

test('every refusal has its sentence, and values are never read as placeholders', () => {
  for (const reason of REFUSALS) assert.ok(ENGLISH[`refused ${reason}`].length > 0)
  assert.deepEqual(placeholders(ENGLISH.copied), ['row', 'source', 'completedAt', 'rule', 'at', 'because'])
  assert.equal(fill('{a} {b}', { a: '{b}', b: '__proto__' }), '{b} __proto__')
})

test('enrolling into a collection of 500 leaves with 100 sources is decided leaf by leaf, in their order', () => {
  const key = { userId, collectionId: 'k', contextId: 'x' }
  const at = 1_000_000_000
  const enrolment = { firstEnrolledAt: at, enrolledAt: at, unenrolledAt: null }
  const target = { key, enrolment, context: undefined, rules: school.rules }
  const leaves = Array.from({ length: 500 }, (_, index): ContentHistory => {
    const contentId = `c${String(index)}`
    const row = { userId, collectionId: contentId, contextId: contentId, contentId }
    const times = { startedAt: 1, completedAt: at - index }
    const rows = index % 5 === 0 ? [{ key: row, times, copied: null, context: undefined }] : []
    return { mode: 'copy-content', timeZone: 'UTC', contentId, rows, targets: [target] }
  })
  const decisions = decideEnrolment(key, leaves)
  assert.deepEqual(
    decisions.map(({ target: { contentId } }) => contentId),
    leaves.map(({ contentId }) => contentId),
  )
  const counts = (['copy', 'blank'] as const).map(
    (kind) => decisions.filter((decision) => decision.kind === kind).length,
  )
  assert.deepEqual(counts, [100, 400])
})
