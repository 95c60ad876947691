import assert from 'node:assert/strict'
import test from 'node:test'
import type { Attempt } from './attempt.ts'
import { carryAttempts } from './carried-attempts.ts'
import { decideCopies, settleCopy } from './carry.ts'
import type { ContentRow, CopyDecision } from './copying.ts'
import type { Enrolment } from './enrolment.ts'
import type { ViewKey } from './key.ts'
import { redirectWrite } from './move.ts'
import type { Copied, Moved } from './provenance.ts'
import { readRules } from './read-rule.ts'
import { act, NEW_LEARNER, statusOf, storedRows, type Act, type School } from './learner-state.ts'
import {
  actsOf,
  afterDeeds,
  entriesOf,
  playAnswer,
  playExtended,
  playRejoined,
  schoolOf,
  sortedEntries,
} from './seed-school.ts'
import { EXTENDED_SCENARIOS, REJOINED_AFTER_3_MONTHS, SEED_SCENARIOS, SEED_USER } from './seed-scenarios.ts'

const userId = SEED_USER
const STATUS_NAMES = ['Not Started', 'In Progress', 'Complete'] as const

test('the tables are whole: 16 rows in the store, 30 answers', () => {
  assert.equal(SEED_SCENARIOS.flatMap(({ entries }) => entries).length, 16)
  assert.deepEqual(
    SEED_SCENARIOS.map(({ answers }) => answers.length),
    [6, 4, 5, 6, 7, 2],
  )
})

for (const scenario of SEED_SCENARIOS) {
  const school = schoolOf(scenario)
  test(`${scenario.title}: the store holds exactly the rows of "Entry in DB"`, () => {
    const rows = entriesOf(storedRows(school, afterDeeds(school, scenario.story)))
    assert.deepEqual(rows, sortedEntries(scenario.entries))
  })
  for (const answer of scenario.answers) {
    test(`${scenario.title}: ${answer.action}: ${STATUS_NAMES[answer.progress]}`, () => {
      const { school, state, opens } = playAnswer(scenario, answer)
      assert.equal(statusOf(school, state, opens), answer.progress)
    })
  }
}

for (const scenario of EXTENDED_SCENARIOS) {
  test(`Extended Enrolment Consumption: ${scenario.title}`, () => {
    const { school, state, opens } = playExtended(scenario)
    assert.equal(statusOf(school, state, opens), scenario.progress)
    assert.deepEqual(entriesOf(storedRows(school, state)), sortedEntries(scenario.entries))
  })
}

for (const rejoined of REJOINED_AFTER_3_MONTHS) {
  test(`rejoining ${rejoined.case}: ${STATUS_NAMES[rejoined.progress]}`, () => {
    const { school, state, opens } = playRejoined(rejoined)
    assert.equal(statusOf(school, state, opens), rejoined.progress)
  })
}

/** A small school: collections k and m hold c; contexts run for ever unless said otherwise. */
function small(mode: School['mode'], about: Partial<School> = {}): School {
  const rules = [{ id: 'any-time', any: [{ always: true }] }]
  return {
    ...schoolOf({ mode, timeZone: 'UTC', rules, collections: { k: ['c', 'd'], m: ['c'] }, contexts: [] }),
    ...about,
  }
}

const view = (kind: 'start' | 'end', at: number, place: string, contentId = 'c'): Act => {
  const [collectionId, contextId] = place === '' ? [undefined, undefined] : place.split('/')
  return { kind: 'view', key: { userId, contentId, collectionId, contextId }, fact: { kind, at, timed: true } }
}
const done = (at: number, place: string): readonly Act[] => [view('start', at - 1, place), view('end', at, place)]
const enrol = (at: number, place: string): Act => {
  const [collectionId = '', contextId = ''] = place.split('/')
  return { kind: 'enrol', key: { userId, collectionId, contextId }, at }
}

/** The copy in a row, and its status: `k/x:2 from m/x at 9 completed 5`. */
function told(school: School, acts: readonly Act[]): readonly string[] {
  const state = acts.reduce((before, next) => act(school, before, next), NEW_LEARNER)
  return storedRows(school, state).map(({ key, status, provenance: { copied } }) => {
    const row = `${key.collectionId}/${key.contextId}/${key.contentId}:${String(status)}`
    if (copied === null) return row
    const { from, at, completedAt } = copied
    return `${row} from ${from.collectionId}/${from.contextId} at ${String(at)} completed ${String(completedAt)}`
  })
}

test('of several sources the newest completion is taken, and of two at one time the first by key', () => {
  const acts = [...done(3, ''), ...done(5, 'm/y'), ...done(5, 'm/x'), ...done(4, 'm/z'), enrol(9, 'k/x')]
  assert.ok(told(small('copy-content'), acts).includes('k/x/c:2 from m/x at 9 completed 5'))
})

test('a copy names the original, not a copy of it, and keeps its completion time', () => {
  const acts = [...done(3, ''), enrol(5, 'k/x'), enrol(9, 'm/x')]
  assert.ok(told(small('copy-content'), acts).includes('m/x/c:2 from c/c at 9 completed 3'))
})

test('a row that the learner completed is never copied over, also where the copy had come first', () => {
  const own = [...done(7, 'k/x'), enrol(9, 'k/x')]
  for (const acts of [
    [...done(3, ''), ...own],
    [enrol(9, 'k/x'), ...done(3, ''), ...done(7, 'k/x')],
  ]) {
    assert.ok(told(small('copy-content'), acts).includes('k/x/c:2'), told(small('copy-content'), acts).join())
  }
})

test('a row that was copied stays that copy when the learner completes it himself, and that counts elsewhere', () => {
  const acts = [...done(3, ''), enrol(5, 'k/x'), ...done(7, 'k/x'), enrol(9, 'm/x')]
  const rows = told(small('copy-content'), acts)
  assert.ok(rows.includes('k/x/c:2 from c/c at 5 completed 3'))
  assert.ok(rows.includes('m/x/c:2 from k/x at 9 completed 7'))
})

test('a context that has ended takes no later completion; one that has yet to begin does', () => {
  const context = { collectionId: 'k', contextId: 'x', startsAt: 6, endsAt: 10, statusSet: null }
  const school = small('copy-content', { contexts: [context] })
  assert.ok(told(school, [enrol(2, 'k/x'), ...done(4, '')]).includes('k/x/c:2 from c/c at 4 completed 4'))
  assert.ok(told(school, [enrol(2, 'k/x'), ...done(11, '')]).includes('k/x/c:0'))
})

test('without an enrolment, or to an organic row, nothing is copied', () => {
  assert.deepEqual(told(small('copy-content'), [...done(3, 'k/x')]), ['k/x/c:2'])
})

test('the rules of a context go before those of the instance', () => {
  const never = [{ id: 'never', any: [{ sourceContext: 'ongoing' as const }] }]
  const contexts = [{ collectionId: 'k', contextId: 'x', startsAt: null, endsAt: null, statusSet: null, rules: never }]
  assert.ok(told(small('copy-content', { contexts }), [...done(3, ''), enrol(5, 'k/x')]).includes('k/x/c:0'))
})

test('a late message that takes the source out of the window leaves the copy: no status falls', () => {
  const day = 86_400_000
  const rules = [{ id: 'recent', any: [{ completedWithin: 'P10D' }] }]
  const school = small('copy-content', { rules })
  const acts = [...done(20 * day, ''), enrol(25 * day, 'k/x'), view('end', 5 * day, ''), view('start', 4 * day, '')]
  assert.match(told(school, acts).join('\n'), /k\/x\/c:2 from c\/c/)
})

const NO_ROW = { times: undefined, copied: null, context: undefined }
const rowKey = (collectionId: string, contextId: string): ViewKey => ({
  userId,
  collectionId,
  contextId,
  contentId: 'c',
})

/** The decision for c in k/x, enrolled as given, with the rows given. */
function decided(enrolment: Enrolment, rows: readonly ContentRow[]): CopyDecision | undefined {
  const rules = readRules([{ id: 'any-time', any: [{ always: true }] }])
  const target = { key: { userId, collectionId: 'k', contextId: 'x' }, enrolment, context: undefined, rules }
  return decideCopies({ mode: 'copy-content', timeZone: 'UTC', contentId: 'c', rows, targets: [target] })[0]
}

test('who had left takes no completion of that time, until enrolling again looks back on it', () => {
  const organic = { ...NO_ROW, key: rowKey('c', 'c'), times: { startedAt: 6, completedAt: 7 } }
  const left = decided({ firstEnrolledAt: 1, enrolledAt: 1, unenrolledAt: 5 }, [organic])
  assert.deepEqual([left?.kind, left?.refused.map(({ reason }) => reason)], ['blank', ['not-enrolled-then']])
  const back = decided({ firstEnrolledAt: 1, enrolledAt: 10, unenrolledAt: 5 }, [organic])
  assert.deepEqual([back?.kind, back?.copied?.at, back?.copied?.completedAt], ['copy', 10, 7])
})

test('a copy whose original was removed stays, and stands in for it elsewhere', () => {
  const copied: Copied = { from: rowKey('c', 'c'), at: 5, startedAt: 2, completedAt: 3, ruleId: 'r', findings: [] }
  const enrolment = { firstEnrolledAt: 9, enrolledAt: 9, unenrolledAt: null }
  const here = decided(enrolment, [{ ...NO_ROW, key: rowKey('k', 'x'), copied }])
  assert.equal(here?.kind, 'kept')
  assert.equal(here === undefined ? null : settleCopy(copied, here), copied)
  const elsewhere = decided(enrolment, [{ ...NO_ROW, key: rowKey('m', 'x'), copied }])
  assert.deepEqual([elsewhere?.copied?.from, elsewhere?.copied?.completedAt], [rowKey('m', 'x'), 3])
})

test('a copy gives way where it turns out that the learner had completed the content there before', () => {
  const copied: Copied = { from: rowKey('c', 'c'), at: 5, startedAt: 2, completedAt: 3, ruleId: 'r', findings: [] }
  const rows = [
    { ...NO_ROW, key: rowKey('c', 'c'), times: { startedAt: 2, completedAt: 3 } },
    { ...NO_ROW, key: rowKey('k', 'x'), times: { startedAt: 1, completedAt: 4 }, copied },
  ]
  const decision = decided({ firstEnrolledAt: 5, enrolledAt: 5, unenrolledAt: null }, rows)
  assert.equal(decision?.kind, 'complete')
  assert.equal(decision === undefined ? undefined : settleCopy(copied, decision), null)
})

test('attempts of the source count beside those made here; submissions of one attempt merge', () => {
  const attempt = (attemptId: string, submittedAt: number, score: number): Attempt => ({
    attemptId,
    submittedAt,
    firstSubmittedAt: submittedAt,
    score,
    maxScore: 10,
    answers: '[]',
  })
  const own = [attempt('2', 5, 4)]
  const source = [attempt('1', 3, 9), attempt('2', 4, 1)]
  const counted = [attempt('1', 3, 9), { ...attempt('2', 5, 4), firstSubmittedAt: 4 }]
  assert.deepEqual(carryAttempts(own, source), counted)
  assert.deepEqual(carryAttempts(source, own, own), counted)
})

test('a late write for a context that was left goes where it moved, and says so', () => {
  const moved = (fromContextId: string, toContextId: string): Moved => ({
    fromContextId,
    toContextId,
    at: 1,
    ruleId: 'r',
    findings: [],
  })
  const moves = new Map([
    ['x', moved('x', 'y')],
    ['y', moved('y', 'z')],
  ])
  const redirect = redirectWrite(moves, rowKey('k', 'x'))
  assert.deepEqual([redirect.key, redirect.moves.map(({ toContextId }) => toContextId)], [rowKey('k', 'z'), ['y', 'z']])
  assert.deepEqual(redirectWrite(moves, rowKey('k', 'z')), { key: rowKey('k', 'z'), moves: [] })
  assert.deepEqual(redirectWrite(moves, rowKey('c', 'x')).moves, [])
})

test('an in-progress view elsewhere is not copied, and the row here stays in progress', () => {
  const acts = [view('start', 3, ''), view('start', 4, 'k/x'), enrol(5, 'k/x')]
  assert.deepEqual(told(small('copy-content'), acts), ['c/c/c:1', 'k/x/c:1', 'k/x/d:0'])
})

test('a move takes the whole collection, joins what both contexts hold, and happens once', () => {
  const contexts = ['x', 'y', 'z'].map((contextId) => ({
    collectionId: 'k',
    contextId,
    startsAt: null,
    endsAt: contextId === 'x' ? 100 : null,
    statusSet: null,
  }))
  const rules = [{ id: 'ongoing', any: [{ sourceContext: 'ongoing' as const }] }]
  const school = small('move', { contexts, rules })
  const acts = [
    enrol(1, 'k/x'),
    ...done(3, 'k/x'),
    view('start', 4, 'k/x', 'd'),
    view('start', 5, 'k/y', 'd'),
    enrol(9, 'k/y'),
    enrol(10, 'k/x'),
    // Offline, for the context that was left.
    view('end', 8, 'k/x', 'd'),
  ]
  assert.deepEqual(told(school, acts), ['k/x/c:2', 'k/x/d:2', 'k/y/c:2', 'k/y/d:2'])
  const state = acts.reduce((before, next) => act(school, before, next), NEW_LEARNER)
  const shown = ['x', 'y'].flatMap((contextId) =>
    ['c', 'd'].map((contentId) => statusOf(school, state, { userId, collectionId: 'k', contextId, contentId })),
  )
  assert.deepEqual(shown, [0, 0, 2, 2])
  // Of a context that has ended nothing moves.
  assert.deepEqual(told(school, [...done(3, 'k/x'), enrol(101, 'k/y')]), ['k/x/c:2'])
})

test('enrolling in a context that was left before brings nothing back: moves form no circle', () => {
  const contexts = ['x', 'y'].map((contextId) => ({
    collectionId: 'k',
    contextId,
    startsAt: null,
    endsAt: null,
    statusSet: null,
  }))
  const acts = [...done(3, 'k/x'), view('start', 4, 'k/y', 'd'), enrol(9, 'k/y'), enrol(12, 'k/x')]
  const school = small('move', { contexts })
  assert.deepEqual(told(school, acts), ['k/x/c:2', 'k/y/c:2', 'k/y/d:1'])
  const state = acts.reduce((before, next) => act(school, before, next), NEW_LEARNER)
  const at = (contextId: string): number =>
    statusOf(school, state, { userId, collectionId: 'k', contextId, contentId: 'c' })
  assert.deepEqual([at('x'), at('y')], [0, 2])
})

test('a move is decided by what was completed when the learner enrolled, not by what is completed later', () => {
  const contexts = ['x', 'y'].map((contextId) => ({
    collectionId: 'k',
    contextId,
    startsAt: null,
    endsAt: 100,
    statusSet: null,
  }))
  const rules = [{ id: 'during', any: [{ completedDuring: 'context' as const }] }]
  const school = small('move', { contexts, rules, collections: new Map([['k', ['c']]]) })
  assert.deepEqual(told(school, [enrol(1, 'k/x'), enrol(5, 'k/y'), ...done(9, 'k/x')]), ['k/x/c:2'])
  assert.deepEqual(told(school, [enrol(1, 'k/x'), ...done(4, 'k/x'), enrol(5, 'k/y')]), ['k/x/c:2', 'k/y/c:2'])
})

test('an organic view never moves', () => {
  assert.deepEqual(told(small('move'), [...done(3, ''), enrol(9, 'k/x')]), ['c/c/c:2'])
})

test('completing in the seed is starting and ending', () => {
  const acts = actsOf({ completes: 'c', at: '2026-01-01T00:00:00Z' })
  assert.deepEqual(
    acts.map((done) => (done.kind === 'view' ? done.fact.kind : done.kind)),
    ['start', 'end'],
  )
})
