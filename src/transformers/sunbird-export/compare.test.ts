import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { scoreAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import { isId } from '../../domain/id.ts'
import { readHierarchy, type AttemptPolicy, type Structure } from '../../domain/progress/hierarchy.ts'
import { summarise } from '../../domain/progress/summary.ts'
import { factRow, joinViews, type ViewRow } from '../../domain/progress/view.ts'
import type { ActivityClaim, ClaimedScore } from './activity-aggregates.ts'
import { REASONS } from './claim-reasons.ts'
import { compareActivity, compareEnrolment, type ClaimDifference, type Known } from './compare.ts'
import type { EnrolmentClaim } from './enrolments.ts'

const DAY = 86_400_000
const LIMITS = { nodesMax: 100, depthMax: 8, isId }
const KEY = { userId: 'u1', collectionId: 'course', contextId: 'batch' }

/** A course of unit 1 with a and b, and an optional c beside it. */
function course(policy: AttemptPolicy = 'best'): Structure {
  const optional = { relationalMetadata: { optional: true } }
  const unit = { identifier: 'unit-1', children: [{ identifier: 'a' }, { identifier: 'b' }] }
  const children = [unit, { identifier: 'c', ...optional }]
  return readHierarchy('course', { identifier: 'course', children }, policy, LIMITS)
}

const begun = (at: number): ViewRow => factRow({ kind: 'start', at, timed: true })
const done = (at: number): ViewRow => joinViews(begun(at), factRow({ kind: 'end', at, timed: true }))

interface Given {
  readonly views?: Readonly<Record<string, ViewRow>>
  readonly attempts?: Readonly<Record<string, readonly Attempt[]>>
  readonly completedAt?: number
  readonly policy?: AttemptPolicy
}

function known({ views = {}, attempts = {}, completedAt, policy }: Given): Known {
  const structure = course(policy)
  const raw = { views: new Map(Object.entries(views)), attempts: new Map(Object.entries(attempts)), completedAt }
  return { structure, summary: summarise(structure, 1, raw), views: raw.views, attempts: raw.attempts }
}

function claim(
  status: number,
  completedCount: number | undefined,
  contents: Readonly<Record<string, number>> = {},
  completedAt?: number,
): EnrolmentClaim {
  return { status, completedCount, completedAt, contents: new Map(Object.entries(contents)) }
}

function attempt(id: string, score: number, at = 1): Attempt {
  const rest = { answeredAt: at, maxScore: 5, type: '', title: '', durationSeconds: 1, response: null }
  return scoreAttempt(id, at, [{ questionId: 'q', score, ...rest }])
}

/** Each as a line. */
function lines(differences: readonly ClaimDifference[]): string[] {
  return differences.map(
    ({ field, claimed, recomputed, reason, right }) =>
      `${field} ${String(claimed)} -> ${String(recomputed)}: ${reason}, ${right}`,
  )
}

type Row = readonly [what: string, given: Given, claim: EnrolmentClaim, expected: readonly string[]]
const HALF = { views: { a: done(DAY), b: begun(DAY) } }
const WHOLE = { views: { a: done(DAY), b: done(2 * DAY) } }

const ENROLMENTS: readonly Row[] = [
  ['what agrees', HALF, claim(1, 1, { a: 2, b: 1 }), []],
  ['a claim that says nothing of contents, as older generations have it', HALF, claim(1, 1), []],
  ['a content that was begun since the last one was completed', HALF, claim(1, 1, { a: 2 }), []],
  [
    'a course of which nothing but a beginning is known',
    { views: { b: begun(DAY) } },
    claim(0, 0),
    ['status 0 -> 1: BEGUN, recomputed'],
  ],
  ['a claim without a count', HALF, claim(1, undefined, { a: 2, b: 1 }), []],
  ['a completion that was noted when the job ran', WHOLE, claim(2, 2, { a: 2, b: 2 }, 2 * DAY + 60_000), []],
  [
    'an aggregate that an event never reached',
    WHOLE,
    claim(1, 1, { a: 2, b: 1 }),
    [
      'contents[b] 1 -> 2: BEHIND, recomputed',
      'completedCount 1 -> 2: CONTENTS_DIFFER, recomputed',
      'status 1 -> 2: CONTENTS_DIFFER, recomputed',
    ],
  ],
  [
    'a content whose row is gone',
    { views: { a: done(DAY) } },
    claim(2, 2, { a: 2, b: 2 }),
    [
      'contents[b] 2 -> 0: NO_ROW, unknown',
      'completedCount 2 -> 1: CONTENTS_UNCERTAIN, unknown',
      'status 2 -> 1: CONTENTS_UNCERTAIN, unknown',
    ],
  ],
  [
    'a content whose row says less',
    HALF,
    claim(1, 2, { a: 2, b: 2 }),
    ['contents[b] 2 -> 1: ROW_SAYS_LESS, recomputed', 'completedCount 2 -> 1: CONTENTS_DIFFER, recomputed'],
  ],
  [
    'optional contents that reconciliation counted',
    { views: { a: done(DAY), c: done(DAY) } },
    claim(1, 2, { a: 2, c: 2 }),
    ['completedCount 2 -> 1: OPTIONAL_COUNTED, recomputed'],
  ],
  [
    'contents that the course no longer has',
    { views: { a: done(DAY), x: done(DAY) } },
    claim(1, 2, { a: 2, x: 2 }),
    ['contents[x] 2 -> null: NOT_A_LEAF, recomputed', 'completedCount 2 -> 1: OTHERS_COUNTED, recomputed'],
  ],
  [
    'a count that its own contents do not make',
    HALF,
    claim(1, 7, { a: 2, b: 1 }),
    ['completedCount 7 -> 1: COUNT_WRONG, recomputed'],
  ],
  [
    'a learner who finished before contents were added, and stays complete',
    { ...HALF, completedAt: DAY },
    claim(2, 1, { a: 2, b: 1 }, DAY),
    [],
  ],
  [
    'one of whom nobody knows when that was',
    HALF,
    claim(2, 1, { a: 2, b: 1 }),
    ['status 2 -> 1: NO_LONGER_COMPLETE, unknown'],
  ],
  ['a status behind its own contents', WHOLE, claim(1, 2, { a: 2, b: 2 }), ['status 1 -> 2: BEHIND, recomputed']],
  [
    'a completion that moved with every further one',
    WHOLE,
    claim(2, 2, { a: 2, b: 2 }, 9 * DAY),
    ['completedAt 1970-01-10T00:00:00Z -> 1970-01-03T00:00:00Z: EARLIER, recomputed'],
  ],
]
for (const [what, given, said, expected] of ENROLMENTS) {
  test(`an enrolment is compared: ${what}`, () => {
    assert.deepEqual(lines(compareEnrolment(said, known(given))), expected)
  })
}

test('where nothing can be recomputed, that is said and nothing else', () => {
  const none = { views: new Map<string, ViewRow>(), attempts: new Map<string, readonly Attempt[]>() }
  const activity: ActivityClaim = { of: 'collection', key: KEY, completedCount: 1, scores: new Map() }
  for (const [structure, reason] of [
    [undefined, 'COLLECTION_NOT_PUBLISHED'],
    [course(), 'NO_SUMMARY'],
  ] as const) {
    const nothing = { ...none, structure, summary: undefined }
    const found = [...compareEnrolment(claim(2, 2), nothing), ...compareActivity(activity, nothing)]
    assert.deepEqual(
      found.map((one) => one.reason),
      [reason, reason],
    )
  }
})

function activity(
  completedCount: number | undefined,
  scores: Readonly<Record<string, ClaimedScore>> = {},
): ActivityClaim {
  return { of: 'collection', key: KEY, completedCount, scores: new Map(Object.entries(scores)) }
}
const scored = (score: number, attempts?: number, maxScore: number | undefined = 5): ClaimedScore => ({
  score,
  maxScore,
  attempts,
})

const TWO = { attempts: { a: [attempt('1', 2, 1), attempt('2', 4, 2), attempt('3', 3, 3)] } }
const SCORES: readonly (readonly [string, Given, ActivityClaim, readonly string[]])[] = [
  ['scores that agree', TWO, activity(0, { a: scored(4, 3) }), []],
  ['sums in another order', { attempts: { a: [attempt('1', 0.3)] } }, activity(0, { a: scored(0.1 + 0.2) }), []],
  ['scores that a merge of accounts lost', TWO, activity(0), ['scores[a].score null -> 4: SCORE_LOST, recomputed']],
  ['attempts that are gone', {}, activity(0, { a: scored(4, 1) }), ['scores[a].score 4 -> null: NO_ATTEMPT, unknown']],
  ['some of them', TWO, activity(0, { a: scored(4, 5) }), ['scores[a].attempts 5 -> 3: NO_ATTEMPT, unknown']],
  [
    'a better attempt that was not counted',
    TWO,
    activity(0, { a: scored(2, 1) }),
    ['scores[a].score 2 -> 4: BEHIND, recomputed', 'scores[a].attempts 1 -> 3: BEHIND, recomputed'],
  ],
  [
    'a course that counts the latest attempt',
    { ...TWO, policy: 'latest' },
    activity(0, { a: scored(4, 3) }),
    ['scores[a].score 4 -> 3: OTHER_POLICY, recomputed'],
  ],
  [
    'a score that no answers make',
    TWO,
    activity(0, { a: scored(5, 3) }),
    ['scores[a].score 5 -> 4: NO_SUCH_SCORE, recomputed'],
  ],
  [
    'a maximum of another attempt',
    TWO,
    activity(0, { a: scored(4, 3, 9) }),
    ['scores[a].maxScore 9 -> 5: OTHER_ATTEMPT, recomputed'],
  ],
  ['a count that is behind', WHOLE, activity(1), ['completedCount 1 -> 2: BEHIND, recomputed']],
  [
    'optional contents in the count',
    { views: { a: done(DAY), c: done(DAY) } },
    activity(2),
    ['completedCount 2 -> 1: OPTIONAL_COUNTED, recomputed'],
  ],
]
for (const [what, given, said, expected] of SCORES) {
  test(`aggregates are compared: ${what}`, () => {
    assert.deepEqual(lines(compareActivity(said, known(given))), expected)
  })
}

test('aggregates of a unit are compared with those of the unit', () => {
  const unit = (id: string, completedCount: number): ActivityClaim => ({
    ...activity(completedCount),
    of: 'unit',
    key: { ...KEY, collectionId: id },
  })
  assert.deepEqual(compareActivity(unit('unit-1', 1), known(HALF)), [])
  assert.deepEqual(lines(compareActivity(unit('unit-1', 0), known(HALF))), [
    'completedCount 0 -> 1: BEHIND, recomputed',
  ])
  assert.deepEqual(lines(compareActivity(unit('gone', 1), known(HALF))), ['unit gone -> null: NOT_A_UNIT, recomputed'])
})

test('every reason stands in the guide, in the words of the report', () => {
  const guide = readFileSync(new URL('../../../docs/how-to/from-sunbird.md', import.meta.url), 'utf8')
  const told = [...guide.matchAll(/^\| `([A-Z_]+)` +\| (\w+) +\| (.*?) +\|$/gm)].map(([, ...cells]) => cells)
  assert.deepEqual(
    told,
    Object.entries(REASONS).map(([reason, words]) => [reason, ...words]),
  )
})
