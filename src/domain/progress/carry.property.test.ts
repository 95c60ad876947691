import assert from 'node:assert/strict'
import test from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { contextStatus, type ContextTimes } from './context.ts'
import { act, NEW_LEARNER, storedRows, type Act, type LearnerState, type School } from './learner-state.ts'
import { compareCopied, shownTimes, type Copied, type Moved } from './provenance.ts'
import { readCopied, readMoved } from './read-provenance.ts'
import type { Rule } from './rule.ts'
import { viewStatus, type Status } from './view.ts'

const DAY = 86_400_000
const userId = 'u'
/** Places at which the contents c and d are viewed and where one enrols; the empty one is organic. */
const PLACES = ['k/x', 'k/y', 'm/x'] as const
const DAYS_MAX = 12

const day = fc.integer({ min: 1, max: DAYS_MAX })
const place = fc.constantFrom(...PLACES)

const RULES: readonly (readonly Rule[])[] = [
  [{ id: 'always', any: [{ always: true }] }],
  [{ id: 'recent', any: [{ completedWithin: 'P3D' }] }],
  [{ id: 'during', any: [{ completedDuring: 'context' }] }],
  [
    { id: 'both', all: [{ completedWithin: 'P6D' }, { completedDuring: 'context' }] },
    { id: 'ongoing', any: [{ sourceContext: 'ongoing' }] },
  ],
]

/** Contexts that run from the beginning: some end while things happen. */
const contexts = fc.record(
  Object.fromEntries(PLACES.map((name) => [name, fc.option(fc.record({ startsAt: day, endsAt: day }))])),
)

function schoolWith(
  mode: School['mode'],
  rules: readonly Rule[],
  dates: Readonly<Record<string, { startsAt: number; endsAt: number } | null>>,
): School {
  const times = (name: string): ContextTimes => {
    const range = dates[name] ?? null
    // A source's context that has yet to begin while the learner completes something in it is no case of rule 6.
    if (range === null || range.startsAt > range.endsAt) return { startsAt: null, endsAt: null, statusSet: null }
    return { startsAt: rules.length === 1 ? range.startsAt * DAY : null, endsAt: range.endsAt * DAY, statusSet: null }
  }
  return {
    mode,
    timeZone: 'UTC',
    collections: new Map([['k', ['c']], ['m', ['c']]]), // prettier-ignore
    contexts: PLACES.map((name) => {
      const [collectionId = '', contextId = ''] = name.split('/')
      return { collectionId, contextId, ...times(name) }
    }),
    rules,
  }
}

function viewing(where: string, kind: 'start' | 'end', at: number): Act {
  const [collectionId, contextId] = where === '' ? [undefined, undefined] : where.split('/')
  const key = { userId, contentId: 'c', collectionId, contextId }
  return { kind: 'view', key, fact: { kind, at: at * DAY, timed: true } }
}

const enrolling = fc.tuple(place, day).map(([where, at]): Act => {
  const [collectionId = '', contextId = ''] = where.split('/')
  return { kind: 'enrol', key: { userId, collectionId, contextId }, at: at * DAY }
})

/** A view's start and end arrive as they like: the end of an offline view may come first, or long after. */
const completing = fc
  .tuple(day, fc.integer({ min: 0, max: 2 }))
  .map(([at, length]) => (where: string): readonly Act[] => [
    viewing(where, 'start', at),
    viewing(where, 'end', Math.min(DAYS_MAX, at + length)),
  ])

/** At most one completion for each place: then no late message can take a source out of a window. */
const views = fc
  .uniqueArray(fc.tuple(fc.constantFrom('', ...PLACES), completing), {
    selector: ([where]) => where,
    minLength: 1,
    maxLength: 2,
  })
  .map((list) => list.flatMap(([where, make]) => make(where)))

const history = fc
  .tuple(views, fc.array(enrolling, { minLength: 1, maxLength: 2 }))
  .map(([viewed, enrolled]) => [...viewed, ...enrolled])

/** Without enrolments in contexts that have ended: those are refused. */
function possible(school: School, acts: readonly Act[]): readonly Act[] {
  return acts.filter((done) => {
    if (done.kind !== 'enrol') return true
    const { collectionId, contextId } = done.key
    const context = school.contexts.find((one) => one.collectionId === collectionId && one.contextId === contextId)
    return context === undefined || contextStatus(context, done.at) !== 'ended'
  })
}

const replay = (school: School, acts: readonly Act[]): LearnerState =>
  acts.reduce((state, next) => act(school, state, next), NEW_LEARNER)

const whole = (school: School, acts: readonly Act[]): unknown => storedRows(school, replay(school, acts))

function* interleavings<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) {
    yield items
    return
  }
  for (const [index, first] of items.entries()) {
    for (const rest of interleavings(items.toSpliced(index, 1))) yield [first, ...rest]
  }
}

const shown = (school: School, state: LearnerState): ReadonlyMap<string, Status> =>
  new Map(
    storedRows(school, state).map(({ key, times, provenance }) => [
      `${key.collectionId}/${key.contextId}/${key.contentId}`,
      viewStatus(shownTimes(times, provenance)),
    ]),
  )

for (const mode of ['copy-content', 'copy-collection', 'move', 'strict', 'content', 'collection'] as const) {
  test(`in mode ${mode} every order of what happened ends in one state`, () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...RULES), contexts, (drawn, rules, dates) => {
        const school = schoolWith(mode, rules, dates)
        const acts = possible(school, drawn)
        const expected = whole(school, acts)
        for (const order of interleavings(acts)) assert.deepEqual(whole(school, order), expected)
      }),
      { numRuns: 40 },
    )
  })

  test(`in mode ${mode} what is told twice changes nothing`, () => {
    fc.assert(
      fc.property(
        history,
        fc.constantFrom(...RULES),
        contexts,
        fc.infiniteStream(fc.nat()),
        (drawn, rules, dates, at) => {
          const school = schoolWith(mode, rules, dates)
          const acts = possible(school, drawn)
          const twice = acts.reduce<Act[]>(
            (told, next) => told.toSpliced((at.next().value ?? 0) % (told.length + 1), 0, next),
            [...acts],
          )
          assert.deepEqual(whole(school, twice), whole(school, acts))
        },
      ),
      { numRuns: 200 },
    )
  })
}

for (const mode of ['copy-content', 'copy-collection'] as const) {
  test(`in mode ${mode} no status falls, whatever comes in whatever order`, () => {
    const anyViews = fc.array(fc.tuple(fc.constantFrom('', ...PLACES), fc.constantFrom('start', 'end'), day), {
      maxLength: 6,
    })
    const anything = fc.tuple(anyViews, fc.array(enrolling, { maxLength: 3 })).chain(([viewed, enrolled]) => {
      const acts = [...viewed.map(([where, kind, at]) => viewing(where, kind, at)), ...enrolled]
      return fc.shuffledSubarray(acts, { minLength: acts.length })
    })
    fc.assert(
      fc.property(anything, fc.constantFrom(...RULES), contexts, (acts, rules, dates) => {
        const school = schoolWith(mode, rules, dates)
        let state = NEW_LEARNER
        for (const next of acts) {
          const after = act(school, state, next)
          const statuses = shown(school, after)
          for (const [row, status] of shown(school, state)) assert.ok((statuses.get(row) ?? 0) >= status, row)
          state = after
        }
      }),
      { numRuns: 500 },
    )
  })
}

// In copy-collection a correction may take an organic completion to before the enrolment, where it no longer counts.
for (const mode of ['copy-content', 'move'] as const) {
  test(`in mode ${mode} also corrections of completions end in one state, where the rule takes all of them`, () => {
    const correcting = fc.tuple(fc.constantFrom('', ...PLACES), day).map(([where, at]) => viewing(where, 'end', at))
    const corrected = fc
      .tuple(views, fc.array(correcting, { maxLength: 2 }), enrolling)
      .map(([viewed, ends, enrolled]) => [...viewed, ...ends, enrolled])
    fc.assert(
      fc.property(corrected, (acts) => {
        const school = schoolWith(mode, [{ id: 'always', any: [{ always: true }] }], {})
        const expected = whole(school, acts)
        for (const order of interleavings(acts)) assert.deepEqual(whole(school, order), expected)
      }),
      { numRuns: 10 },
    )
  })
}

/** As JSON makes objects. */
const PLAIN = { noNullPrototype: true } as const
const because = { ruleId: fc.constantFrom('r', 's'), findings: fc.constant([{ kind: 'always', holds: true } as const]) }
const key = fc.record(
  {
    userId: fc.constant('u'),
    collectionId: fc.constantFrom('k', 'm'),
    contextId: fc.constantFrom('x', 'y'),
    contentId: fc.constant('c'),
  },
  PLAIN,
)
const copied: fc.Arbitrary<Copied> = fc.record(
  { ...because, from: key, at: day, startedAt: day, completedAt: day },
  PLAIN,
)
const moved: fc.Arbitrary<Moved> = fc.record(
  { ...because, fromContextId: fc.constantFrom('x', 'y'), toContextId: fc.constantFrom('y', 'z'), at: day },
  PLAIN,
)

test('the order of copies is total: of two that differ one always comes first', () => {
  fc.assert(
    fc.property(copied, copied, copied, (a, b, c) => {
      assert.equal(Math.sign(compareCopied(a, b)) + Math.sign(compareCopied(b, a)), 0)
      assert.equal(compareCopied(a, b) === 0, isDeepStrictEqual(a, b))
      if (compareCopied(a, b) <= 0 && compareCopied(b, c) <= 0) assert.ok(compareCopied(a, c) <= 0)
    }),
    { numRuns: 1000 },
  )
})

test('copies and moves come back from their stored text as they were, and damaged text is none', () => {
  fc.assert(
    fc.property(copied, moved, (copy, move) => {
      const [copyText, moveText] = [JSON.stringify(copy), JSON.stringify(move)]
      assert.deepEqual([readCopied(copyText), readMoved(moveText)], [copy, move])
      assert.deepEqual([readCopied(moveText), readMoved(copyText)], [undefined, undefined])
      assert.equal(readCopied(copyText.slice(1)), undefined)
      assert.equal(readMoved(moveText.replace('"ruleId"', '"ruleIs"')), undefined)
    }),
  )
})
