import assert from 'node:assert/strict'
import test from 'node:test'
import { scoreAttempt } from './attempt.ts'
import type { ViewKey } from './key.ts'
import { factsIn, isRekeyed, keyAfter, type LearnerFacts } from './learner-facts.ts'
import { MODES, targetRow, type Mode } from './mode.ts'
import { factRow } from './view.ts'

const userId = 'asha'
const IN_CONTEXT: ViewKey = { userId, collectionId: 'L', contextId: 'X', contentId: 'c' }
const IN_COLLECTION: ViewKey = { ...IN_CONTEXT, contextId: 'L' }
const OF_CONTENT: ViewKey = { userId, collectionId: 'c', contextId: 'c', contentId: 'c' }
const NAMES = new Map([
  [IN_CONTEXT, 'X'],
  [IN_COLLECTION, 'L'],
  [OF_CONTENT, 'c'],
])

function nameOf(key: ViewKey): string | undefined {
  return [...NAMES].find(([known]) => JSON.stringify(known) === JSON.stringify(key))?.[1]
}

/** Where a view of c in L and X is found, from the mode of the line to that of the column. */
const TABLE: Readonly<Record<Mode, readonly string[]>> = {
  //                strict content collection copy-content copy-collection move
  strict: ['X', 'c', 'L', 'X', 'X', 'X'],
  content: ['c', 'c', 'c', 'c', 'c', 'c'],
  collection: ['L', 'c', 'L', 'L', 'L', 'L'],
  'copy-content': ['X', 'c', 'L', 'X', 'X', 'X'],
  'copy-collection': ['X', 'c', 'L', 'X', 'X', 'X'],
  move: ['X', 'c', 'L', 'X', 'X', 'X'],
}

for (const from of MODES) {
  test(`from mode ${from}, a row lies where each mode keeps it, or stays where its place is no longer known`, () => {
    const kept = targetRow(from, IN_CONTEXT)
    assert.deepEqual(
      MODES.map((to) => nameOf(keyAfter(to, kept))),
      TABLE[from],
    )
    for (const to of MODES) {
      assert.equal(nameOf(keyAfter(to, targetRow(from, OF_CONTENT))), 'c', 'what was found by searching stays')
      assert.deepEqual(keyAfter(to, keyAfter(to, kept)), keyAfter(to, kept), 'once is enough')
    }
    assert.equal(isRekeyed(from, kept), false)
  })
}

const NO_FACTS: LearnerFacts = { userId, views: [], attempts: [], enrolments: [], completions: [], migrated: [] }

test('rows that meet under one key merge, and tell of every former row', () => {
  const other = { ...IN_CONTEXT, contextId: 'Y' }
  const facts: LearnerFacts = {
    ...NO_FACTS,
    views: [
      { key: other, row: factRow({ kind: 'start', at: 5, timed: true }) },
      { key: IN_CONTEXT, row: factRow({ kind: 'end', at: 7, timed: true }) },
      { key: IN_COLLECTION, row: factRow({ kind: 'start', at: 9, timed: true }) },
    ],
    attempts: [
      { key: IN_CONTEXT, attempt: scoreAttempt('1', 3, []) },
      { key: other, attempt: scoreAttempt('1', 4, []) },
    ],
  }
  const after = factsIn('collection', facts, { from: 'strict', at: 100 })
  assert.deepEqual(
    after.views.map(({ key, row }) => [key, row.startedAt, row.completedAt]),
    [[IN_COLLECTION, 5, 7]],
  )
  assert.deepEqual(
    after.attempts.map(({ key, attempt }) => [key, attempt.firstSubmittedAt, attempt.submittedAt]),
    [[IN_COLLECTION, 3, 4]],
  )
  const migration = (from: ViewKey): object => ({ key: IN_COLLECTION, migrated: { from, fromMode: 'strict', at: 100 } })
  assert.deepEqual(after.migrated, [migration(IN_CONTEXT), migration(other)])
})

test('a row that is made from another again tells of all that it was ever made from', () => {
  const start = factRow({ kind: 'start', at: 5, timed: true })
  const once = factsIn('collection', { ...NO_FACTS, views: [{ key: IN_CONTEXT, row: start }] }, { from: 'move', at: 1 })
  const twice = factsIn('content', once, { from: 'collection', at: 2 })
  assert.deepEqual(
    twice.migrated.map(({ key, migrated }) => [nameOf(key), nameOf(migrated.from), migrated.fromMode, migrated.at]),
    [
      ['c', 'L', 'collection', 2],
      ['c', 'X', 'move', 1],
    ],
  )
  assert.deepEqual(factsIn('strict', twice, { from: 'content', at: 3 }).migrated, twice.migrated)
})

test('enrolments and completions on record stay as they are in every mode', () => {
  const { contentId: _, ...place } = IN_CONTEXT
  const facts: LearnerFacts = {
    ...NO_FACTS,
    enrolments: [{ key: place, enrolment: { firstEnrolledAt: 1, enrolledAt: 1, unenrolledAt: null } }],
    completions: [{ key: place, completedAt: 2 }],
  }
  for (const to of MODES) assert.deepEqual(factsIn(to, facts, { from: 'strict', at: 3 }), facts)
})
