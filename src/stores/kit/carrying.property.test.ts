/** Every store shows, in every mode, what the reference interpreter of one learner says (domain/progress/learner-state.ts). */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { scoreAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import { contextStatus } from '../../domain/progress/context.ts'
import { compareViewKeys, fillKey, type EnrolmentKey, type PartialViewKey } from '../../domain/progress/key.ts'
import { act, NEW_LEARNER, statusOf, storedRows, type Act, type School } from '../../domain/progress/learner-state.ts'
import { MODES, targetRow, type Mode } from '../../domain/progress/mode.ts'
import type { Rule } from '../../domain/progress/rule.ts'
import { viewStatus } from '../../domain/progress/view.ts'
import { collection } from './collections.ts'
import { apply, CONTEXT } from './histories.ts'
import { interleavings } from './interleavings.ts'
import { implementationsIn, type Implementation, type OpenedStore } from './stores.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60)
const DAY = 86_400_000
const userId = 'asha'
const CONTENTS = ['a', 'b', 'c']
const PLACES = [
  { collection: 'maths', contextId: 'batch-1' },
  { collection: 'maths', contextId: 'batch-2' },
  { collection: 'arts', contextId: 'batch-1' },
] as const
const LEAVES = { maths: ['a', 'b'], arts: ['b', 'c'] } as const

const RULES: readonly (readonly Rule[])[] = [
  [{ id: 'always', any: [{ always: true }] }],
  [{ id: 'recent', any: [{ completedWithin: 'P3D' }] }],
  [
    { id: 'both', all: [{ completedWithin: 'P6D' }, { completedDuring: 'context' }] },
    { id: 'ongoing', any: [{ sourceContext: 'ongoing' }] },
  ],
]

const day = fc.integer({ min: 1, max: 12 })
/** Which place; one more is no place: the content is viewed on its own. */
const place = fc.nat(PLACES.length)
const viewing = fc.record({
  kind: fc.constantFrom('start' as const, 'end' as const),
  place,
  contentId: fc.constantFrom(...CONTENTS),
  on: day,
})
const enrolling = fc.record({ kind: fc.constant('enrol' as const), place: fc.nat(PLACES.length - 1), on: day })
const history = fc.array(fc.oneof({ weight: 3, arbitrary: viewing }, { weight: 1, arbitrary: enrolling }), {
  maxLength: 14,
})
const dates = fc.tuple(...PLACES.map(() => fc.option(fc.record({ startsAt: day, length: day }))))

type Drawn = typeof history extends fc.Arbitrary<readonly (infer D)[]> ? D : never
type Place = Omit<EnrolmentKey, 'userId'>

/** Every run has collections of its own, so that one store serves them all. */
function placesOf(run: number): readonly Place[] {
  return PLACES.map(({ collection: name, contextId }) => ({ collectionId: `${name}#${String(run)}`, contextId }))
}

function schoolWith(
  mode: Mode,
  run: number,
  rules: readonly Rule[],
  ranges: readonly ({ startsAt: number; length: number } | null)[],
): School {
  const contexts = placesOf(run).map((at, index) => {
    const range = ranges[index] ?? null
    const startsAt = range === null ? null : range.startsAt * DAY
    return { ...at, startsAt, endsAt: range === null ? null : (range.startsAt + range.length) * DAY, statusSet: null }
  })
  const collections = Object.entries(LEAVES).map(([name, leaves]) => {
    return [`${name}#${String(run)}`, leaves.map((leaf) => `${leaf}#${String(run)}`)] as const
  })
  return { mode, timeZone: 'UTC', collections: new Map(collections), contexts, rules }
}

function actOf(drawn: Drawn, run: number): Act {
  const at = placesOf(run)[drawn.place]
  if (drawn.kind !== 'enrol') {
    const key = { userId, contentId: `${drawn.contentId}#${String(run)}`, ...at }
    return { kind: 'view', key, fact: { kind: drawn.kind, at: drawn.on * DAY, timed: true } }
  }
  assert.ok(at)
  return { kind: 'enrol', key: { userId, ...at }, at: drawn.on * DAY }
}

/** Enrolments in contexts that have ended are refused before they reach a store. */
function possible<D extends Deed>(school: School, acts: readonly D[]): readonly D[] {
  return acts.filter((done) => {
    if (done.kind !== 'enrol') return true
    const { collectionId, contextId } = done.key
    const context = school.contexts.find((one) => one.collectionId === collectionId && one.contextId === contextId)
    return context === undefined || contextStatus(context, done.at) !== 'ended'
  })
}

async function furnish({ store: { catalogue } }: OpenedStore, school: School): Promise<void> {
  for (const [id, leaves] of school.collections) await catalogue.publish(collection(id, [...leaves]), '{}')
  const rules = school.rules.map(({ id }) => id)
  for (const { collectionId, contextId, startsAt, endsAt } of school.contexts) {
    await catalogue.putContext({ ...CONTEXT, collectionId, contextId, startsAt, endsAt, rules })
  }
}

async function perform({ store: { progress } }: OpenedStore, { mode }: School, done: Act): Promise<void> {
  if (done.kind === 'enrol') await progress.enrol(done.key, done.at, true)
  else await progress.recordView(targetRow(mode, fillKey(done.key)), done.fact)
}

/** Every content in every place, and on its own. */
function asked(run: number): readonly PartialViewKey[] {
  return CONTENTS.flatMap((contentId) =>
    [undefined, ...placesOf(run)].map((at) => ({ userId, contentId: `${contentId}#${String(run)}`, ...at })),
  )
}

async function shown({ store: { progress } }: OpenedStore, { mode }: School, run: number): Promise<readonly string[]> {
  return Promise.all(
    asked(run).map(async (key) => {
      const row = targetRow(mode, fillKey(key))
      const view = (await progress.views(row, [row.contentId])).get(row.contentId)
      return `${JSON.stringify(key)} ${String(viewStatus(view))}`
    }),
  )
}

async function settle({ store: { progress } }: OpenedStore, run: number, leavesMax: number): Promise<void> {
  await progress.carry(
    placesOf(run).map((at) => ({ userId, ...at })),
    leavesMax,
  )
}

async function holds({ mode, open }: Implementation): Promise<void> {
  const opened = await open()
  let run = 0
  const carryNow = fc.infiniteStream(fc.boolean())
  try {
    for (const rule of RULES.flat()) await opened.store.catalogue.putRule({ rule, byDefault: false })
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom(...RULES), dates, carryNow, async (drawn, rules, ranges, now) => {
        run += 1
        const school = schoolWith(mode, run, rules, ranges)
        await furnish(opened, school)
        let state = NEW_LEARNER
        for (const done of possible(
          school,
          drawn.map((one) => actOf(one, run)),
        )) {
          await perform(opened, school, done)
          state = act(school, state, done)
          if (now.next().value === true) await settle(opened, run, 1)
        }
        const expected = asked(run).map((key) => `${JSON.stringify(key)} ${String(statusOf(school, state, key))}`)
        assert.deepEqual(await shown(opened, school, run), expected)
        await settle(opened, run, 2)
        assert.deepEqual(await shown(opened, school, run), expected, 'the same when everything was carried over')
        const ids = CONTENTS.map((contentId) => `${contentId}#${String(run)}`)
        const accounts = await Promise.all(ids.map((id) => opened.store.progress.contentAccount(userId, id)))
        const rows = accounts.flatMap((account) => account.rows).sort((a, b) => compareViewKeys(a.key, b.key))
        assert.deepEqual(rows, storedRows(school, state))
      }),
      { numRuns: RUNS },
    )
    await apply(opened, { op: 'aggregate' })
    assert.deepEqual((await opened.verify?.()) ?? [], [])
  } finally {
    await opened.close()
  }
}

/** One learner's deeds that may reach the store in any order. */
type Deed = Act | { readonly kind: 'submit'; readonly key: PartialViewKey; readonly attempt: Attempt }

/**
 * What races, at most five: each is told of at once, or a view's start and end apart. Started and ended once in each
 * place, so that no late message corrects what was copied.
 */
const racing = fc
  .record({
    views: fc.uniqueArray(fc.record({ place, contentId: fc.constantFrom('a', 'b'), on: day }), {
      selector: ({ place: at }) => at,
      minLength: 1,
      maxLength: 2,
    }),
    submits: fc.boolean(),
    enrolments: fc.array(enrolling, { minLength: 1, maxLength: 2 }),
  })
  .map(({ views, submits, enrolments }) => (run: number): readonly (readonly Deed[])[] => {
    const viewed = views.map((view) => (['start', 'end'] as const).map((kind) => actOf({ ...view, kind }, run)))
    const apart = viewed.length === 1 ? viewed.flat().map((one) => [one]) : viewed
    const submitted = views.slice(0, submits ? 1 : 0).map((view): readonly Deed[] => {
      const { key } = viewingAct(view, run)
      return [{ kind: 'submit', key, attempt: attemptAt(view.on) }]
    })
    return [...apart, ...submitted, ...enrolments.map((one) => [actOf(one, run)])]
  })

function viewingAct(view: Omit<Extract<Drawn, { contentId: string }>, 'kind'>, run: number): { key: PartialViewKey } {
  const act = actOf({ ...view, kind: 'start' }, run)
  assert.ok(act.kind === 'view')
  return act
}

function attemptAt(on: number): Attempt {
  const answer = { questionId: 'q', answeredAt: on * DAY, score: on, maxScore: 12, type: '', title: '' }
  return scoreAttempt(String(on), on * DAY, [{ ...answer, durationSeconds: 1, response: null }])
}

async function performDeed(opened: OpenedStore, school: School, deed: Deed): Promise<void> {
  if (deed.kind !== 'submit') return perform(opened, school, deed)
  await opened.store.progress.submitAttempt(targetRow(school.mode, fillKey(deed.key)), deed.attempt)
}

/** Everything that the store shows of a run, told without the run's number. */
async function whole(opened: OpenedStore, school: School, run: number): Promise<unknown> {
  const { progress } = opened.store
  const ids = CONTENTS.map((contentId) => `${contentId}#${String(run)}`)
  const accounts = await Promise.all(ids.map((id) => progress.contentAccount(userId, id)))
  const places = placesOf(run).map(async (at) => {
    const key = { userId, ...at }
    return [
      (await progress.enrolment(key))?.firstEnrolledAt,
      [...(await progress.attempts(key))].sort(([a], [b]) => (a < b ? -1 : 1)),
      await progress.summary(key),
    ]
  })
  const text = JSON.stringify(
    [
      await shown(opened, school, run),
      accounts.map(({ rows }) => rows.toSorted((a, b) => compareViewKeys(a.key, b.key))),
      await Promise.all(places),
    ],
    (_name, value: unknown) => (value instanceof Map ? [...value] : value),
  )
  return JSON.parse(text.replaceAll(`#${String(run)}`, ''))
}

async function races({ mode, open }: Implementation): Promise<void> {
  const opened = await open()
  let run = 0
  try {
    for (const rule of RULES.flat()) await opened.store.catalogue.putRule({ rule, byDefault: false })
    await fc.assert(
      fc.asyncProperty(racing, fc.constantFrom(...RULES), dates, async (deedsIn, rules, ranges) => {
        let expected: unknown
        for (const order of interleavings(deedsIn(0).map((_, index) => index))) {
          run += 1
          const school = schoolWith(mode, run, rules, ranges)
          await furnish(opened, school)
          const deeds = deedsIn(run)
          for (const deed of order.flatMap((index) => possible(school, deeds[index] ?? []))) {
            await performDeed(opened, school, deed)
          }
          await settle(opened, run, 2)
          const state = await whole(opened, school, run)
          expected ??= state
          assert.deepEqual(state, expected, `in the order ${order.join()}`)
        }
      }),
      { numRuns: Math.ceil(RUNS / 20) },
    )
  } finally {
    await opened.close()
  }
}

for (const implementation of MODES.flatMap(implementationsIn)) {
  test(`${implementation.name}: whatever happened in whatever order, rows, statuses and provenance are those of the reference`, () =>
    holds(implementation))
}

for (const implementation of (['copy-content', 'copy-collection', 'move'] as const).flatMap(implementationsIn)) {
  test(`${implementation.name}: enrolments, completions, attempts and moves that race end in one state, in every interleaving`, () =>
    races(implementation))
}
