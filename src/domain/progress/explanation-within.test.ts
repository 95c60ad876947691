/** What an explanation tells a reader of some collections: nothing of rows elsewhere, not even whether there are any. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { explainSummary, type ViewExplanation } from './explanation.ts'
import { withinCollections } from './explanation-within.ts'
import { explain } from './learner-state.ts'
import { RECENT_OR_DURING, SEED_USER, type Deed } from './seed-scenarios.ts'
import { afterDeeds, schoolOf } from './seed-school.ts'
import { inEnglish, tellSummary, tellView } from './tell-explanation.ts'

const school = schoolOf({
  mode: 'copy-content',
  timeZone: 'UTC',
  rules: [RECENT_OR_DURING],
  collections: { maths: ['a'], arts: ['a'] },
  contexts: [],
})
const MATHS = { collectionId: 'maths', contextId: 'batch' }
const ARTS = { collectionId: 'arts', contextId: 'secret-batch' }
const enrols: Deed = { enrolsIn: MATHS, at: '2026-03-01T00:00:00Z' }
const completed = (place: object, at: string): Deed => ({ completes: 'a', at, ...place })

function explained(...deeds: readonly Deed[]): ViewExplanation {
  return explain(school, afterDeeds(school, deeds), { userId: SEED_USER, ...MATHS, contentId: 'a' })
}

function told(explanation: ViewExplanation): string {
  return tellView(explanation, inEnglish('UTC')).join('\n')
}

test('a copy from another collection is told with rule and dates, without the place it came from', () => {
  const whole = explained(completed(ARTS, '2026-02-01T00:00:00Z'), enrols)
  const seen = withinCollections(whole, new Set(['maths']))
  assert.deepEqual(
    [whole.chain.map(({ kind }) => kind), seen.chain.map(({ kind }) => kind)],
    [['copied', 'viewed'], ['copied-from-elsewhere']],
  )
  assert.equal(seen.status, 2)
  assert.match(told(seen), /from a place that is not shown here, completed on 2026-02-01 .* by rule “recent-or-during”/)
  assert.doesNotMatch(JSON.stringify(seen) + told(seen), /arts|secret/)
})

test('whether there is progress elsewhere that did not count cannot be told from the explanation', () => {
  const late = explained(completed(ARTS, '2025-02-01T00:00:00Z'), enrols)
  assert.equal(late.refused.length, 1)
  const seen = withinCollections(late, new Set(['maths']))
  assert.deepEqual(seen, withinCollections(explained(enrols), new Set(['maths'])))
  assert.match(told(seen), /outside the collections that you may read is not looked at/)
  assert.doesNotMatch(told(seen), /no other progress/)
})

test('rows of all collections that the reader may read are told in full', () => {
  const whole = explained(completed(ARTS, '2026-02-01T00:00:00Z'), enrols)
  const seen = withinCollections(whole, new Set(['maths', 'arts']))
  assert.deepEqual(seen, { ...whole, withheld: true })
})

test('a summary says why nothing is required, and why it stays complete when contents are added', () => {
  const key = { userId: SEED_USER, ...MATHS }
  const tell = (progress: number, required: number, completedAt: number | undefined): string => {
    const figures = { progress, required, status: completedAt === undefined ? 0 : 2, completedAt } as const
    return tellSummary(explainSummary('strict', key, figures, []), inEnglish('UTC')).join('\n')
  }
  assert.match(tell(0, 0, undefined), /Nothing is required/)
  assert.match(tell(1, 3, 0), /1 of 3 required contents are complete: 33 %\.\nIt stays complete/)
  assert.doesNotMatch(tell(3, 3, 0), /stays|Nothing/)
})
